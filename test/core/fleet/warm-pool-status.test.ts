import { fleetText } from '../../../bin/fleet/fleet';
import { fleetMembers } from '../../../lib/aws/fleets/fleet-account';
import { fleetStatus } from '../../../lib/core/fleet/fleet-status';
import { CLIENTS } from '../../support/fleet-accounts';
import { fleetLab, NAMES, OLD, publicationOf, type FleetLabOptions } from '../../support/fleet-lab';

/** A fleet whose pool is ready, and its status as the command line reads it. */
async function pooled(options: FleetLabOptions) {
  const lab = fleetLab({ instanceCount: 4, maxSize: 10, ...options });
  await lab.poll();
  await lab.wait(0.5);
  const status = async () => {
    const members = await lab.as(() => fleetMembers(CLIENTS, NAMES));
    const facts = {
      overrides: undefined,
      starts: [],
      current: undefined,
      patchWithinSeconds: undefined,
      now: lab.clock.now(),
    };
    return fleetStatus({ ...facts, ...members, state: lab.state() });
  };
  const line = async () => /^warm pool: .*$/m.exec(fleetText(await status(), 'a', 'r'))?.[0];
  return { lab, line, status };
}

test('how many stand by, of which AMI', async () => {
  const { line, status } = await pooled({ warmPool: { minSize: 3, maxGroupPreparedCapacity: 6 } });
  const { warmPool } = await status();
  expect(warmPool).toMatchObject({ size: 3, ready: 3, older: 0 });
  expect(warmPool?.instances).toHaveLength(3);
  expect(warmPool?.instances[0]).toEqual({
    id: expect.stringMatching(/^i-/) as string,
    amiId: OLD.amiId,
    lifecycle: 'Warmed:Stopped',
    isLeaving: false,
    isOlder: false,
    publication: OLD.id,
  });
  expect(await line()).toBe('warm pool: 3 of 3 stand by, 0 of an older AMI (3 Warmed:Stopped)');
});

test('a pool without a limit of its own has what is left to the maximum of the group', async () => {
  const { status } = await pooled({ warmPool: {} });
  expect((await status()).warmPool).toMatchObject({ size: 6, ready: 6 });
});

test('instances that boot or leave do not stand by', async () => {
  const { lab, line } = await pooled({ warmPool: { minSize: 3 } });
  const { group } = lab.fleet;
  group.pool!.markUnhealthy(group.pool!.members[0]!, lab.clock.now().getTime());
  expect(await line()).toBe(
    'warm pool: 5 of 6 stand by, 0 of an older AMI (1 Warmed:Stopped, leaving; 5 Warmed:Stopped)',
  );
  await lab.pass(3 * 60);
  expect(await line()).toBe(
    'warm pool: 5 of 6 stand by, 0 of an older AMI (1 Warmed:Pending:Wait; 5 Warmed:Stopped)',
  );
});

test('what is neither of the AMI of the group nor of an equal one is older', async () => {
  const { lab, status } = await pooled({ warmPool: { minSize: 3 } });
  const { amiId } = publicationOf(4294, 2);
  const facts = {
    overrides: undefined,
    starts: [],
    current: undefined,
    patchWithinSeconds: undefined,
    now: lab.clock.now(),
  };
  const members = await lab.as(() => fleetMembers(CLIENTS, NAMES));
  const older = (state: object) =>
    fleetStatus({ ...facts, ...members, state: { ...lab.state(), ...state } }).warmPool?.older;
  expect((await status()).warmPool?.older).toBe(0);
  expect(older({ amiId })).toBe(6);
  expect(older({ amiId, equalAmis: [OLD.amiId] })).toBe(0);
});

test('a fleet without a pool has none', async () => {
  const { line, status } = await pooled({});
  expect((await status()).warmPool).toBeNull();
  expect(await line()).toBeUndefined();
});

test('a pool is shown where no instance is in service', async () => {
  const { lab, status } = await pooled({ instanceCount: 1, warmPool: { minSize: 2 }, maxSize: 2 });
  lab.fleet.group.scaleTo(0);
  await lab.wait(1);
  expect(await status()).toMatchObject({ instances: [], warmPool: { size: 2 } });
});
