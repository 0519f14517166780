// A service behind an Application Load Balancer. Where the new hosts of a rollout serve it badly, its alarms take the fleet back.
import { App, Duration, Stack } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, Ec2Service } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  HttpCodeTarget,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import {
  WinbakeDashboard,
  WindowsAmi,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
  WindowsTaskDefinition,
} from 'winbake';

const os = WindowsOs.SERVER_2022_CORE;
const app = new App();

const platform = new Stack(app, 'Platform');
const pipeline = new WindowsAmiPipeline(platform, 'Pipeline', { os });

export const shop = new Stack(app, 'LoadBalancedShop');
shop.addStackDependency(platform, 'It seeds the parameters that the fleet starts from.');
const vpc = new Vpc(shop, 'Vpc', { maxAzs: 2 });
const cluster = new Cluster(shop, 'Cluster', { vpc });

const loadBalancer = new ApplicationLoadBalancer(shop, 'LoadBalancer', { vpc, internetFacing: true });
const targetGroup = new ApplicationTargetGroup(shop, 'Targets', {
  vpc,
  protocol: ApplicationProtocol.HTTP,
  // Tasks in NAT mode are reached on a port of their host, which Docker chooses.
  targetType: TargetType.INSTANCE,
  healthCheck: { path: '/' },
  deregistrationDelay: Duration.seconds(30),
});
loadBalancer.addListener('Http', { port: 80, defaultTargetGroups: [targetGroup] });

const errors = targetGroup.metrics
  .httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period: Duration.minutes(1) })
  .createAlarm(shop, 'Errors', {
    threshold: 10,
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
const unhealthy = targetGroup.metrics
  .unhealthyHostCount({ period: Duration.minutes(1) })
  .createAlarm(shop, 'Unhealthy', {
    threshold: 1,
    evaluationPeriods: 10,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });

const hosts = new WindowsCapacityProvider(shop, 'Hosts', {
  cluster,
  ami: WindowsAmi.fromChannel({ os }),
  fleetName: 'load-balanced',
  rollout: { alarms: [errors, unhealthy] },
});

const taskDefinition = new WindowsTaskDefinition(shop, 'Web', { os });
taskDefinition.addContainer('iis', {
  image: ContainerImage.fromRegistry('mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022'),
  cpu: 1024,
  memoryLimitMiB: 2048,
  portMappings: [{ containerPort: 80 }],
});
const service = new Ec2Service(shop, 'Service', {
  cluster,
  taskDefinition,
  desiredCount: 2,
  minHealthyPercent: 100,
  capacityProviderStrategies: [hosts.strategy()],
  circuitBreaker: { rollback: true },
  healthCheckGracePeriod: Duration.minutes(5),
});
// The hosts let the load balancer in: their security group is one of the cluster's connections.
service.attachToApplicationTargetGroup(targetGroup);

// Alarms, patch budgets, bakes, rollouts and first tasks in one place.
new WinbakeDashboard(shop, 'Dashboard', { pipelines: [pipeline], fleets: [hosts] });
