import {
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
  type StartInstanceRefreshCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import type { JsonObject } from '../../../lib/contract/values/json';
import { findFleetGroup } from '../../../lib/aws/fleets/group-launch';
import { userOf } from '../../../sim/account/principal';
import { SimulatedLaunchTemplate } from '../../../sim/aws/fleet/launch-template';
import { SimulatedFleet, type SimulatedFleetOptions } from '../../../sim/aws/fleet/simulated-fleet';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { as, CLIENTS, DISABLED, everything, FLEETS, freshPlace } from '../../support/fleet-accounts';
import { failureOf } from '../../support/simulated-accounts-lab';

const OLD = 'ami-00000000000000001';
const NEW = 'ami-00000000000000002';
const START = new Date('2025-10-14T22:00:00Z');
const { autoScaling, cloudFormation, ec2, ecs } = CLIENTS;

type Options = Partial<SimulatedFleetOptions> & { readonly instanceRole?: string };

/** An account with one group of `winbake-shop`, whose template `lt-1` has the versions 1, without an AMI, and 2. */
function account({ instanceRole, ...options }: Options = {}) {
  const place = freshPlace();
  const clock = new VirtualClock(START);
  const template = new SimulatedLaunchTemplate({
    id: 'lt-1',
    ...(instanceRole === undefined
      ? {}
      : { instanceRole: `arn:aws:iam::${place.account}:role/${instanceRole}`, tagsInstances: true }),
  });
  template.add({ amiId: undefined, userData: 'base' }, START);
  template.add({ amiId: OLD }, START);
  const fleet = new SimulatedFleet({
    groupName: 'winbake-shop',
    cluster: 'shop',
    instanceCount: 2,
    tags: { 'winbake:fleet': 'shop' },
    ...options,
    template,
    environment: place,
    clock,
  });
  FLEETS.add(fleet);
  return {
    clock,
    fleet,
    place,
    template,
    /** Does something as whoever may do everything, but for what is denied. */
    run: <T>(work: () => Promise<T>, ...denied: readonly string[]) => {
      const Deny: JsonObject = { Effect: 'Deny', Action: [...denied], Resource: '*' };
      const caller = everything(place);
      const statements = [...caller.statements, ...(denied.length === 0 ? [] : [Deny])];
      return as(userOf(place.account, 'somebody', statements), place, work);
    },
  };
}

const AutoScalingGroupName = 'winbake-shop';
const PREFERENCES = {
  MinHealthyPercentage: 100,
  MaxHealthyPercentage: 110,
  SkipMatching: true,
  ScaleInProtectedInstances: 'Refresh',
} as const;

const refresh = (Version = '2', more: Partial<StartInstanceRefreshCommandInput> = {}) =>
  autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName,
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version } },
      Preferences: PREFERENCES,
      ...more,
    }),
  );
const update = (more: object) =>
  autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...more }));
const useVersion = (Version: string) => update({ LaunchTemplate: { LaunchTemplateId: 'lt-1', Version } });
const clone = (more: object = {}) =>
  ec2.send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateId: 'lt-1',
      SourceVersion: '1',
      LaunchTemplateData: { ImageId: NEW },
      ...more,
    }),
  );
const refreshToDisabled = () => clone({ LaunchTemplateData: { ImageId: DISABLED } }).then(() => refresh('3'));
const remove = (ForceDelete: boolean) =>
  autoScaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete }));
const groups = (more: object = {}) => autoScaling.send(new DescribeAutoScalingGroupsCommand(more));

describe('Auto Scaling refuses', () => {
  test.each<[string, () => Promise<unknown>, string, string]>([
    [
      'a group that is not there',
      () => autoScaling.send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: 'other' })),
      'ValidationError',
      'AutoScalingGroup name not found - AutoScalingGroup: other not found',
    ],
    [
      'a version that nothing made',
      () => useVersion('9'),
      'ValidationError',
      'You must use a valid fully-formed launch template. Could not find the specified version 9',
    ],
    [
      'a version without an AMI',
      () => refresh('1'),
      'ValidationError',
      'You must use a valid fully-formed launch template. The request must contain the parameter ImageId',
    ],
    ['an AMI that is disabled', refreshToDisabled, 'ValidationError', `'${DISABLED}' is no longer available`],
    [
      'a template by id and name',
      () => update({ LaunchTemplate: { LaunchTemplateId: 'lt-1', LaunchTemplateName: 'lt-1' } }),
      'ValidationError',
      'Valid requests must contain either launchTemplateId or LaunchTemplateName',
    ],
    [
      'a way back from nothing',
      () =>
        refresh('2', {
          DesiredConfiguration: undefined,
          Preferences: { ...PREFERENCES, AutoRollback: true },
        }),
      'ValidationError',
      'The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty.',
    ],
    [
      'checkpoints twice',
      () => refresh('2', { Preferences: { ...PREFERENCES, CheckpointPercentages: [100, 100] } }),
      'ValidationError',
      'CheckpointPercentages must be unique, in ascending order and between 1 and 100; got: 100, 100.',
    ],
    [
      'to delete a group with instances',
      () => remove(false),
      'ResourceInUseFault',
      'You cannot delete an AutoScalingGroup while there are instances',
    ],
    ['a token that no page gave', () => groups({ NextToken: 'x' }), 'InvalidNextToken', 'NextToken'],
    ['a page of too many', () => groups({ MaxRecords: 101 }), 'ValidationError', 'got: 101'],
  ])('%s', async (_what, work, name, text) => {
    const failure = await failureOf(account().run(work));
    expect(failure).toMatchObject({ name, message: expect.stringContaining(text) as string });
  });

  test.each<[string, () => Promise<unknown>, string, string]>([
    ['a second refresh', () => refresh(), 'InstanceRefreshInProgressFault', 'blocks the execution of this'],
    [
      'another version',
      () => useVersion('2'),
      'ValidationError',
      'An active instance refresh with a desired configuration exists.',
    ],
    ['its deletion', () => remove(false), 'ScalingActivityInProgressFault', 'scaling activities in progress'],
    ['its deletion by force', () => remove(true), 'ResourceContentionFault', 'already have a pending update'],
  ])('%s while a group is refreshed', async (_what, work, name, text) => {
    const { run } = account();
    await run(() => refresh());
    const failure = await failureOf(run(work));
    expect(failure).toMatchObject({ name, message: expect.stringContaining(text) as string });
  });

  test('what has no model, by name', async () => {
    const { run } = account();
    const preferences = { Preferences: { ...PREFERENCES, MinHealthyPercentage: 50 } };
    await expect(run(() => refresh('2', preferences))).rejects.toThrow('an instance refresh with the pref');
    await expect(run(() => update({ MaxSize: 9 }))).rejects.toThrow('a change of MaxSize of the group');
  });
});

test('a group that is deleted says so until it is gone, and its instances for a minute longer', async () => {
  const { clock, run } = account();
  await run(() => remove(true));
  const states = async () => {
    const Filters = [{ Name: 'tag:aws:autoscaling:groupName', Values: [AutoScalingGroupName] }];
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    const { AutoScalingGroups = [] } = await groups();
    return [
      AutoScalingGroups.map(({ Status }) => Status),
      Reservations.map(({ Instances }) => Instances?.[0]?.State?.Name),
    ];
  };
  expect(await run(states)).toEqual([['Delete in progress'], ['shutting-down', 'shutting-down']]);
  await expect(run(() => useVersion('2'))).rejects.toThrow('may not be modified while it is pending delete');
  await clock.waitUntil(new Date(START.getTime() + 2.5 * 60_000));
  expect(await run(states)).toEqual([[], ['shutting-down', 'shutting-down']]);
  await clock.waitUntil(new Date(START.getTime() + 4 * 60_000));
  expect(await run(states)).toEqual([[], []]);
});

test('refreshes come newest first, in pages, with what they were started with', async () => {
  const { clock, run } = account();
  for (const hours of [2, 4, 6]) {
    await run(() => refresh());
    await clock.waitUntil(new Date(START.getTime() + hours * 3_600_000));
  }
  const page = (NextToken?: string) =>
    run(() =>
      autoScaling.send(
        new DescribeInstanceRefreshesCommand({ AutoScalingGroupName, MaxRecords: 2, NextToken }),
      ),
    );
  const first = await page();
  const second = await page(first.NextToken);
  const times = [...(first.InstanceRefreshes ?? []), ...(second.InstanceRefreshes ?? [])].map(
    ({ StartTime }) => (StartTime!.getTime() - START.getTime()) / 3_600_000,
  );
  expect(times).toEqual([4, 2, 0]);
  expect(second.NextToken).toBeUndefined();
  expect(first.InstanceRefreshes?.[0]).toMatchObject({
    Status: 'Successful',
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '2' } },
    Preferences: { MinHealthyPercentage: 100, SkipMatching: true },
  });
});

test('a group is found by its tag, and one of another account is not', async () => {
  const [mine, other] = [account(), account({ tags: { 'winbake:fleet': 'other' } })];
  const find = () => findFleetGroup(autoScaling, 'shop');
  expect([await mine.run(find), await other.run(find)]).toEqual([AutoScalingGroupName, undefined]);
});

test('a policy of mixed instances stays what it is but for the version', async () => {
  const Overrides = [{ InstanceType: 'm5.large' }];
  const { fleet, run, template } = account({ mixedInstances: { LaunchTemplate: { Overrides } } });
  template.add({ amiId: NEW }, START);
  const LaunchTemplateSpecification = { LaunchTemplateId: 'lt-1', Version: '3' };
  await run(() =>
    update({ MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification, Overrides } } }),
  );
  expect(fleet.group.version).toBe('3');
  const [group] = (await run(() => groups())).AutoScalingGroups ?? [];
  expect(group).toMatchObject({
    MixedInstancesPolicy: {
      LaunchTemplate: {
        Overrides,
        LaunchTemplateSpecification: { ...LaunchTemplateSpecification, LaunchTemplateName: 'lt-1' },
      },
    },
  });
  expect(group).not.toHaveProperty('LaunchTemplate');
});

describe('a launch template version', () => {
  test('is what its source is but for the AMI, and made once for one token', async () => {
    const { run, template } = account();
    const ClientToken = 'Winbake-1';
    const [first, again] = [
      await run(() => clone({ ClientToken, VersionDescription: 'Winbake' })),
      await run(() => clone({ ClientToken, VersionDescription: 'Winbake' })),
    ];
    expect(first.LaunchTemplateVersion).toMatchObject({ VersionNumber: 3, VersionDescription: 'Winbake' });
    expect(again.LaunchTemplateVersion?.VersionNumber).toBe(3);
    expect(template.find('3')).toMatchObject({ amiId: NEW, userData: 'base' });
    await expect(
      run(() => clone({ ClientToken, LaunchTemplateData: { ImageId: OLD } })),
    ).rejects.toMatchObject({ name: 'IdempotentParameterMismatch' });
  });

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'a template that is not there',
      () => clone({ LaunchTemplateId: 'lt-2' }),
      'InvalidLaunchTemplateId.NotFound',
    ],
    [
      'a source that is not there',
      () => clone({ SourceVersion: '9' }),
      'InvalidLaunchTemplateId.VersionNotFound',
    ],
    [
      'an instance that is not there',
      () => ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-00000000000000009'] })),
      'InvalidInstanceID.NotFound',
    ],
    [
      'instances by id in pages',
      () => ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-1'], MaxResults: 5 })),
      'InvalidParameterCombination',
    ],
  ])('%s is refused', async (_what, work, name) => {
    await expect(account().run(work)).rejects.toMatchObject({ name });
  });

  test('without a template the newest and the first of each are told', async () => {
    const Versions = ['$Latest', '$Default'];
    const found = await account().run(() =>
      ec2.send(new DescribeLaunchTemplateVersionsCommand({ Versions })),
    );
    expect(found.LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber)).toEqual([2, 1]);
  });
});

describe('ECS', () => {
  const cluster = 'shop';
  const hosts = (more: object = {}) => ecs.send(new ListContainerInstancesCommand({ cluster, ...more }));

  test('lists in pages, and drains what it is told to', async () => {
    const { clock, fleet, run } = account();
    await clock.waitUntil(new Date(START.getTime() + 5 * 60_000));
    const first = await run(() => hosts({ maxResults: 1 }));
    const second = await run(() => hosts({ maxResults: 1, nextToken: first.nextToken }));
    expect(second.nextToken).toBeUndefined();
    const [arn = ''] = first.containerInstanceArns ?? [];
    expect(second.containerInstanceArns).not.toContain(arn);
    const describe = () =>
      ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances: [arn, 'none'] }));
    expect(await run(describe)).toMatchObject({
      containerInstances: [{ ec2InstanceId: fleet.instances[0]!.id, status: 'ACTIVE', runningTasksCount: 1 }],
      failures: [{ arn: 'none', reason: 'MISSING' }],
    });
    const drained = await run(() =>
      ecs.send(
        new UpdateContainerInstancesStateCommand({ cluster, containerInstances: [arn], status: 'DRAINING' }),
      ),
    );
    expect(drained.containerInstances).toMatchObject([{ status: 'DRAINING' }]);
    const tasks = () => ecs.send(new ListTasksCommand({ cluster, containerInstance: arn }));
    const [task = ''] = (await run(tasks)).taskArns ?? [];
    expect(
      (await run(() => ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] })))).tasks,
    ).toMatchObject([{ lastStatus: 'RUNNING', containerInstanceArn: arn }]);
    await clock.waitUntil(new Date(START.getTime() + 10 * 60_000));
    expect((await run(tasks)).taskArns).toEqual([]);
    expect((await run(() => hosts({ status: 'ACTIVE' }))).containerInstanceArns).toEqual(
      second.containerInstanceArns,
    );
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['a cluster that is not there', () => hosts({ cluster: 'other' }), 'ClusterNotFoundException'],
    ['a token that no page gave', () => hosts({ nextToken: 'x' }), 'InvalidParameterException'],
    [
      'more changes than ten at once',
      () =>
        ecs.send(
          new UpdateContainerInstancesStateCommand({
            cluster,
            containerInstances: Array.from({ length: 11 }, (_, index) => String(index)),
            status: 'DRAINING',
          }),
        ),
      'InvalidParameterException',
    ],
    [
      'tasks of an instance that is not there',
      () => ecs.send(new ListTasksCommand({ cluster, containerInstance: 'none' })),
      'InvalidParameterException',
    ],
  ])('%s is refused', async (_what, work, name) => {
    await expect(account().run(work)).rejects.toMatchObject({ name });
  });
});

test('a stack that is not there is refused in the words of CloudFormation', async () => {
  const describe = () => cloudFormation.send(new DescribeStacksCommand({ StackName: 'Shop' }));
  await expect(account().run(describe)).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id Shop does not exist',
  });
});

const WITH_ROLE = { instanceRole: 'hosts' };

test.each<[string, () => Promise<unknown>, Options?]>([
  ['autoscaling:UpdateAutoScalingGroup', () => useVersion('2')],
  ['autoscaling:StartInstanceRefresh', () => refresh()],
  ['ec2:RunInstances', () => useVersion('2')],
  ['ec2:RunInstances', () => refresh()],
  ['iam:PassRole', () => refresh(), WITH_ROLE],
  ['ec2:CreateTags', () => useVersion('2'), WITH_ROLE],
  ['ec2:CreateLaunchTemplateVersion', () => clone()],
  ['autoscaling:DeleteAutoScalingGroup', () => remove(true)],
])('%s is asked of the caller', async (action, work, options = {}) => {
  const { run } = account(options);
  await expect(run(work, action)).rejects.toThrow(`is not authorized to perform: ${action}`);
  await run(work);
});
