import type { FailedPublications } from '../../../lib/contract/documents/failed-publications';
import { planFleetOverrides } from '../../../lib/core/fleet/plan-overrides';
import {
  fleetLab,
  NAMES,
  NEW,
  OLD,
  overrideAt,
  type FleetLab,
  type FleetLabOptions,
} from '../../support/fleet-lab';

/** As a channel really shows it. */
const OLDER = { ...OLD, at: '2025-09-09T21:46:00.000Z' };
const four = (id: string) => [id, id, id, id];
const ringOf = (ring: number, well: number, fleets = 2) => ({
  id: NEW.id,
  ring,
  fleets,
  well,
  behind: well === fleets ? [] : ['web'],
});

function showFailed(lab: FleetLab, shown: Partial<FailedPublications>): void {
  const document = { schema: 'winbake.failed/1', publications: [], ...shown };
  lab.parameters.values.set(NAMES.failed, JSON.stringify(document));
}

async function labOfRing(ring: number | null, options: FleetLabOptions = {}): Promise<FleetLab> {
  const lab = fleetLab({ ...options, policy: { ring, ...options.policy } });
  await lab.poll();
  lab.publish(NEW);
  return lab;
}

const failure = (ring: number | null, at: Date) => [
  { id: NEW.id, fleet: 'web', ring, reason: 'tasks ended', at: at.toISOString() },
];

describe('a ring (R7)', () => {
  test.each([
    ['the first one', 0, [ringOf(0, 0)], 'startRefresh'],
    ['a fleet of none', null, [ringOf(0, 0)], 'startRefresh'],
    ['whose nearest before is well', 2, [ringOf(0, 0), ringOf(1, 2), ringOf(2, 0)], 'startRefresh'],
    ['with none before that has fleets', 2, [ringOf(2, 0)], 'startRefresh'],
    ['whose nearest before is not well', 2, [ringOf(0, 2), ringOf(1, 1), ringOf(2, 0)], 'wait:otherFleet'],
    ['of which nothing is known', 1, [], 'wait:otherFleet'],
    ['of which another publication is known', 1, [{ ...ringOf(0, 2), id: OLD.id }], 'wait:otherFleet'],
  ])('%s: ring %s begins or waits', async (_name, ring, rings, action) => {
    const lab = await labOfRing(ring);
    showFailed(lab, { rings });
    expect(await lab.poll()).toEqual([action]);
  });

  test('says whom it waits for and until when, and begins then', async () => {
    const lab = await labOfRing(2);
    showFailed(lab, { rings: [ringOf(1, 1)] });
    await lab.poll();
    expect(lab.state()).toMatchObject({
      ring: 2,
      waiting: {
        for: 'otherFleet',
        reason: `${NEW.id} is well on 1 of 2 fleets of ring 1, not on web; ring 2 begins at 2025-10-15T22:00:00.000Z at the latest`,
      },
    });
    await lab.wait(23.75);
    expect(await lab.poll()).toEqual(['wait:otherFleet']);
    await lab.wait(0.25);
    expect(lab.state().rollout).not.toBeNull();
  });

  test('waits for an account that cannot be read, whose fleets may be of the ring before, and no longer than its limit', async () => {
    const lab = await labOfRing(1);
    const unread = ['333333333333/eu-central-1'];
    showFailed(lab, { rings: [ringOf(0, 2), ringOf(1, 0)], unread });
    expect(await lab.poll()).toEqual(['wait:otherFleet']);
    expect(lab.state().waiting?.reason).toBe(
      '333333333333/eu-central-1 cannot be read, so nobody knows how far its fleets are; ring 1 begins at 2025-10-15T10:00:00.000Z at the latest',
    );
    await lab.wait(12);
    expect(lab.state().rollout).not.toBeNull();

    const first = await labOfRing(0);
    showFailed(first, { rings: [ringOf(0, 0)], unread });
    expect(await first.poll()).toEqual(['startRefresh']);
  });

  test('is stopped by a failure in an earlier ring until a person speaks, whatever its limit, and not by one in a later', async () => {
    const lab = await labOfRing(1);
    showFailed(lab, { rings: [ringOf(0, 1), ringOf(1, 0)], publications: failure(0, lab.clock.now()) });
    await lab.wait(60);
    expect(await lab.poll()).toEqual(['wait:otherFleet']);
    const order = { verb: 'accept', publication: NEW.id, by: 'ops', reason: 'the registry' } as const;
    lab.setOverrides(planFleetOverrides(lab.state(), undefined, order, lab.clock.now()).overrides);
    expect(await lab.poll()).toEqual(['startRefresh']);

    const first = await labOfRing(0);
    showFailed(first, { rings: [ringOf(0, 0)], publications: failure(1, first.clock.now()) });
    expect(await first.poll()).toEqual(['startRefresh']);
    const ofNone = await labOfRing(null);
    showFailed(ofNone, { publications: failure(1, ofNone.clock.now()) });
    expect(await ofNone.poll()).toEqual(['wait:otherFleet']);
  });

  test('may begin early where a person accepts the publication', async () => {
    const lab = await labOfRing(1);
    await lab.poll();
    const order = { verb: 'accept', publication: NEW.id, by: 'ops', reason: 'now' } as const;
    const plan = planFleetOverrides(lab.state(), undefined, order, lab.clock.now());
    expect(plan.changes).toHaveLength(1);
    lab.setOverrides(plan.overrides);
    expect(await lab.poll()).toEqual(['startRefresh']);
  });
});

describe('the hold of a pipeline', () => {
  test('stops every fleet: one that has not begun, and a rollout where it is', async () => {
    const lab = await labOfRing(null);
    showFailed(lab, { hold: overrideAt(lab.clock.now(), 10) });
    expect(await lab.poll()).toEqual(['wait:hold']);
    expect(lab.state().waiting?.reason).toBe('ops@example.com holds the pipeline: trade fair');
    await lab.wait(14);
    expect(lab.running()).toEqual(four(NEW.id));

    const other = await labOfRing(null);
    await other.wait(1.25);
    showFailed(other, { hold: overrideAt(other.clock.now(), 100) });
    await other.wait(10);
    expect(other.fleet.group.refresh?.status).toBe('Cancelled');
    expect(other.running()).toContain(OLD.id);
  });

  test('lets a way back go on, which the rollback that sets it asks for', async () => {
    const lab = await labOfRing(null);
    await lab.wait(5);
    showFailed(lab, { hold: overrideAt(lab.clock.now(), 1000) });
    lab.publish(OLDER);
    await lab.wait(5);
    expect(lab.running()).toEqual(four(OLD.id));
  });
});

describe('going back', () => {
  const closed = [{ days: ['SUN' as const], startHour: 2, endHour: 3, timeZone: 'UTC' }];

  test('waits for no ring, delay, window or other fleet', async () => {
    const lab = fleetLab({ policy: { ring: 3, delaySeconds: 24 * 3600, windows: closed } });
    // The fleet begins with the newer one.
    lab.publish(NEW);
    await lab.poll();
    lab.setOverrides({ accepted: { ...overrideAt(lab.clock.now(), 1000), publication: NEW.id } });
    await lab.wait(24 * 5);
    expect(lab.running()).toEqual(four(NEW.id));
    showFailed(lab, {
      publications: failure(null, lab.clock.now()).map((one) => ({ ...one, id: OLD.id })),
      rings: [{ ...ringOf(0, 0), id: OLD.id }],
    });
    lab.publish(OLDER);
    expect(await lab.poll()).toEqual(['startRefresh']);
    await lab.wait(4);
    expect(lab.running()).toEqual(four(OLD.id));
  });

  test('to what the fleet ran well before does so too, though it is newer', async () => {
    const lab = await labOfRing(null);
    await lab.wait(5);
    lab.publish(OLD);
    await lab.wait(5);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state().ran).toEqual([OLD.id, NEW.id]);
    lab.publish(NEW);
    showFailed(lab, { publications: failure(null, lab.clock.now()) });
    expect(await lab.poll()).toEqual(['startRefresh']);
  });
});

test('a canary whose instances scale-in took away begins again in a window alone', async () => {
  const windows = [{ days: ['TUE' as const], startHour: 22, endHour: 23, timeZone: 'UTC' }];
  const lab = fleetLab({ policy: { windows } });
  lab.publish(NEW);
  await lab.wait(2);
  expect(lab.state().waiting?.for).toBe('window');
  lab.fleet.group.scaleTo(2);
  expect(lab.running()).toEqual([OLD.id, OLD.id]);
  expect(await lab.poll()).toEqual(['wait:window']);
  await lab.wait(7 * 24);
  expect(lab.running()).toContain(NEW.id);
});
