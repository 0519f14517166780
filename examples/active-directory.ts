// Tasks that join an Active Directory domain by a group managed service account, on hosts that are in no domain (domainless gMSA),
// with hosts that stand by in a warm pool.
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, DomainlessCredentialSpec, Ec2Service } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
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

const intranet = new Stack(app, 'Intranet');
intranet.addStackDependency(platform, 'It seeds the parameters that the fleet starts from.');
const cluster = new Cluster(intranet, 'Cluster', { vpc: new Vpc(intranet, 'Vpc', { maxAzs: 2 }) });

const hosts = new WindowsCapacityProvider(intranet, 'Hosts', {
  cluster,
  ami: WindowsAmi.fromChannel({ os }),
  fleetName: 'intranet',
  gmsa: true,
  // To join a domain takes time.
  agentVariables: { ECS_CONTAINER_START_TIMEOUT: '15m' },
  // One host at least stands by, and as many as are missing to four in all.
  warmPool: { minSize: 1, maxGroupPreparedCapacity: 4 },
});

const taskDefinition = new WindowsTaskDefinition(intranet, 'Web', {
  os,
  // { "username", "password", "domainName" }, which the credential spec names by its ARN.
  domainlessUserCredentials: Secret.fromSecretNameV2(intranet, 'User', 'intranet/directory-user'),
});
const spec = StringParameter.fromStringParameterName(intranet, 'Spec', '/intranet/credential-spec');
taskDefinition.addContainer('iis', {
  image: ContainerImage.fromRegistry('mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022'),
  cpu: 1024,
  memoryLimitMiB: 2048,
  credentialSpecs: [DomainlessCredentialSpec.fromSsmParameter(spec)],
});
new Ec2Service(intranet, 'Service', {
  cluster,
  taskDefinition,
  desiredCount: 2,
  minHealthyPercent: 100,
  capacityProviderStrategies: [hosts.strategy()],
  circuitBreaker: { rollback: true },
});
