import type { Channel } from '../../../lib/contract/documents/publication';
import { fleetLab, NAMES, NEW, OLD, overrideAt, publicationOf, type FleetLab } from '../../support/fleet-lab';

const four = (id: string) => [id, id, id, id];
/** As channels show them: what is newer was published later. */
const OLDER = { ...OLD, at: '2025-09-09T21:46:00.000Z' };
const NEXT = { ...publicationOf(4297), at: '2025-11-11T21:46:00.000Z' };

function revoke(lab: FleetLab, ...publications: readonly Channel[]): void {
  const at = lab.clock.now().toISOString();
  const revoked = publications.map(({ amiId, id }) => ({
    id,
    amiId,
    by: 'ops',
    reason: 'its driver leaks',
    at,
  }));
  const before = lab.parameters.json(NAMES.failed) ?? { schema: 'winbake.failed/1', publications: [] };
  lab.parameters.values.set(NAMES.failed, JSON.stringify({ ...before, revoked }));
}

/** A fleet that runs NEW. */
async function runningNew(options: Parameters<typeof fleetLab>[0] = {}): Promise<FleetLab> {
  const lab = fleetLab(options);
  lab.publish(OLDER);
  await lab.wait(1);
  lab.publish(NEW);
  await lab.wait(8);
  expect(lab.running()).toEqual(four(NEW.id));
  return lab;
}

describe('what a person has revoked (R9)', () => {
  test('is not begun, and waits in words', async () => {
    const lab = fleetLab();
    await lab.poll();
    revoke(lab, NEW);
    lab.publish(NEW);
    expect(await lab.poll()).toEqual(['wait:bad']);
    expect(lab.state().waiting?.reason).toBe(`${NEW.id} was revoked by ops: its driver leaks`);
    await lab.wait(24);
    expect(lab.running()).toEqual(four(OLD.id));
  });

  test('turns a rollout to it back, and is no failure of the fleet', async () => {
    const lab = fleetLab();
    lab.publish(OLDER);
    await lab.wait(1);
    lab.publish(NEW);
    await lab.wait(0.75);
    expect(lab.state().rollout).not.toBeNull();
    revoke(lab, NEW);
    lab.publish(OLDER);
    await lab.wait(6);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state()).toMatchObject({ bad: [], last: { outcome: 'withdrawn' } });
  });

  test('is left for a newer one whatever the hold of the pipeline says', async () => {
    const lab = await runningNew();
    const hold = overrideAt(lab.clock.now(), 24 * 30);
    lab.parameters.values.set(
      NAMES.failed,
      JSON.stringify({ schema: 'winbake.failed/1', publications: [], hold, rings: [] }),
    );
    lab.publish(NEXT);
    expect(await lab.poll()).toEqual(['wait:hold']);
    revoke(lab, NEW);
    await lab.wait(8);
    expect(lab.running()).toEqual(four(NEXT.id));
  });

  test('is left for an older one at once, whatever is held or awaited', async () => {
    const lab = await runningNew();
    revoke(lab, NEW);
    lab.publish(OLDER);
    expect(await lab.poll()).toEqual(['startRefresh']);
    await lab.wait(8);
    expect(lab.running()).toEqual(four(OLD.id));
  });

  test("stays where a person holds the fleet, whose word is the fleet's own", async () => {
    const lab = await runningNew();
    revoke(lab, NEW);
    lab.publish(OLDER);
    lab.setOverrides({ hold: overrideAt(lab.clock.now(), 48) });
    expect(await lab.poll()).toEqual(['wait:hold']);
  });

  test('is never gone back to: a bad rollout off it ends where it is', async () => {
    const lab = await runningNew({ behaviours: { [NEXT.id]: { tasks: 'fail' } } });
    revoke(lab, NEW);
    lab.publish(NEXT);
    await lab.wait(24);
    expect(lab.state().bad.map(({ publication }) => publication)).toEqual([NEXT.id]);
    const { refreshes } = lab.fleet.group;
    // Canary and rest of NEW, and the one that was stopped.
    expect(refreshes.map(({ request }) => lab.fleet.group.amiOf(request.version))).toEqual([
      NEW.amiId,
      NEW.amiId,
      NEXT.amiId,
    ]);
    expect(refreshes.at(-1)).toMatchObject({ status: 'Cancelled', request: { autoRollback: false } });
  });

  test('counts as equal to nothing: instances of it are replaced though version and mode are the same', async () => {
    const again = { ...publicationOf(4294, 2), at: '2025-10-20T21:46:00.000Z' };
    const lab = await runningNew();
    lab.publish(again);
    await lab.wait(1);
    expect(lab.running()).toEqual(four(NEW.id));
    revoke(lab, NEW);
    await lab.wait(8);
    expect(lab.running()).toEqual(four(again.id));
  });

  test('may be rolled out again once it is taken back', async () => {
    const lab = fleetLab();
    await lab.poll();
    revoke(lab, NEW);
    lab.publish(NEW);
    await lab.wait(1);
    revoke(lab);
    await lab.wait(8);
    expect(lab.running()).toEqual(four(NEW.id));
  });

  test('is no way back, not even for being the last that was tried', async () => {
    const equal = publicationOf(4171, 2);
    const lab = fleetLab({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
    await lab.poll();
    lab.publish(equal);
    await lab.wait(0.5);
    expect(lab.state()).toMatchObject({ amiId: equal.amiId, lastTried: { amiId: OLD.amiId } });
    revoke(lab, OLD);
    lab.publish(NEW);
    await lab.wait(48);
    expect(lab.running()).toEqual(four(equal.id));
    expect(lab.state()).toMatchObject({ amiId: equal.amiId, rollout: null, bad: [{ publication: NEW.id }] });
  });
});
