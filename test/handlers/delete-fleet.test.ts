import { DELETION_TAG } from '../../lib/contract/names/resources';
import { deleteFleet, endStoppingTasks } from '../../lib/core/fleet/fleet-resources';
import type { FleetDeletion } from '../../lib/core/ports/fleets';
import { createDeleteFleet, type DeleteFleetEvent } from '../../lib/handlers/fleet-resources';
import { createLog } from '../../lib/handlers/log';
import { fleetLab } from '../support/fleet-lab';

const ResourceProperties = {
  Fleet: 'shop',
  AutoScalingGroup: 'group',
  Cluster: 'cluster',
  DeletionId: 'c8',
  DeleteDrainSeconds: '600',
};

/** The function on a fleet of four protected instances whose tasks take their time, with its log. */
function deleting({
  drainSeconds = 120,
  instanceCount = 4,
  stopSeconds = 30,
  tag = 'c8',
  step = deleteFleet,
  wrap = (deletion: FleetDeletion) => deletion,
} = {}) {
  const lab = fleetLab({ drainSeconds, instanceCount, protectsInstances: true, stopSeconds });
  lab.fleet.group.tags = { [DELETION_TAG]: tag };
  const lines: string[] = [];
  const deletion = createDeleteFleet({
    deletion: wrap(lab.deletion),
    step,
    log: createLog({}, (line) => lines.push(line)),
    now: () => lab.clock.now(),
  });
  const handler = (event: DeleteFleetEvent) => lab.as(() => deletion(event));
  const request = async (event: DeleteFleetEvent) => ({ ...event, ...(await handler(event)) });
  /** Polls until all is done; gives the minutes. */
  const poll = async (event: DeleteFleetEvent) => {
    for (let polls = 0; polls < 240; polls += 1) {
      const answer = await handler(event);
      if ('IsComplete' in answer && answer.IsComplete) {
        return polls / 4;
      }
      await lab.pass(15);
    }
    throw new Error('Operation timed out');
  };
  return { handler, lab, lines, poll, request };
}

const DELETE = { RequestType: 'Delete', PhysicalResourceId: 'as-it-was', ResourceProperties } as const;

test.each(['Create', 'Update'] as const)('%s touches nothing', async (RequestType) => {
  const { handler, lab, poll, request } = deleting();
  const asked = await request({ RequestType, ResourceProperties });
  expect(asked).toMatchObject({ PhysicalResourceId: 'c8' });
  expect(await poll(asked)).toBe(0);
  expect(lab.fleet.instances).toHaveLength(4);
  expect(await handler({ RequestType, ResourceProperties, PhysicalResourceId: 'old' })).toMatchObject({
    PhysicalResourceId: 'old',
  });
});

test('a deletion keeps the id that the resource has, which the provider insists on', async () => {
  const { request } = deleting();
  expect(await request(DELETE)).toEqual({ ...DELETE, DrainUntil: '2025-10-14T22:10:00.000Z' });
});

test('a group that was never made, or has gone by itself, is deleted', async () => {
  const { lab, poll, request } = deleting({ instanceCount: 0 });
  lab.fleet.group.isGone = true;
  expect(await poll(await request(DELETE))).toBe(0);
});

test('the same deletion again, in the midst of the first and after it, is no fault', async () => {
  const { lab, poll, request } = deleting();
  const first = await request(DELETE);
  await lab.pass(60);
  const again = await request(DELETE);
  expect(await poll(again)).toBeLessThan(8);
  expect(await poll(first)).toBe(0);
  expect(await poll(await request(DELETE))).toBe(0);
});

test('a poll that fails is logged and tried again, at whichever call it fails', async () => {
  for (const call of [
    'describeGroup',
    'cancelRefresh',
    'drain',
    'forceDelete',
    'unterminatedInstances',
  ] as const) {
    let failures = 0;
    const { lab, lines, poll, request } = deleting({
      wrap: (deletion) => ({
        ...deletion,
        [call]: async (...given: never[]) => {
          failures += 1;
          if (failures <= 2) {
            throw new Error('Rate exceeded');
          }
          return (deletion[call] as (...more: never[]) => Promise<unknown>)(...given);
        },
      }),
    });
    expect(await poll(await request(DELETE))).toBeLessThan(8);
    expect(lab.fleet.instances).toEqual([]);
    expect(lines.filter((line) => line.includes('Rate exceeded'))).toHaveLength(2);
  }
});

test('an instance that does not end holds the stack for eight minutes after the drain, not for an hour', async () => {
  const { lines, poll, request } = deleting({
    wrap: (deletion) => ({ ...deletion, unterminatedInstances: () => Promise.resolve(['i-1']) }),
  });
  expect(await poll(await request(DELETE))).toBe(18);
  expect(lines.at(-1)).toContain('Auto Scaling is still deleting the group; instances: 1');
});

test('a group of another deletion is left alone', async () => {
  const { lab, lines, poll, request } = deleting({ tag: 'c9' });
  expect(await poll(await request(DELETE))).toBe(0);
  expect(lab.fleet.instances).toHaveLength(4);
  expect(lines.at(-1)).toContain('the group is kept: its deletion is c9');
});

test('tasks that have been told to stop are waited for until they have', async () => {
  const { lab, poll, request } = deleting({ drainSeconds: 400, stopSeconds: 390 });
  expect(await poll(await request(DELETE))).toBeGreaterThan(400 / 60);
  expect(lab.fleet.group.cutOff).toEqual([]);
});

test('those that have not stopped when the time is over are cut, and named', async () => {
  const { lab, lines, poll, request } = deleting({ drainSeconds: 48 * 3600, stopSeconds: 48 * 3600 });
  await poll(await request(DELETE));
  const ids = lab.fleet.group.cutOff;
  expect(ids).toHaveLength(4);
  expect(lines.map((line) => JSON.parse(line).step).find(({ kind }) => kind === 'forced')).toMatchObject({
    tasks: 4,
    cut: ids.map((instanceId) => ({ instanceId, tasks: [expect.stringContaining(`/${instanceId}-1`)] })),
  });
});

test('tasks of a very large fleet are named on fifty instances, and counted on all', async () => {
  const { lines, poll, request } = deleting({ drainSeconds: 48 * 3600, instanceCount: 120 });
  await poll(await request(DELETE));
  const forced = lines.map((line) => JSON.parse(line).step).find(({ kind }) => kind === 'forced');
  expect(forced).toMatchObject({ tasks: 120 });
  expect(forced.cut).toHaveLength(50);
  expect(forced.instances).toHaveLength(120);
});

describe('before the capacity provider leaves its cluster', () => {
  const lastStep = (lines: readonly string[]) => JSON.parse(lines.at(-1) ?? '{}').step as unknown;

  test('tasks that stop are waited for, and the group is left', async () => {
    const { lab, lines, poll, request } = deleting({ step: endStoppingTasks, stopSeconds: 300 });
    lab.fleet.group.endServices();
    expect(await poll(await request(DELETE))).toBe(5);
    expect(lab.fleet.instances).toHaveLength(4);
    expect(lab.fleet.group.cutOff).toEqual([]);
    expect(lastStep(lines)).toEqual({ kind: 'done', reason: 'no task is left' });
  });

  test('those that do not stop in time go with the group, and are named', async () => {
    const { lab, lines, poll, request } = deleting({ step: endStoppingTasks, stopSeconds: 48 * 3600 });
    lab.fleet.group.endServices();
    expect(await poll(await request(DELETE))).toBeLessThan(15);
    expect(lab.fleet.instances).toEqual([]);
    const forced = lines.map((line) => JSON.parse(line).step).find(({ kind }) => kind === 'forced');
    expect(forced).toMatchObject({ tasks: 4 });
    expect(forced.cut).toHaveLength(4);
  });

  test.each([
    ['a task is to go on', 'c8', 'the hosts are kept: tasks are to go on'],
    ['the group names none', 'c9', 'the group is kept: its deletion is c9'],
  ])('nothing is touched where %s', async (_, tag, reason) => {
    const { lab, lines, poll, request } = deleting({ step: endStoppingTasks, tag });
    expect(await poll(await request(DELETE))).toBe(0);
    expect(lab.fleet.instances.map(({ drainingSince }) => drainingSince)).toEqual(Array(4).fill(undefined));
    expect(lastStep(lines)).toEqual({ kind: 'done', reason });
  });

  test('services get the name of the provider from it', async () => {
    const { request } = deleting({ step: endStoppingTasks });
    const properties = { ...ResourceProperties, CapacityProvider: 'hosts' };
    expect(await request({ RequestType: 'Create', ResourceProperties: properties })).toMatchObject({
      Data: { CapacityProvider: 'hosts' },
    });
  });
});
