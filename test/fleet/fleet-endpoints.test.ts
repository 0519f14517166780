import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  SubnetType,
  Vpc,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';

interface Given {
  readonly env?: { readonly account: string; readonly region: string };
  readonly interfaces?: Readonly<Record<string, InterfaceVpcEndpointAwsService>>;
  readonly gateway?: boolean;
  readonly vpcSubnets?: SubnetSelection;
  readonly type?: SubnetType;
  readonly gmsa?: boolean;
  /** Whether hosts read a secret for a private registry. */
  readonly readsSecret?: boolean;
}

/** The fleet's stack; its VPC is in another one. */
function fleetOf({
  env,
  gateway,
  gmsa = false,
  interfaces = {},
  readsSecret = false,
  type = SubnetType.PRIVATE_ISOLATED,
  vpcSubnets,
}: Given): Stack {
  const app = new App();
  const props = env === undefined ? {} : { env };
  const network = new Stack(app, 'Network', props);
  const vpc = new Vpc(network, 'Vpc', {
    maxAzs: 2,
    subnetConfiguration: [
      { name: 'public', subnetType: SubnetType.PUBLIC },
      { name: 'hosts', subnetType: type },
    ],
  });
  for (const [id, service] of Object.entries(interfaces)) {
    vpc.addInterfaceEndpoint(id, { service });
  }
  if (gateway === true) {
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
  }
  const stack = new Stack(app, 'Shop', props);
  new WindowsCapacityProvider(stack, 'Windows', {
    cluster: new Cluster(stack, 'Cluster', { vpc }),
    ami: WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2022_CORE }),
    gmsa,
    ...(readsSecret
      ? { ownImageCredentials: { 'shop.azurecr.io': Secret.fromSecretNameV2(stack, 'Acr', 'acr') } }
      : {}),
    ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
  });
  return stack;
}

const HOSTS = { vpcSubnets: { subnetGroupName: 'hosts' } };
const ALL = {
  Ecs: InterfaceVpcEndpointAwsService.ECS,
  EcsAgent: InterfaceVpcEndpointAwsService.ECS_AGENT,
  EcsTelemetry: InterfaceVpcEndpointAwsService.ECS_TELEMETRY,
  AutoScaling: InterfaceVpcEndpointAwsService.AUTOSCALING,
  Ecr: InterfaceVpcEndpointAwsService.ECR,
  Docker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Ssm: InterfaceVpcEndpointAwsService.SSM,
  SsmMessages: InterfaceVpcEndpointAwsService.SSM_MESSAGES,
};

test.each<[string, Given, string]>([
  [
    'none',
    HOSTS,
    'no endpoint of ecs, ecs-agent, ecs-telemetry, autoscaling, ecr.api, ecr.dkr, s3, logs, ssm, ssmmessages: without',
  ],
  [
    'all but that of the user of gMSA',
    { ...HOSTS, interfaces: ALL, gateway: true, gmsa: true },
    'no endpoint of secretsmanager: without',
  ],
  [
    'all but that of the login to a private registry',
    { ...HOSTS, interfaces: ALL, gateway: true, readsSecret: true },
    'no endpoint of secretsmanager: without',
  ],
  ['those of interfaces', { ...HOSTS, interfaces: ALL }, 'no endpoint of s3: without'],
  [
    'some',
    { ...HOSTS, gateway: true, interfaces: { Ecs: ALL.Ecs, Ecr: ALL.Ecr } },
    'no endpoint of ecs-agent, ecs-telemetry, autoscaling, ecr.dkr, logs, ssm, ssmmessages: without',
  ],
])('isolated subnets whose VPC has %s of the endpoints are warned of', (_name, given, text) => {
  Annotations.fromStack(fleetOf(given)).hasWarning('/Shop/Windows', Match.stringLikeRegexp(text));
});

test.each<[string, Given]>([
  ['isolated subnets with all endpoints', { ...HOSTS, interfaces: ALL, gateway: true }],
  [
    'the same in a known region',
    { ...HOSTS, interfaces: ALL, gateway: true, env: { account: '111111111111', region: 'eu-west-1' } },
  ],
  ['subnets with a way out', { ...HOSTS, type: SubnetType.PRIVATE_WITH_EGRESS }],
  ['public subnets beside isolated ones', { vpcSubnets: { subnetType: SubnetType.PUBLIC } }],
])('%s are not', (_name, given) => {
  Annotations.fromStack(fleetOf(given)).hasNoWarning('*', Match.stringLikeRegexp('isolated'));
});
