import type { RefreshRequest } from '../../../../lib/core/ports/fleets';
import { VirtualClock } from '../../../../sim/clock/virtual-clock';
import type { AmiBehaviour } from '../../../../sim/aws/fleet/ami-behaviour';
import {
  SimulatedFleet,
  templateWith,
  type SimulatedFleetOptions,
} from '../../../../sim/aws/fleet/simulated-fleet';
import { FLEETS, fleetPorts, freshPlace } from '../../../support/fleet-accounts';

const OLD = 'ami-00000000000000001';
const NEW = 'ami-00000000000000002';
const START = new Date('2025-10-14T21:46:00Z');
const REQUEST: RefreshRequest = {
  version: '2',
  checkpoint: null,
  maxHealthyPercentage: 110,
  bakeSeconds: 0,
  autoRollback: true,
  alarms: [],
};

function fleetOf(options: Partial<SimulatedFleetOptions> = {}, behaviour: Partial<AmiBehaviour> = {}) {
  const clock = new VirtualClock(START);
  const place = freshPlace();
  const fleet = new SimulatedFleet({
    groupName: 'group',
    template: templateWith('lt-1', OLD, START),
    cluster: 'shop',
    environment: place,
    instanceCount: 2,
    behaviourOf: (amiId) => ({
      host: 'registers',
      tasks: 'run',
      ...(amiId === NEW ? behaviour : {}),
    }),
    ...options,
    clock,
  });
  FLEETS.add(fleet);
  const names = { autoScalingGroup: 'group', launchTemplateId: 'lt-1', cluster: 'shop' };
  const { control, hosts } = fleetPorts(place, names);
  return {
    hosts,
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
  const { control, fleet, hosts } = fleetOf();
  expect(await control.newestRefresh()).toBeUndefined();
  const group = await control.describeGroup();
  expect(group).toMatchObject({ launchTemplateVersion: '1', amiId: OLD, desiredCapacity: 2 });
  const ids = group.instances.map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
  expect(await hosts.registered(ids)).toHaveLength(2);
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

test.each([[[100, 100]], [[50, 20, 100]]])(
  'checkpoints that are not unique and ascending are refused: %j',
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
  const tasksAfter = async (behaviour: AmiBehaviour['tasks']) => {
    const { after, control, hosts, start } = fleetOf({ instanceCount: 1 }, { tasks: behaviour });
    await start();
    await after(40);
    const { instances } = await control.describeGroup();
    const [tasks] = await hosts.tasksOn(await hosts.registered(instances.map(({ id }) => id)));
    return tasks;
  };
  expect(await tasksAfter('run')).toMatchObject([{ status: 'RUNNING' }]);
  expect((await tasksAfter('fail'))?.[0]).toMatchObject({ status: 'STOPPED', stopCode: 'TaskFailedToStart' });
  expect(await tasksAfter('none')).toEqual([]);
});

test.each([
  ['the default of Windows', {}, 30],
  ['the stop timeout of its container', { stopSeconds: 600 }, 600],
])('a stopped task that does not react ends after %s', async (_what, options, seconds) => {
  const { after, clock, fleet, hosts } = fleetOf({ drainSeconds: 48 * 3600, ...options });
  await after(5);
  const [host] = await hosts.registered(fleet.instances.map(({ id }) => id));
  const tasks = async () => (await hosts.tasksOn([host!])).flat();
  const [{ id } = { id: '' }] = await tasks();
  const stopped = clock.now().getTime();
  await hosts.stopTasks([id], 'a test');
  await clock.waitUntil(new Date(stopped + (seconds - 1) * 1000));
  await hosts.stopTasks([id], 'once more, which changes nothing');
  expect(await tasks()).toMatchObject([{ id, status: 'STOPPING' }]);
  await clock.waitUntil(new Date(stopped + seconds * 1000));
  expect(await tasks()).toEqual([]);
});
