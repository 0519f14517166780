import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  DomainlessCredentialSpec,
  Ec2Service,
  Ec2TaskDefinition,
  LogDrivers,
  NetworkMode,
  PidMode,
  type ContainerDefinitionOptions,
  type Ec2ServiceProps,
  type Ec2TaskDefinitionProps,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import type { WindowsCapacityProviderProps } from '../../lib/fleet/windows-capacity-provider-props';
import {
  WindowsTaskDefinition,
  type WindowsTaskDefinitionProps,
} from '../../lib/fleet/windows-task-definition';

const os = WindowsOs.SERVER_2022_CORE;

interface Given {
  readonly fleet?: Partial<WindowsCapacityProviderProps>;
  readonly task?: Partial<WindowsTaskDefinitionProps>;
  readonly container?: Partial<ContainerDefinitionOptions>;
  /** Whether the task's role allows something. */
  readonly mayRead?: boolean;
  /** How the service comes to the fleet. */
  readonly by?: 'strategy' | 'name' | 'cluster' | 'daemon' | 'otherStack';
}

/** A fleet and a service that may run on it. */
function shopOf({ by = 'strategy', container = {}, fleet = {}, mayRead = false, task = {} }: Given): Stack {
  const app = new App();
  const env = { account: '111111111111', region: 'eu-west-1' };
  const stack = new Stack(app, 'Shop', { env });
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const hosts = new WindowsCapacityProvider(stack, 'Windows', {
    cluster,
    ami: WindowsAmi.fromChannel({ os }),
    ...fleet,
  });
  const place = by === 'otherStack' ? new Stack(app, 'Web', { env }) : stack;
  const taskDefinition = new WindowsTaskDefinition(place, 'Task', { os, ...task });
  taskDefinition.addContainer('web', {
    image: ContainerImage.fromRegistry('contoso/web:1'),
    cpu: 512,
    memoryLimitMiB: 1024,
    ...container,
  });
  if (mayRead) {
    taskDefinition.addToTaskRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] }));
  }
  const strategy =
    by === 'name' ? { capacityProvider: hosts.capacityProviderName, weight: 1 } : hosts.strategy();
  new Ec2Service(place, 'Service', {
    cluster,
    taskDefinition,
    ...(by === 'daemon' ? { daemon: true } : {}),
    ...(by === 'daemon' || by === 'cluster' ? {} : { capacityProviderStrategies: [strategy] }),
  });
  return stack;
}

const PORT_80 = { portMappings: [{ containerPort: 8080, hostPort: 80 }] };
const SPEC = { credentialSpecs: [new DomainlessCredentialSpec('arn:aws:s3:::specs/web.json')] };
const SYSLOG = LogDrivers.syslog();
const FIXED = { ami: WindowsAmi.fromRevision({ os, revision: 4294 }) };

test.each<[string, Given, string]>([
  [
    'another release (modernisation-platform#409)',
    { task: { os: WindowsOs.SERVER_2019_CORE } },
    'its task is of WINDOWS_SERVER_2019_CORE and this fleet of WINDOWS_SERVER_2022_CORE, so that ECS never places it. Give the task ' +
      "the fleet's os, or the service a fleet of the task's.",
  ],
  [
    'another edition',
    { task: { os: WindowsOs.SERVER_2022_FULL } },
    'its task is of WINDOWS_SERVER_2022_FULL and this fleet of WINDOWS_SERVER_2022_CORE',
  ],
  [
    'by name',
    { by: 'name', task: { os: WindowsOs.SERVER_2022_FULL } },
    'its task is of WINDOWS_SERVER_2022_FULL',
  ],
  [
    'a service of another stack',
    { by: 'otherStack', task: { os: WindowsOs.SERVER_2022_FULL } },
    'Service Web/Service: its task is of WINDOWS_SERVER_2022_FULL',
  ],
  [
    'a revision that the fleet never has',
    { fleet: FIXED, task: { minimumRevision: 4295 } },
    'its task needs revision 4295 or later and this fleet stays at 4294, so that ECS never places it. Lower "minimumRevision", or let the ' +
      'fleet follow a channel.',
  ],
  [
    'another exact revision',
    { fleet: FIXED, task: { exactRevision: 4171 } },
    'its task needs revision 4171 and this fleet stays at 4294',
  ],
  [
    'port 80 with task roles',
    { container: PORT_80 },
    'container web asks for port 80 of the host, which the credential proxy of task roles holds. Leave "hostPort" out and put a load ' +
      'balancer before it, or give the fleet "taskRoles: false".',
  ],
  ['port 80 of a daemon', { by: 'daemon', container: PORT_80 }, 'container web asks for port 80 of the host'],
  ['port 80, wherever the cluster places it', { by: 'cluster', container: PORT_80 }, 'asks for port 80'],
  [
    'a task with a role on hosts that offer none',
    { fleet: { taskRoles: false }, mayRead: true },
    'its task has a role, and hosts of this fleet offer none ("taskRoles: false"), so that ECS never places it.',
  ],
  [
    'a credential spec on hosts whose agent offers no gMSA',
    { container: SPEC },
    'container web has a credential spec, and the agent of this fleet offers no gMSA, so that ECS never places it. Say "gmsa: true".',
  ],
  [
    'a log driver that the agent does not offer',
    { container: { logging: SYSLOG } },
    "container web logs by a driver that the agent of this fleet does not offer, so that ECS never places it; got: 'syslog'. Add it to " +
      '"loggingDrivers" of the fleet, which are json-file, awslogs, or name one of these.',
  ],
  [
    'a WindowsTaskDefinition without logging on a fleet without awslogs',
    { fleet: { loggingDrivers: ['json-file'] } },
    "does not offer, so that ECS never places it; got: 'awslogs'.",
  ],
  [
    'a task with an interface of its own on hosts that offer none',
    { fleet: { taskInterfaces: false }, task: { networkMode: NetworkMode.AWS_VPC } },
    "its task has a network interface of its own, and the agent of this fleet offers none, so that ECS never places it; got: 'awsvpc'. " +
      'Leave "taskInterfaces" of the fleet out',
  ],
])('%s ends synthesis', (_name, given, message) => {
  expect(() => Template.fromStack(shopOf(given))).toThrow(message);
});

test.each<[string, Given]>([
  ['no more than the fleet has', { fleet: FIXED, task: { minimumRevision: 4294 } }],
  ['the revision of the fleet', { fleet: FIXED, task: { exactRevision: 4294 } }],
  ['a lower bound on a channel', { task: { minimumRevision: 4294 } }],
  ['port 80 without task roles', { fleet: { taskRoles: false }, container: PORT_80 }],
  [
    'port 80 of an interface of its own',
    {
      task: { networkMode: NetworkMode.AWS_VPC },
      container: { portMappings: [{ containerPort: 80, hostPort: 80 }] },
    },
  ],
  ['a credential spec with gMSA', { fleet: { gmsa: true }, container: SPEC }],
  [
    'a log driver that the agent offers',
    { fleet: { loggingDrivers: ['json-file', 'awslogs', 'syslog'] }, container: { logging: SYSLOG } },
  ],
  // The cluster may have hosts that offer it, too.
  ['a log driver of a service that the cluster places', { by: 'cluster', container: { logging: SYSLOG } }],
  // The cluster may have hosts of that Windows, too.
  [
    'a daemon of another Windows',
    { by: 'daemon', task: { os: WindowsOs.SERVER_2022_FULL }, container: PORT_80 },
  ],
])('%s is let through', (_name, given) => {
  expect(() => Template.fromStack(shopOf(given))).not.toThrow();
});

test('an exact revision on a fleet that moves on is warned of', () => {
  Annotations.fromStack(shopOf({ task: { exactRevision: 4294 } })).hasWarning(
    '/Shop/Service',
    Match.stringLikeRegexp('its task needs revision 4294 and the fleet Shop/Windows follows channel current'),
  );
});

test('a log driver that a host of the cluster may not offer is warned of', () => {
  Annotations.fromStack(shopOf({ by: 'cluster', container: { logging: SYSLOG } })).hasWarning(
    '/Shop/Service',
    Match.stringLikeRegexp(
      'on hosts of the fleet Shop/Windows, where the cluster may place it, container web logs by a driver that the agent',
    ),
  );
});

/** A service on a fleet with a task definition that is not made for Windows. */
function plainShop(
  task: Ec2TaskDefinitionProps,
  container: Partial<ContainerDefinitionOptions> = {},
  service: Partial<Ec2ServiceProps> = {},
): Stack {
  const stack = new Stack(new App(), 'Shop');
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  cluster.addDefaultCloudMapNamespace({ name: 'shop.local' });
  const hosts = new WindowsCapacityProvider(stack, 'Windows', {
    cluster,
    ami: WindowsAmi.fromChannel({ os }),
  });
  const taskDefinition = new Ec2TaskDefinition(stack, 'Task', task);
  const image = ContainerImage.fromRegistry('contoso/web:1');
  taskDefinition.addContainer('web', { image, memoryLimitMiB: 1024, ...container });
  new Ec2Service(stack, 'Service', {
    cluster,
    taskDefinition,
    capacityProviderStrategies: [hosts.strategy()],
    ...service,
  });
  return stack;
}

const NAT = { networkMode: NetworkMode.NAT };
const LTSC2019 = ContainerImage.fromRegistry('mcr.microsoft.com/windows/servercore:ltsc2019');

test.each<[string, Parameters<typeof plainShop>, string]>([
  [
    'the network of Linux',
    [{}],
    'Service Shop/Service: "networkMode" of its task must be NAT or AWS_VPC on Windows; got: \'bridge\'. ' +
      "Take the host's nat network by NAT",
  ],
  [
    'a volume on EFS',
    [{ ...NAT, volumes: [{ name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }] }],
    '"volumes" of its task must not be on EFS; got: \'data\'',
  ],
  [
    'Service Connect',
    [NAT, {}, { serviceConnectConfiguration: {} }],
    'Service Shop/Service: Service Connect is not there on Windows',
  ],
  [
    'the processes of its host',
    [{ ...NAT, pidMode: PidMode.HOST }],
    '"pidMode" of its task is not supported',
  ],
  ['the image of another Windows', [NAT, { image: LTSC2019 }], 'servercore:ltsc2019'],
  ['what only Linux has', [NAT, { privileged: true }], '"privileged" is not supported on Windows'],
])('a task definition for Linux with %s ends synthesis on a fleet', (_name, given, message) => {
  expect(() => Template.fromStack(plainShop(...given))).toThrow(message);
});

test('a plain task definition that Windows can run is let through', () => {
  expect(() => Template.fromStack(plainShop(NAT))).not.toThrow();
});
