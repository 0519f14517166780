import type { RefreshRequest } from '../../../../lib/core/ports/fleets';
import { VirtualClock } from '../../../../sim/clock/virtual-clock';
import type { AmiBehaviour } from '../../../../sim/aws/fleet/ami-behaviour';
import { SimulatedFleet, type SimulatedFleetOptions } from '../../../../sim/aws/fleet/simulated-fleet';
import { allowing, callerWith, OMNIPOTENT } from '../../../support/stack-models';

const OLD = 'ami-00000000000000001';
const NEW = 'ami-00000000000000002';
const START = new Date('2025-10-14T21:46:00Z');
const REQUEST: RefreshRequest = {
  version: '2',
  checkpoint: null,
  bakeSeconds: 0,
  autoRollback: true,
  alarms: [],
};

function fleetOf(options: Partial<SimulatedFleetOptions> = {}, behaviour: Partial<AmiBehaviour> = {}) {
  const clock = new VirtualClock(START);
  const fleet = new SimulatedFleet({
    groupName: 'group',
    launchTemplateId: 'lt-1',
    cluster: 'shop',
    amiId: OLD,
    instanceCount: 2,
    behaviourOf: (amiId) => ({
      host: 'registers',
      tasks: 'run',
      ...(amiId === NEW ? behaviour : {}),
    }),
    ...options,
    clock,
  });
  const control = fleet.control(OMNIPOTENT);
  return {
    fleet,
    clock,
    control,
    start: async (request: Partial<RefreshRequest> = {}) => {
      await control.createLaunchTemplateVersion('1', NEW, 'Winbake');
      return control.startRefresh({ ...REQUEST, ...request });
    },
    after: async (minutes: number) => {
      await clock.waitUntil(new Date(clock.now().getTime() + minutes * 60_000));
      return control.newestRefresh();
    },
    amis: async () => (await control.describeGroup()).instances.map(({ amiId }) => amiId).sort(),
  };
}

test('a group begins with instances of its first version, all registered', async () => {
  const { control, fleet } = fleetOf();
  expect(await control.newestRefresh()).toBeUndefined();
  const group = await control.describeGroup();
  expect(group).toMatchObject({ launchTemplateVersion: '1', amiId: OLD, desiredCapacity: 2 });
  const ids = group.instances.map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  expect(await fleet.hosts(OMNIPOTENT).describe(ids)).toHaveLength(2);
  expect(fleet.nextAt).toBeUndefined();
});

test('a refresh launches first, and the group takes its version at its end and not before', async () => {
  const { after, amis, control, fleet, start } = fleetOf();
  await start();
  expect(await after(5)).toMatchObject({ status: 'InProgress', percentage: 0, version: '2', endedAt: null });
  expect(await amis()).toEqual([OLD, OLD, NEW]);
  expect((await control.describeGroup()).amiId).toBe(OLD);
  expect(await after(60)).toMatchObject({ status: 'Successful', percentage: 100 });
  expect(await amis()).toEqual([NEW, NEW]);
  expect((await control.describeGroup()).amiId).toBe(NEW);
  expect(fleet.report.map((one) => [one.before, one.after])).toEqual([
    [OLD, NEW],
    [OLD, NEW],
  ]);
});

test('instances that match are skipped', async () => {
  const { after, control, start } = fleetOf();
  await start();
  await after(60);
  const before = (await control.describeGroup()).instances;
  await control.startRefresh(REQUEST);
  await after(60);
  expect((await control.describeGroup()).instances).toEqual(before);
});

test.each([
  [2, [NEW, OLD]],
  [4, [NEW, OLD, OLD, OLD]],
])(
  'a checkpoint pauses a group of %i when its part is new, and then it goes on',
  async (instanceCount, paused) => {
    const { after, amis, start } = fleetOf({ instanceCount });
    await start({ checkpoint: { percentages: [10, 100], seconds: 3600 } });
    expect(await after(60)).toMatchObject({ status: 'InProgress' });
    expect(await amis()).toEqual([...paused].sort());
    expect(await after(120)).toMatchObject({ status: 'Successful' });
  },
);

test('a checkpoint below what one instance makes up is passed over', async () => {
  const { after, start } = fleetOf({ instanceCount: 1 });
  await start({ checkpoint: { percentages: [10, 100], seconds: 3600 } });
  expect(await after(30)).toMatchObject({ status: 'Successful' });
});

test.each([[[100, 100]], [[50, 20, 100]], [[0, 100]], [[101]]])(
  'checkpoints that are not unique, ascending and in 1 to 100 are refused: %j',
  async (percentages) => {
    const { start } = fleetOf();
    await expect(async () => start({ checkpoint: { percentages, seconds: 3600 } })).rejects.toThrow(
      /^CheckpointPercentages must be unique, in ascending order/,
    );
  },
);

test('each checkpoint pauses once, one that was skipped does not, and the last of 100 does not', async () => {
  const { after, amis, start } = fleetOf({ instanceCount: 2 });
  await start({ checkpoint: { percentages: [10, 40, 100], seconds: 3600 } });
  expect(await after(60)).toMatchObject({ status: 'InProgress', percentage: 50 });
  expect(await amis()).toEqual([NEW, OLD].sort());
  expect(await after(60)).toMatchObject({ status: 'Successful' });
});

test('a bake time keeps a refresh under way', async () => {
  const { after, start } = fleetOf();
  await start({ bakeSeconds: 1800 });
  expect(await after(30)).toMatchObject({ status: 'Baking', endedAt: null });
  expect(await after(30)).toMatchObject({ status: 'Successful' });
});

test('a stopped refresh ends what is under way, and what it replaced stays', async () => {
  const { after, amis, control, start } = fleetOf();
  await start();
  await after(5);
  await control.cancelRefresh();
  expect(await control.newestRefresh()).toMatchObject({ status: 'Cancelling' });
  expect(await after(30)).toMatchObject({ status: 'Cancelled' });
  expect(await amis()).toEqual([OLD, NEW]);
  expect((await control.describeGroup()).amiId).toBe(OLD);
});

test('a rollback brings back what the group has', async () => {
  const { after, amis, control, start } = fleetOf({ instanceCount: 4 });
  await start();
  await after(20);
  await control.rollBackRefresh();
  expect(await control.newestRefresh()).toMatchObject({ status: 'RollbackInProgress' });
  expect(await after(120)).toMatchObject({ status: 'RollbackSuccessful' });
  expect(await amis()).toEqual([OLD, OLD, OLD, OLD]);
});

test.each([
  [true, 'RollbackSuccessful'],
  [false, 'Failed'],
])('hosts that their hook abandons are tried for an hour; auto rollback %s', async (autoRollback, status) => {
  const { after, amis, start } = fleetOf({}, { host: 'hangs' });
  await start({ autoRollback });
  expect(await after(60)).toMatchObject({ status: 'InProgress' });
  expect(await after(60)).toMatchObject({ status });
  expect(await amis()).toEqual([OLD, OLD]);
});

test('an alarm fails the refresh that watches it, and no other', async () => {
  const alarms = [{ at: new Date(START.getTime() + 20 * 60_000), seconds: 60 }];
  const watching = fleetOf({ alarms });
  await watching.start({ alarms: ['errors'] });
  expect(await watching.after(120)).toMatchObject({ status: 'RollbackSuccessful' });
  const blind = fleetOf({ alarms });
  await blind.start();
  expect(await blind.after(120)).toMatchObject({ status: 'Successful' });
});

test('scale-out during a refresh takes its version', async () => {
  const { after, amis, fleet, start } = fleetOf();
  await start();
  await after(2);
  fleet.group.scaleTo(4);
  expect((await amis()).filter((one) => one === NEW)).toHaveLength(2);
});

test('tasks run, fail or are not placed as their AMI has it', async () => {
  const tasksAfter = async (tasks: AmiBehaviour['tasks']) => {
    const { after, control, fleet, start } = fleetOf({ instanceCount: 1 }, { tasks });
    await start();
    await after(40);
    const { instances } = await control.describeGroup();
    const [host] = await fleet.hosts(OMNIPOTENT).describe(instances.map(({ id }) => id));
    return host?.tasks;
  };
  expect(await tasksAfter('run')).toMatchObject([{ status: 'RUNNING' }]);
  expect((await tasksAfter('fail'))?.[0]).toMatchObject({ status: 'STOPPED', stopCode: 'TaskFailedToStart' });
  expect(await tasksAfter('none')).toEqual([]);
});

test('Auto Scaling refuses a second refresh, another version meanwhile, and a version that nothing made', async () => {
  const { control, start } = fleetOf();
  await start();
  const call = async (act: () => Promise<unknown>) => act();
  await expect(call(() => control.startRefresh(REQUEST))).rejects.toMatchObject({
    name: 'InstanceRefreshInProgress',
  });
  await expect(call(() => control.useLaunchTemplateVersion('2'))).rejects.toThrow(
    'An active instance refresh with a desired configuration exists.',
  );
  await expect(call(() => control.useLaunchTemplateVersion('9'))).rejects.toThrow(
    'does not model the launch template version 9, which nothing made',
  );
  const idle = fleetOf().control;
  await idle.cancelRefresh();
  await expect(call(() => idle.rollBackRefresh())).rejects.toMatchObject({
    name: 'ActiveInstanceRefreshNotFound',
  });
});

type Fleet = ReturnType<typeof fleetOf>['fleet'];
type Caller = Parameters<Fleet['control']>[0];

test.each<[string, (fleet: Fleet, caller: Caller) => Promise<unknown>]>([
  ['autoscaling:DescribeAutoScalingGroups', (fleet, caller) => fleet.control(caller).describeGroup()],
  ['ec2:DescribeLaunchTemplateVersions', (fleet, caller) => fleet.control(caller).describeGroup()],
  ['ec2:DescribeInstances', (fleet, caller) => fleet.control(caller).describeGroup()],
  ['autoscaling:DescribeInstanceRefreshes', (fleet, caller) => fleet.control(caller).newestRefresh()],
  [
    'ec2:CreateLaunchTemplateVersion',
    (fleet, caller) => fleet.control(caller).createLaunchTemplateVersion('1', NEW, 'Winbake'),
  ],
  [
    'autoscaling:UpdateAutoScalingGroup',
    (fleet, caller) => fleet.control(caller).useLaunchTemplateVersion('1'),
  ],
  ['autoscaling:StartInstanceRefresh', (fleet, caller) => fleet.control(caller).startRefresh(REQUEST)],
  ['ec2:RunInstances', (fleet, caller) => fleet.control(caller).useLaunchTemplateVersion('1')],
  ['autoscaling:CancelInstanceRefresh', (fleet, caller) => fleet.control(caller).cancelRefresh()],
  ['autoscaling:RollbackInstanceRefresh', (fleet, caller) => fleet.control(caller).rollBackRefresh()],
  ['ecs:ListContainerInstances', (fleet, caller) => fleet.hosts(caller).describe([])],
  ['ecs:DescribeContainerInstances', (fleet, caller) => fleet.hosts(caller).describe([])],
  ['ecs:ListTasks', (fleet, caller) => fleet.hosts(caller).describe([])],
  ['ecs:DescribeTasks', (fleet, caller) => fleet.hosts(caller).describe([])],
])('%s is asked of the caller', async (action, call) => {
  const Statement = [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: action, Resource: '*' },
  ];
  const caller = callerWith({ Statement });
  await expect((async () => call(fleetOf().fleet, caller))()).rejects.toThrow(
    `is not authorized to perform ${action} on `,
  );
});

test('the calls are about this group and this launch template', async () => {
  const resources = [
    'arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:*:autoScalingGroupName/other',
    'arn:aws:ec2:us-east-1:123456789012:launch-template/lt-2',
  ];
  const control = fleetOf().fleet.control(callerWith(allowing('*', resources)));
  await expect((async () => control.startRefresh(REQUEST))()).rejects.toThrow('autoScalingGroupName/group');
  await expect((async () => control.createLaunchTemplateVersion('1', NEW, ''))()).rejects.toThrow(
    'launch-template/lt-1',
  );
});
