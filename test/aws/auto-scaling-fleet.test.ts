import {
  ActiveInstanceRefreshNotFoundFault,
  AutoScalingClient,
  AutoScalingServiceException,
  CancelInstanceRefreshCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeWarmPoolCommand,
  RollbackInstanceRefreshCommand,
  SetInstanceHealthCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  EC2ServiceException,
} from '@aws-sdk/client-ec2';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { autoScalingFleet, fleetDeployment } from '../../lib/aws/fleets/auto-scaling-fleet';

const autoScaling = mockClient(AutoScalingClient);
const ec2 = mockClient(EC2Client);
const region = 'eu-central-1';
const LaunchTemplateId = 'lt-0123456789abcdef0';
const fleet = autoScalingFleet(new AutoScalingClient({ region }), new EC2Client({ region }), {
  autoScalingGroup: 'group',
  launchTemplateId: LaunchTemplateId,
});
const AMI = 'ami-0fedcba9876543210';
beforeEach(() => {
  autoScaling.reset();
  ec2.reset();
  hasGroup({ LaunchTemplate: { LaunchTemplateId, Version: '7' } });
});

function hasGroup(group: Partial<AutoScalingGroup>): void {
  autoScaling
    .on(DescribeAutoScalingGroupsCommand, { AutoScalingGroupNames: ['group'] })
    .resolves({ AutoScalingGroups: [group as AutoScalingGroup] });
  ec2
    .on(DescribeLaunchTemplateVersionsCommand, { LaunchTemplateId, Versions: ['7'] })
    .resolves({ LaunchTemplateVersions: [{ VersionNumber: 7, LaunchTemplateData: { ImageId: AMI } }] });
}

const FIRST = { launchedAt: null, isFirstStart: true };
const started = (Version: string) => ({ LaunchTemplateId, Version });

test('a group is described with the AMIs that its instances really run, and the templates that they came from', async () => {
  hasGroup({
    DesiredCapacity: 3,
    LaunchTemplate: { LaunchTemplateId, Version: '7' },
    Instances: [
      { InstanceId: 'i-1', LaunchTemplate: started('5'), LifecycleState: 'Terminating:Wait' },
      { InstanceId: 'i-2', LaunchTemplate: started('6'), LifecycleState: 'InService' },
      { InstanceId: 'i-3', LaunchTemplate: { LaunchTemplateId: 'lt-of-another', Version: '1' } },
    ] as AutoScalingGroup['Instances'],
  });
  const version = (VersionNumber: number, LaunchTemplateData: object) => ({
    VersionNumber,
    LaunchTemplateData,
  });
  ec2.on(DescribeLaunchTemplateVersionsCommand, { LaunchTemplateId, Versions: ['7', '5', '6'] }).resolves({
    LaunchTemplateVersions: [
      version(7, { ImageId: AMI, UserData: 'new', Monitoring: { Enabled: true } }),
      version(5, { ImageId: 'ami-00000000000000001', UserData: 'old' }),
      // The order of keys is no difference, nor is the AMI.
      version(6, { Monitoring: { Enabled: true }, UserData: 'new', ImageId: 'ami-00000000000000001' }),
    ],
  });
  ec2.on(DescribeInstancesCommand, { InstanceIds: ['i-1', 'i-2', 'i-3'] }).resolves({
    Reservations: [
      { Instances: [{ InstanceId: 'i-1', ImageId: 'ami-00000000000000001' }] },
      { Instances: [{ InstanceId: 'i-2', ImageId: AMI }] },
      { Instances: [{ InstanceId: 'i-3', ImageId: AMI }] },
    ],
  });
  const { instances, template, ...group } = await fleet.describeGroup();
  expect(group).toEqual({ launchTemplateVersion: '7', amiId: AMI, desiredCapacity: 3, pool: [] });
  expect(instances).toEqual([
    {
      id: 'i-1',
      amiId: 'ami-00000000000000001',
      version: '5',
      template: expect.any(String),
      ...FIRST,
      isLeaving: true,
    },
    { ...FIRST, id: 'i-2', amiId: AMI, version: '6', template, isLeaving: false },
    { ...FIRST, id: 'i-3', amiId: AMI, version: null, template: null, isLeaving: false },
  ]);
  expect(instances[0]?.template).not.toBe(template);
});

describe('a group with a warm pool', () => {
  const warm = (InstanceId: string, LifecycleState: string, HealthStatus = 'Healthy') =>
    ({ InstanceId, LifecycleState, HealthStatus, LaunchTemplate: started('7') }) as never;

  test('has it apart from its instances, page by page, and tells which of it are going', async () => {
    hasGroup({
      LaunchTemplate: started('7'),
      WarmPoolConfiguration: { MinSize: 1 },
      // Whatever this list shows of the pool, it is not in service.
      Instances: [warm('i-1', 'InService'), warm('i-2', 'Warmed:Stopped')],
    });
    autoScaling
      .on(DescribeWarmPoolCommand, { AutoScalingGroupName: 'group' })
      .resolves({ Instances: [warm('i-2', 'Warmed:Stopped')], NextToken: 'more' })
      .on(DescribeWarmPoolCommand, { AutoScalingGroupName: 'group', NextToken: 'more' })
      .resolves({
        Instances: [
          warm('i-3', 'Warmed:Terminating:Wait'),
          warm('i-4', 'Warmed:Stopped', 'Unhealthy'),
          warm('i-5', 'Warmed:Pending:Wait'),
        ],
      });
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [
        {
          Instances: ['i-1', 'i-2', 'i-3', 'i-4', 'i-5'].map((InstanceId) => ({ InstanceId, ImageId: AMI })),
        },
      ],
    });
    const { instances, pool } = await fleet.describeGroup();
    expect(instances.map(({ id }) => id)).toEqual(['i-1']);
    expect(pool.map(({ id, isLeaving }) => [id, isLeaving])).toEqual([
      ['i-2', false],
      ['i-3', true],
      ['i-4', true],
      ['i-5', false],
    ]);
    expect(ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(1);
  });

  test('tells how far its own instances are replaced, whatever of the pool is', async () => {
    autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
      InstanceRefreshes: [
        { PercentageComplete: 5, ProgressDetails: { LivePoolProgress: { PercentageComplete: 10 } } },
      ],
    });
    expect(await fleet.newestRefresh()).toMatchObject({ percentage: 10 });
  });

  test('lets an instance of it go by its health; one that has gone is no fault', async () => {
    const refused = (message: string) =>
      new AutoScalingServiceException({ name: 'ValidationError', $fault: 'client', $metadata: {}, message });
    autoScaling
      .on(SetInstanceHealthCommand)
      .resolvesOnce({})
      .rejectsOnce(refused('Instance Id not found - No managed instance found for instance ID: i-2'))
      .rejects(refused('Rate exceeded'));
    await fleet.evictFromPool('i-2');
    await fleet.evictFromPool('i-2');
    expect(autoScaling.commandCalls(SetInstanceHealthCommand)[0]!.args[0].input).toEqual({
      InstanceId: 'i-2',
      HealthStatus: 'Unhealthy',
      ShouldRespectGracePeriod: false,
    });
    await expect(fleet.evictFromPool('i-2')).rejects.toThrow('Rate exceeded');
  });
});

test('an instance whose version was deleted leaves the others unknown, and the group described', async () => {
  hasGroup({
    LaunchTemplate: started('7'),
    Instances: [{ InstanceId: 'i-1', LaunchTemplate: started('5') }] as AutoScalingGroup['Instances'],
  });
  ec2.on(DescribeLaunchTemplateVersionsCommand, { LaunchTemplateId, Versions: ['7', '5'] }).rejects(
    new EC2ServiceException({
      name: 'InvalidLaunchTemplateId.VersionNotFound',
      $fault: 'client',
      $metadata: {},
      message: 'Could not find the specified version 5',
    }),
  );
  ec2
    .on(DescribeInstancesCommand)
    .resolves({ Reservations: [{ Instances: [{ InstanceId: 'i-1', ImageId: AMI }] }] });
  expect(await fleet.describeGroup()).toMatchObject({
    amiId: AMI,
    instances: [{ id: 'i-1', template: null }],
  });
});

test('an empty group asks for no instances, since that would list all of the account', async () => {
  hasGroup({ LaunchTemplate: { LaunchTemplateId, Version: '7' } });
  expect(await fleet.describeGroup()).toMatchObject({ desiredCapacity: 0, instances: [] });
  expect(ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(0);
});

test('a group without a numbered version is refused by name', async () => {
  hasGroup({});
  await expect(fleet.describeGroup()).rejects.toThrow(
    'The Auto Scaling group group has no numbered launch template version.',
  );
});

test('the newest refresh is the first of the list', async () => {
  autoScaling
    .on(DescribeInstanceRefreshesCommand, { AutoScalingGroupName: 'group', MaxRecords: 1 })
    .resolvesOnce({
      InstanceRefreshes: [
        {
          InstanceRefreshId: 'refresh',
          Status: 'InProgress',
          StatusReason: 'Waiting',
          PercentageComplete: 25,
          StartTime: new Date('2025-10-14T22:00:00Z'),
          DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId, Version: '8' } },
        },
      ],
    })
    .resolves({ InstanceRefreshes: [] });
  expect(await fleet.newestRefresh()).toEqual({
    id: 'refresh',
    status: 'InProgress',
    reason: 'Waiting',
    percentage: 25,
    version: '8',
    startedAt: new Date('2025-10-14T22:00:00Z'),
    endedAt: null,
  });
  expect(await fleet.newestRefresh()).toBeUndefined();
});

test('a version differs from its source in the AMI alone, and the group uses its number', async () => {
  ec2.on(CreateLaunchTemplateVersionCommand).resolves({ LaunchTemplateVersion: { VersionNumber: 8 } });
  autoScaling.on(UpdateAutoScalingGroupCommand).resolves({});
  expect(await fleet.createLaunchTemplateVersion('7', AMI, 'Winbake 20348.4294-1')).toBe('8');
  await fleet.useLaunchTemplateVersion('8');
  expect(ec2.commandCalls(CreateLaunchTemplateVersionCommand)[0]!.args[0].input).toEqual({
    LaunchTemplateId,
    SourceVersion: '7',
    VersionDescription: 'Winbake 20348.4294-1',
    ClientToken: `${LaunchTemplateId}-7-${AMI}-Winbake-20348.4294-1`,
    LaunchTemplateData: { ImageId: AMI },
  });
  expect(autoScaling.commandCalls(UpdateAutoScalingGroupCommand)[0]!.args[0].input).toEqual({
    AutoScalingGroupName: 'group',
    LaunchTemplate: { LaunchTemplateId, Version: '8' },
  });
});

test('a canary launches before it terminates, pauses, watches alarms and rolls back where it fails', async () => {
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'refresh' });
  const request = {
    version: '8',
    checkpoint: { percentages: [10, 100], seconds: 172800 },
    maxHealthyPercentage: 125,
    bakeSeconds: 1800,
    autoRollback: true,
    alarms: ['errors'],
  };
  expect(await fleet.startRefresh(request)).toBe('refresh');
  expect(autoScaling.commandCalls(StartInstanceRefreshCommand)[0]!.args[0].input).toEqual({
    AutoScalingGroupName: 'group',
    Strategy: 'Rolling',
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId, Version: '8' } },
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 125,
      SkipMatching: true,
      AutoRollback: true,
      ScaleInProtectedInstances: 'Refresh',
      StandbyInstances: 'Ignore',
      BakeTime: 1800,
      CheckpointPercentages: [10, 100],
      CheckpointDelay: 172800,
      AlarmSpecification: { Alarms: ['errors'] },
    },
  });
});

test('a refresh that goes through asks for nothing more', async () => {
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'refresh' });
  const request = {
    version: '8',
    checkpoint: null,
    maxHealthyPercentage: 110,
    bakeSeconds: 0,
    autoRollback: false,
    alarms: [],
  };
  await fleet.startRefresh(request);
  const { Preferences } = autoScaling.commandCalls(StartInstanceRefreshCommand)[0]!.args[0].input;
  expect(Object.keys(Preferences!).sort()).toEqual([
    'AutoRollback',
    'MaxHealthyPercentage',
    'MinHealthyPercentage',
    'ScaleInProtectedInstances',
    'SkipMatching',
    'StandbyInstances',
  ]);
});

test('a refresh is stopped and turned back by the name of the group', async () => {
  autoScaling.on(CancelInstanceRefreshCommand).resolves({});
  autoScaling.on(RollbackInstanceRefreshCommand).resolves({});
  await fleet.cancelRefresh();
  await fleet.rollBackRefresh();
  const inputs = autoScaling.calls().map((call) => call.args[0].input);
  expect(inputs).toEqual([{ AutoScalingGroupName: 'group' }, { AutoScalingGroupName: 'group' }]);
});

test('a refresh is stopped without waiting for instances, and one that has ended meanwhile is no fault', async () => {
  autoScaling
    .on(CancelInstanceRefreshCommand)
    .resolvesOnce({})
    .rejectsOnce(new ActiveInstanceRefreshNotFoundFault({ message: 'no', $metadata: {} }))
    .rejects(new Error('Throttling'));
  await fleet.cancelRefresh({ waitsForInstances: false });
  expect(autoScaling.calls()[0]!.args[0].input).toEqual({
    AutoScalingGroupName: 'group',
    WaitForTransitioningInstances: false,
  });
  await fleet.cancelRefresh();
  await expect(fleet.cancelRefresh()).rejects.toThrow('Throttling');
});

describe('what a deployment asks', () => {
  const cloudFormation = mockClient(CloudFormationClient);
  const ask = (group?: string) =>
    fleetDeployment(new CloudFormationClient({ region }), fleet, { stackId: 'arn:stack', group });

  test.each([
    ['UPDATE_IN_PROGRESS', false],
    ['UPDATE_ROLLBACK_IN_PROGRESS', true],
    ['ROLLBACK_IN_PROGRESS', true],
  ])('in %s a deployment is taken back: %s', async (StackStatus, expected) => {
    cloudFormation.on(DescribeStacksCommand, { StackName: 'arn:stack' }).resolves({
      Stacks: [{ StackName: 's', CreationTime: new Date(0), StackStatus: StackStatus as StackStatus }],
    });
    expect(await ask().isRollingBack()).toBe(expected);
  });

  test('the group starts instances from its version, and a fleet without a group from none', async () => {
    expect(await ask('group').live()).toEqual({ amiId: AMI, version: '7' });
    expect(await ask().live()).toBeUndefined();
  });
});

describe('a group with mixed instances', () => {
  const specification = { LaunchTemplateId, LaunchTemplateName: 'fleet', Version: '7' };
  const Overrides = [{ InstanceType: 'm6i.xlarge' }, { InstanceType: 'm5.xlarge' }];
  const InstancesDistribution = { OnDemandPercentageAboveBaseCapacity: 0 };
  const MixedInstancesPolicy = {
    LaunchTemplate: { LaunchTemplateSpecification: specification, Overrides },
    InstancesDistribution,
  };
  const wanted = {
    LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateId, Version: '8' }, Overrides },
    InstancesDistribution,
  };

  test('is described by the version in its policy', async () => {
    hasGroup({ MixedInstancesPolicy });
    expect(await fleet.describeGroup()).toMatchObject({ launchTemplateVersion: '7', amiId: AMI });
  });

  test('keeps the rest of its policy, and the template is named by its id alone', async () => {
    hasGroup({ MixedInstancesPolicy });
    autoScaling.on(UpdateAutoScalingGroupCommand).resolves({});
    autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'refresh' });
    await fleet.useLaunchTemplateVersion('8');
    await fleet.startRefresh({
      version: '8',
      checkpoint: null,
      maxHealthyPercentage: 110,
      bakeSeconds: 0,
      autoRollback: true,
      alarms: [],
    });
    expect(autoScaling.commandCalls(UpdateAutoScalingGroupCommand)[0]!.args[0].input).toEqual({
      AutoScalingGroupName: 'group',
      MixedInstancesPolicy: wanted,
    });
    expect(autoScaling.commandCalls(StartInstanceRefreshCommand)[0]!.args[0].input).toMatchObject({
      DesiredConfiguration: { MixedInstancesPolicy: wanted },
    });
  });

  test('has refreshes whose version stands in the policy', async () => {
    autoScaling.on(DescribeInstanceRefreshesCommand).resolves({
      InstanceRefreshes: [
        { InstanceRefreshId: 'refresh', DesiredConfiguration: { MixedInstancesPolicy: wanted } },
      ],
    });
    expect(await fleet.newestRefresh()).toMatchObject({ version: '8' });
  });
});
