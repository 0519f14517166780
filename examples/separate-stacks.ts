// One cluster, two fleets and the services in a stack each. Each fleet associates its capacity provider with the cluster.
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, Ec2Service } from 'aws-cdk-lib/aws-ecs';
import {
  WindowsAmi,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
  WindowsTaskDefinition,
} from 'winbake';

const os = WindowsOs.SERVER_2022_CORE;
const app = new App();

const platform = new Stack(app, 'Platform');
new WindowsAmiPipeline(platform, 'Pipeline', { os });

const network = new Stack(app, 'SharedCluster');
const vpc = new Vpc(network, 'Vpc', { maxAzs: 2 });
const cluster = new Cluster(network, 'Cluster', { vpc });

for (const name of ['Web', 'Jobs']) {
  const fleet = new Stack(app, `${name}Fleet`);
  fleet.addStackDependency(platform, 'It seeds the parameters that the fleet starts from.');
  const hosts = new WindowsCapacityProvider(fleet, 'Hosts', {
    cluster,
    ami: WindowsAmi.fromChannel({ os }),
    fleetName: name.toLowerCase(),
  });

  const services = new Stack(app, `${name}Service`);
  const taskDefinition = new WindowsTaskDefinition(services, 'Task', { os });
  taskDefinition.addContainer('main', {
    image: ContainerImage.fromRegistry('mcr.microsoft.com/windows/servercore:ltsc2022'),
    command: ['ping', '-t', 'localhost'],
    cpu: 1024,
    memoryLimitMiB: 2048,
  });
  new Ec2Service(services, 'Service', {
    cluster,
    taskDefinition,
    desiredCount: 2,
    minHealthyPercent: 100,
    // It is created after the provider is associated, and deleted before.
    capacityProviderStrategies: [hosts.strategy()],
    circuitBreaker: { rollback: true },
  });
}
