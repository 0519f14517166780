import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerImage,
  Ec2Service,
  FireLensLogDriver,
  FirelensLogRouterType,
  IpcMode,
  LinuxParameters,
  LogDrivers,
  NetworkMode,
  OperatingSystemFamily,
  PidMode,
  PlacementConstraint,
  Scope,
  UlimitName,
  type ContainerDefinitionOptions,
} from 'aws-cdk-lib/aws-ecs';
import { ManagedPolicy, Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import {
  WindowsTaskDefinition,
  type WindowsTaskDefinitionProps,
} from '../../lib/fleet/windows-task-definition';
import { documentedDefaults } from '../support/documented-defaults';
import { onlyProperties } from '../support/only-resource';

const os = WindowsOs.SERVER_2022_CORE;
const CONTAINER: ContainerDefinitionOptions = {
  image: ContainerImage.fromRegistry('contoso/web:1'),
  cpu: 1024,
  memoryLimitMiB: 2048,
};

function taskOf(
  props: Partial<WindowsTaskDefinitionProps> = {},
  container: Partial<ContainerDefinitionOptions> = {},
) {
  const stack = new Stack(new App(), 'Shop');
  const task = new WindowsTaskDefinition(stack, 'Task', { os, ...props });
  task.addContainer('web', { ...CONTAINER, ...container });
  return { stack, task };
}

function propertiesOf(...given: Parameters<typeof taskOf>) {
  return onlyProperties(Template.fromStack(taskOf(...given).stack), 'AWS::ECS::TaskDefinition');
}

const ALL = [
  WindowsOs.SERVER_2016_FULL,
  WindowsOs.SERVER_2019_FULL,
  WindowsOs.SERVER_2019_CORE,
  WindowsOs.SERVER_2022_FULL,
  WindowsOs.SERVER_2022_CORE,
  WindowsOs.SERVER_2025_FULL,
  WindowsOs.SERVER_2025_CORE,
];

test.each(ALL.map((one) => [one.name, one] as const))('%s is said as ECS names it', (name, one) => {
  const { RuntimePlatform } = propertiesOf({ os: one });
  expect(RuntimePlatform).toEqual({
    CpuArchitecture: 'X86_64',
    OperatingSystemFamily: `WINDOWS_${name}`,
  });
  expect(OperatingSystemFamily.of(RuntimePlatform.OperatingSystemFamily)).toMatchObject({
    _operatingSystemFamily: one.operatingSystemFamily._operatingSystemFamily,
  });
});

describe('with required props', () => {
  const { stack } = taskOf();
  const template = Template.fromStack(stack);
  const task = onlyProperties(template, 'AWS::ECS::TaskDefinition');

  test('it is for EC2, in the network that Windows has by itself, on any host', () => {
    expect(task.RequiresCompatibilities).toEqual(['EC2']);
    expect(task).not.toHaveProperty('NetworkMode');
    expect(task).not.toHaveProperty('PlacementConstraints');
  });

  test('a container logs to a group that its execution role may write to', () => {
    const [group] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
    expect(task.ContainerDefinitions[0].LogConfiguration).toEqual({
      LogDriver: 'awslogs',
      Options: {
        'awslogs-group': { Ref: group },
        'awslogs-region': { Ref: 'AWS::Region' },
        'awslogs-stream-prefix': 'web',
      },
    });
    const [role] = Object.keys(template.findResources('AWS::IAM::Role')).filter((id) => /Execution/.test(id));
    expect(task.ExecutionRoleArn).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: role }],
      PolicyDocument: {
        Statement: [
          {
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Effect: 'Allow',
            Resource: { 'Fn::GetAtt': [group, 'Arn'] },
          },
        ],
      },
    });
  });

  test('the defaults are those of API.md', () => {
    const { RetentionInDays } = onlyProperties(template, 'AWS::Logs::LogGroup');
    const anyHost = 'PlacementConstraints' in task ? 'some hosts' : 'any host of the os';
    expect(documentedDefaults('WindowsTaskDefinitionProps')).toMatchObject({
      minimumRevision: anyHost,
      exactRevision: anyHost,
      fsxVolumes: 'Volumes' in task ? 'some' : 'no shares',
      domainlessUserCredentials: JSON.stringify(template).includes('secretsmanager:') ? 'some' : 'no secret',
      logRetention: `RetentionDays.${RetentionDays[RetentionInDays]}`,
    });
  });

  test('nothing is warned of', () => {
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });
});

describe('each prop reaches its place', () => {
  test('a revision is compared as a number, and one of another build does not count', () => {
    expect(propertiesOf({ minimumRevision: 4294 }).PlacementConstraints).toEqual([
      {
        Type: 'memberOf',
        Expression: 'attribute:winbake.build == 20348 and attribute:winbake.revision >= 4294',
      },
    ]);
    expect(propertiesOf({ exactRevision: 4294 }).PlacementConstraints).toEqual([
      expect.objectContaining({ Expression: expect.stringContaining('attribute:winbake.revision == 4294') }),
    ]);
  });

  test("an app's own constraints stay beside it", () => {
    const own = PlacementConstraint.memberOf('attribute:disk == fast');
    const { PlacementConstraints } = propertiesOf({ minimumRevision: 4294, placementConstraints: [own] });
    expect(PlacementConstraints).toHaveLength(2);
    expect(PlacementConstraints[0]).toEqual({ Type: 'memberOf', Expression: 'attribute:disk == fast' });
  });

  test('a task has an interface of its own where that is asked for', () => {
    const task = propertiesOf({ networkMode: NetworkMode.AWS_VPC });
    expect(task.NetworkMode).toBe('awsvpc');
    expect(task.ContainerDefinitions[0].Environment).toEqual([
      { Name: 'AWS_REGION', Value: { Ref: 'AWS::Region' } },
    ]);
  });

  test('logs are kept as long as is said, and other logging stays', () => {
    const { stack } = taskOf({ logRetention: RetentionDays.ONE_WEEK });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
    const own = propertiesOf({}, { logging: LogDrivers.jsonFile() });
    expect(own.ContainerDefinitions[0].LogConfiguration).toMatchObject({ LogDriver: 'json-file' });
  });
});

test('a service of a fleet takes it', () => {
  const { stack, task } = taskOf({ minimumRevision: 4294 });
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const hosts = new WindowsCapacityProvider(stack, 'Hosts', {
    cluster,
    ami: WindowsAmi.fromChannel({ os: task.os }),
  });
  new Ec2Service(stack, 'Service', {
    cluster,
    taskDefinition: task,
    capacityProviderStrategies: [hosts.strategy()],
  });
  const service = onlyProperties(Template.fromStack(stack), 'AWS::ECS::Service');
  expect(service.CapacityProviderStrategy).toEqual([
    { CapacityProvider: stack.resolve(hosts.strategy().capacityProvider), Base: 0, Weight: 1 },
  ]);
});

test('a container without a share of the CPU is warned of', () => {
  for (const cpu of [undefined, 0]) {
    const { stack } = taskOf({}, { cpu });
    Annotations.fromStack(stack).hasWarning('/Shop/Task/web', Match.stringLikeRegexp('1 % of one CPU'));
  }
});

describe('what Windows has not ends synthesis', () => {
  test.each<[string, Partial<ContainerDefinitionOptions>, string]>([
    ['privileged', { privileged: true }, '"privileged" is not supported on Windows.'],
    ['a read-only root', { readonlyRootFilesystem: true }, '"readonlyRootFilesystem" is not supported'],
    ['no network', { disableNetworking: true }, '"disableNetworking" is not supported'],
    [
      'ulimits',
      { ulimits: [{ name: UlimitName.NOFILE, softLimit: 1, hardLimit: 2 }] },
      '"ulimits" is not supported on Windows. Leave it out; "cpu" and "memoryLimitMiB" limit a container.',
    ],
    ['system controls', { systemControls: [{ namespace: 'net.x', value: '1' }] }, '"systemControls" is not'],
    ['DNS servers', { dnsServers: ['10.0.0.2'] }, '"dnsServers" is not supported on Windows.'],
    ['DNS search domains', { dnsSearchDomains: ['shop.local'] }, '"dnsSearchDomains" is not supported'],
    ['extra hosts', { extraHosts: { db: '10.0.0.9' } }, '"extraHosts" is not supported on Windows.'],
    ['reserved memory', { memoryReservationMiB: 512 }, '"memoryReservationMiB" does not start on Windows.'],
    ['no memory', { memoryLimitMiB: undefined, memoryReservationMiB: 512 }, '"memoryLimitMiB" is needed on'],
    [
      'FireLens',
      { logging: new FireLensLogDriver({}) },
      'the log driver is not there on Windows; got: \'awsfirelens\'. Take awslogs, as a WindowsTaskDefinition does without "logging".',
    ],
    [
      'journald',
      { logging: LogDrivers.journald() },
      "the log driver is not there on Windows; got: 'journald'.",
    ],
  ])('%s', (_name, container, message) => {
    expect(() => Template.fromStack(taskOf({}, container).stack)).toThrow(
      `[Shop/Task] Container web: ${message}`,
    );
  });

  test('Linux parameters', () => {
    const { stack, task } = taskOf();
    const linuxParameters = new LinuxParameters(stack, 'Linux', { initProcessEnabled: true });
    task.addContainer('other', { ...CONTAINER, linuxParameters });
    expect(() => Template.fromStack(stack)).toThrow('Container other: "linuxParameters" is not supported');
  });

  test('a log router of FireLens', () => {
    const { stack, task } = taskOf();
    task.addFirelensLogRouter('router', {
      ...CONTAINER,
      firelensConfig: { type: FirelensLogRouterType.FLUENTBIT },
    });
    expect(() => Template.fromStack(stack)).toThrow(
      'Container router: "firelensConfiguration" is not supported on Windows. Leave the log router out',
    );
  });

  test('every fault of a task is said at once', () => {
    const { stack } = taskOf({}, { privileged: true, dnsServers: ['10.0.0.2'] });
    expect(() => Template.fromStack(stack)).toThrow(/"privileged"[^]*"dnsServers"/);
  });

  test.each<[Partial<WindowsTaskDefinitionProps>, string]>([
    [
      { pidMode: PidMode.HOST },
      `[Shop/Task] "pidMode" is not supported on Windows; got: 'host'. Leave it out.`,
    ],
    [{ ipcMode: IpcMode.TASK }, `"ipcMode" is not supported on Windows; got: 'task'.`],
    [{ networkMode: NetworkMode.BRIDGE }, `"networkMode" must be NAT or AWS_VPC on Windows; got: 'bridge'.`],
    [{ networkMode: NetworkMode.HOST }, `got: 'host'. Take the host's nat network by NAT`],
    [
      { os: WindowsOs.SERVER_2016_FULL, networkMode: NetworkMode.AWS_VPC },
      `"networkMode" must be NAT on Windows Server 2016; got: 'awsvpc'.`,
    ],
    [{ minimumRevision: 0 }, `"minimumRevision" must be 1 to 999999999; got: 0. It is the fourth number`],
    [{ exactRevision: -4294 }, `"exactRevision" must be 1 to 999999999; got: -4294.`],
    [
      { volumes: [{ name: 'data', efsVolumeConfiguration: { fileSystemId: 'fs-1' } }] },
      `[Shop/Task] "volumes" must not be on EFS; got: 'data'. Windows cannot mount it`,
    ],
    [
      {
        volumes: [{ name: 'data', dockerVolumeConfiguration: { driver: 'rexray', scope: Scope.TASK } }],
      },
      `"volumes" must have the driver local on Windows; got: 'rexray' of 'data'.`,
    ],
  ])('%j', (props, message) => {
    expect(() => taskOf(props)).toThrow(message);
  });

  test('a volume of the host and one of Docker are there', () => {
    const { Volumes } = propertiesOf({
      volumes: [
        { name: 'logs', host: { sourcePath: 'C:\\logs' } },
        { name: 'cache', dockerVolumeConfiguration: { driver: 'local', scope: Scope.TASK } },
      ],
    });
    expect(Volumes).toHaveLength(2);
  });
});

describe('the network', () => {
  test('Service Connect, whose proxy does not run on Windows, ends synthesis (copilot-cli#5696)', () => {
    const { stack, task } = taskOf({ networkMode: NetworkMode.AWS_VPC });
    const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
    cluster.addDefaultCloudMapNamespace({ name: 'shop' });
    new Ec2Service(stack, 'Web', { cluster, taskDefinition: task, serviceConnectConfiguration: {} });
    expect(() => Template.fromStack(stack)).toThrow(
      '[Shop/Task] Service Shop/Web: Service Connect is not there on Windows. Leave "serviceConnectConfiguration" out, and use ' +
        '"cloudMapOptions" or a load balancer.',
    );
  });

  test('port 80 of the host, which the credential proxy of task roles holds, is warned of', () => {
    const { stack } = taskOf({}, { portMappings: [{ containerPort: 8080, hostPort: 80 }] });
    Annotations.fromStack(stack).hasWarning(
      '/Shop/Task/web',
      Match.stringLikeRegexp('"hostPort" 80 is that of'),
    );
    const good = [
      taskOf({}, { portMappings: [{ containerPort: 80 }] }),
      taskOf({}, { portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
      taskOf({ networkMode: NetworkMode.AWS_VPC }, { portMappings: [{ containerPort: 80, hostPort: 80 }] }),
    ];
    for (const one of good) {
      Annotations.fromStack(one.stack).hasNoWarning('*', Match.anyValue());
    }
  });
});

describe('the role of a task', () => {
  const roleOf = (change: (task: WindowsTaskDefinition) => void) => {
    const { stack, task } = taskOf();
    change(task);
    return onlyProperties(Template.fromStack(stack), 'AWS::ECS::TaskDefinition')['TaskRoleArn'];
  };
  const reads = new PolicyStatement({ actions: ['s3:GetObject'], resources: ['*'] });

  test.each<[string, (task: WindowsTaskDefinition) => void]>([
    [
      'by a grant',
      (task) => {
        task.addToTaskRolePolicy(reads);
      },
    ],
    [
      'by a managed policy',
      ({ taskRole }) => {
        taskRole.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess'));
      },
    ],
    [
      'by a policy that is elsewhere',
      (task) => new Policy(task.stack, 'Reads', { statements: [reads], roles: [task.taskRole] }),
    ],
  ])('is there where it allows something: %s', (_, change) => {
    expect(roleOf(change)).toBeDefined();
  });

  test('is left out where it allows nothing, since it keeps tasks off hosts without task roles', () => {
    expect(roleOf(() => undefined)).toBeUndefined();
    const taskRole = Role.fromRoleArn(new Stack(), 'Role', 'arn:aws:iam::111111111111:role/web');
    expect(propertiesOf({ taskRole })['TaskRoleArn']).toBeDefined();
  });
});
