import { planFleetOverrides } from '../../../lib/core/fleet/plan-overrides';
import {
  type FleetLab,
  type FleetLabOptions,
  fleetLab,
  NAMES,
  NEW,
  NEWER,
  OLD,
  overrideAt,
  publicationOf,
} from '../../support/fleet-lab';

const four = (id: string) => [id, id, id, id];
const EQUAL = publicationOf(4171, 2);

describe('AMIs that equalled what a fleet ran', () => {
  test('are forgotten once it has rolled on, so that an old host never counts as patched', async () => {
    const lab = fleetLab();
    await lab.poll();
    lab.publish(EQUAL);
    await lab.wait(0.5);
    expect(lab.state().equalAmis).toEqual([OLD.amiId]);
    lab.publish(NEW);
    await lab.wait(5);
    expect(lab.running()).toEqual(four(NEW.id));
    expect(lab.state().equalAmis).toEqual([]);
    // As one that comes back from standby.
    const { group } = lab.fleet;
    group.arrive(group.launch('1', lab.clock.now().getTime()), lab.clock.now().getTime());
    expect(await lab.poll()).toEqual(['wait:stray']);
    await lab.wait(30);
    expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
  });

  test('are forgotten in the very poll in which the group has the new version', async () => {
    const lab = fleetLab({ drainSeconds: 3600 });
    await lab.poll();
    lab.publish(EQUAL);
    await lab.wait(0.5);
    lab.publish(NEW);
    for (let poll = 0; poll < 60; poll += 1) {
      await lab.wait(0.25);
      const { amiId, equalAmis } = lab.state();
      expect(amiId === NEW.amiId ? equalAmis : []).toEqual([]);
    }
    expect(lab.running()).toEqual(four(NEW.id));
  });
});

describe('a document that a newer Winbake wrote, or that is damaged,', () => {
  const newer = (name: string) => JSON.stringify({ schema: `winbake.${name}/2` });

  test('about what failed elsewhere means that nobody failed, and is told once', async () => {
    const lab = fleetLab();
    await lab.poll();
    lab.parameters.values.set(NAMES.failed, newer('failed'));
    lab.publish(NEW);
    await lab.wait(4);
    expect(lab.running()).toEqual(four(NEW.id));
    expect(lab.notified).toHaveLength(1);
    expect(lab.notified[0]).toMatch(
      /a document cannot be read: Fleet shop .*\/failed has a schema that this version/,
    );
    lab.parameters.values.delete(NAMES.failed);
    await lab.poll();
    expect(lab.state().notices).toEqual({});
  });

  test('with what people said holds the fleet', async () => {
    const lab = fleetLab();
    await lab.poll();
    lab.parameters.values.set(NAMES.overrides, '{');
    lab.publish(NEW);
    expect(await lab.poll()).toEqual(['wait:hold']);
    expect(lab.state().waiting?.reason).toContain('overrides is damaged');
    await lab.wait(2);
    expect(lab.notified).toHaveLength(1);
    lab.parameters.values.delete(NAMES.overrides);
    await lab.wait(4);
    expect(lab.running()).toEqual(four(NEW.id));
  });

  test('keeps the floor of before, and lets what is bad go back', async () => {
    const lab = fleetLab({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
    lab.setOverrides({ floor: { ...overrideAt(lab.clock.now(), 1000), osVersion: OLD.osVersion } });
    await lab.poll();
    lab.publish(NEW);
    await lab.wait(0.25);
    lab.parameters.values.set(NAMES.overrides, newer('fleet-overrides'));
    lab.parameters.values.set(NAMES.failed, newer('failed'));
    await lab.wait(6);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state()).toMatchObject({
      bad: [{ publication: NEW.id }],
      floor: { osVersion: OLD.osVersion },
    });
  });
});

test('a canary that another publication took the place of is replaced where that one is bad', async () => {
  const lab = fleetLab({ behaviours: { [NEW.id]: { tasks: 'none' }, [NEWER.id]: { tasks: 'fail' } } });
  await lab.poll();
  lab.publish(NEW);
  await lab.wait(4);
  lab.publish(NEWER);
  await lab.wait(8);
  expect(lab.state().bad).toMatchObject([{ publication: NEWER.id }]);
  expect(lab.running()).toEqual(four(OLD.id));
  expect(await lab.poll()).toEqual(['wait:bad']);
});

/** A fleet that has looked once, and to whose channel something newer came. */
async function labWith(options: FleetLabOptions = {}): Promise<FleetLab> {
  const lab = fleetLab(options);
  await lab.poll();
  lab.publish(NEW);
  return lab;
}

describe('a publication that failed on another fleet', () => {
  const failedOn = (fleet: string, lab: FleetLab) =>
    JSON.stringify({
      schema: 'winbake.failed/1',
      publications: [{ id: NEW.id, fleet, reason: 'tasks ended', at: lab.clock.now().toISOString() }],
    });

  test('is not begun here, until a person accepts it or it is forgiven there', async () => {
    const lab = await labWith();
    lab.parameters.values.set(NAMES.failed, failedOn('shop-staging', lab));
    expect(await lab.poll()).toEqual(['wait:otherFleet']);
    expect(lab.state().waiting?.reason).toBe(`${NEW.id} has failed on the fleet shop-staging: tasks ended`);
    await lab.wait(1);
    lab.setOverrides({ accepted: { ...overrideAt(lab.clock.now()), publication: NEW.id } });
    expect(await lab.poll()).toEqual(['startRefresh']);

    const other = await labWith();
    other.parameters.values.set(NAMES.failed, failedOn('shop-staging', other));
    await other.poll();
    other.parameters.values.set(NAMES.failed, '{"schema":"winbake.failed/1","publications":[]}');
    expect(await other.poll()).toEqual(['startRefresh']);
  });

  test('is not begun again here once its canary is gone', async () => {
    const lab = await labWith();
    expect(await lab.poll()).toEqual(['startRefresh']);
    lab.fleet.group.cancel();
    await lab.pass(60);
    lab.parameters.values.set(NAMES.failed, failedOn('shop-staging', lab));
    expect(await lab.poll()).toEqual(['settle', 'wait:otherFleet']);
    expect(lab.running()).toEqual(four(OLD.id));
  });

  test('neither stops a rollout that has begun, nor a newer publication', async () => {
    const lab = await labWith();
    await lab.poll();
    lab.parameters.values.set(NAMES.failed, failedOn('shop-staging', lab));
    await lab.wait(4);
    expect(lab.running()).toEqual(four(NEW.id));

    const other = await labWith();
    other.parameters.values.set(NAMES.failed, failedOn('shop-staging', other));
    other.publish(NEWER);
    expect(await other.poll()).toEqual(['startRefresh']);
  });

  test('is notified after a day, with the command that takes it all the same', async () => {
    const lab = await labWith();
    lab.parameters.values.set(NAMES.failed, failedOn('shop-staging', lab));
    await lab.wait(23);
    expect(lab.notified).toEqual([]);
    await lab.wait(3);
    expect(lab.notified).toEqual([
      expect.stringMatching(
        /needs you: Fleet shop has waited for a day: .* failed on the fleet shop-staging.*winbake fleet accept shop 20348\.4294-1 --reason/,
      ),
    ]);
    const order = { verb: 'accept', publication: NEW.id, by: 'ops', reason: 'it was the registry' } as const;
    const plan = planFleetOverrides(lab.state(), undefined, order, lab.clock.now());
    expect(plan.changes).toHaveLength(1);
    lab.setOverrides(plan.overrides);
    await lab.wait(4);
    expect(lab.running()).toEqual(four(NEW.id));
    expect(lab.state().notices).toEqual({});
  });

  test.each([
    ['a ring that begins within a day of it is not, since nobody has to do anything', 12, []],
    ['one that waits for longer is', 40, [expect.stringMatching(/has waited for a day: .*ring 2 begins at/)]],
  ])('%s', async (_, ringLimitHours, expected) => {
    const lab = await labWith({ policy: { ring: 2, ringLimitSeconds: ringLimitHours * 3600 } });
    const rings = [{ id: NEW.id, ring: 1, fleets: 2, well: 1, behind: ['shop-b'] }];
    const failed = { schema: 'winbake.failed/1', publications: [], rings };
    lab.parameters.values.set(NAMES.failed, JSON.stringify(failed));
    await lab.wait(27);
    expect(lab.notified).toEqual(expected);
  });

  test('and so is the next one that waits as well', async () => {
    const lab = await labWith();
    lab.parameters.values.set(NAMES.failed, failedOn('shop-staging', lab));
    await lab.wait(30);
    lab.publish(NEWER);
    lab.parameters.values.set(NAMES.failed, failedOn('shop-staging', lab).replace(NEW.id, NEWER.id));
    await lab.wait(23);
    expect(lab.notified).toHaveLength(1);
    await lab.wait(3);
    const waits = lab.notified.filter((text) => text.includes('has waited for a day'));
    expect(waits.slice(1)).toEqual([expect.stringContaining(`fleet accept shop ${NEWER.id} `)]);
  });

  test('is held for a fleet of the same name in another account, too', async () => {
    const lab = await labWith();
    lab.parameters.values.set(NAMES.failed, failedOn(NAMES.fleet, lab));
    expect(await lab.poll()).toEqual(['wait:otherFleet']);
  });
});
