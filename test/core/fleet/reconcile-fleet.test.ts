import type { FleetState } from '../../../lib/contract/documents/fleet-state';
import {
  fleetLab,
  NAMES,
  NEW,
  NEWER,
  OLD,
  publicationOf,
  overrideAt,
  type FleetLab,
  type FleetLabOptions,
} from '../../support/fleet-lab';

const four = (id: string) => [id, id, id, id];

/** A fleet that has looked once, and to whose channel something newer came. */
async function labWith(options: FleetLabOptions = {}, publication = NEW): Promise<FleetLab> {
  const lab = fleetLab(options);
  await lab.poll();
  lab.publish(publication);
  return lab;
}

test('a fleet takes a publication: first a canary that is watched, then the rest', async () => {
  const lab = await labWith();
  expect(await lab.poll()).toEqual(['startRefresh']);
  expect(lab.fleet.group.refresh?.request).toMatchObject({
    checkpoint: { percentages: [10], seconds: 48 * 3600 },
    autoRollback: true,
  });
  // Auto Scaling turns back to what the group has: it must not have the new version before the refresh succeeds.
  expect(lab.fleet.group.amiOf(lab.fleet.group.version)).toBe(OLD.amiId);
  await lab.wait(0.5);
  expect(lab.running()).toEqual([OLD.id, OLD.id, OLD.id, NEW.id].sort());
  expect(lab.state().rollout).toMatchObject({ phase: 'canary', progress: { percentage: 25 } });
  await lab.wait(3);
  expect(lab.running()).toEqual(four(NEW.id));
  expect(lab.state()).toMatchObject({
    amiId: NEW.amiId,
    publication: { id: NEW.id },
    rollout: null,
    last: { publication: NEW.id, outcome: 'finished', proven: true },
  });
  expect(await lab.poll()).toEqual(['nothing']);
  expect(lab.notified).toEqual([]);
});

test('the log of the month is the evidence: from the release to the last instance', async () => {
  const lab = await labWith();
  await lab.wait(4);
  const [entry] = (lab.parameters.json(NAMES.log('2025-10')) as { rollouts: object[] }).rollouts;
  expect(entry).toMatchObject({
    publication: NEW.id,
    released: '2025-10-14T17:00:00.000Z',
    published: NEW.at,
    outcome: 'finished',
    hoursFromRelease: expect.any(Number),
    holds: [],
  });
});

describe('a canary', () => {
  test('on which nothing is placed waits, however long, and is no success', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'none' } } });
    await lab.wait(50);
    expect(lab.running().filter((id) => id === NEW.id)).toHaveLength(1);
    expect(await lab.poll()).toEqual(['wait:canary']);
    // The pause of two days was not left to end by itself.
    expect(lab.fleet.group.refresh?.status).toBe('Cancelled');
  });

  test('whose tasks fail to start goes back, is bad for this fleet and reported once', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
    await lab.wait(24);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state()).toMatchObject({ bad: [{ publication: NEW.id }], rollout: null });
    expect(lab.notified).toHaveLength(1);
    expect(lab.notified[0]).toContain('went back from 20348.4294-1: ');
    expect(lab.notified[0]).toContain('tasks on its instances stopped with an error of pull or start, 0 of');
    expect(await lab.poll()).toEqual(['wait:bad']);
  });

  test('whose hosts boot and never register goes back', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { host: 'boots' } } });
    await lab.wait(6);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.notified[0]).toContain('its instances boot and never register with ECS');
  });

  test('whose hosts its launch hook abandons fails by itself and goes back', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { host: 'hangs' } } });
    await lab.wait(6);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state().bad).toMatchObject([{ publication: NEW.id }]);
    expect(lab.notified).toHaveLength(1);
  });

  test('that an alarm meets goes back at once, by Auto Scaling itself', async () => {
    const at = new Date('2025-10-14T22:20:00.000Z');
    const lab = await labWith({ policy: { alarms: ['errors'] }, alarms: [{ at, seconds: 600 }] });
    await lab.wait(6);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state().bad).toMatchObject([
      { publication: NEW.id, reason: expect.stringContaining('ALARM') },
    ]);
  });

  test('does not take the blame for an alarm that rang before', async () => {
    const at = new Date('2025-10-14T21:00:00.000Z');
    const lab = await labWith({ policy: { alarms: ['errors'] }, alarms: [{ at, seconds: 2 * 3600 }] });
    await lab.wait(0.5);
    expect(lab.notified[0]).toContain('an alarm of errors rings before anything was replaced');
    await lab.wait(8);
    expect(lab.running()).toEqual(four(NEW.id));
    expect(lab.state()).toMatchObject({ bad: [], notices: {} });
  });

  test('of one instance is the whole group, and is watched at its end', async () => {
    const lab = await labWith({ instanceCount: 1 });
    await lab.poll();
    expect(lab.fleet.group.refresh?.request.bakeSeconds).toBe(1800);
    await lab.wait(3);
    expect(lab.running()).toEqual([NEW.id]);
    expect(lab.state().last).toMatchObject({ outcome: 'finished' });
  });

  test('of one instance goes back although the group has taken the new version', async () => {
    const lab = await labWith({ instanceCount: 1, behaviours: { [NEW.id]: { tasks: 'none' } } });
    await lab.wait(2);
    expect(lab.fleet.group.amiOf(lab.fleet.group.version)).toBe(NEW.amiId);
    lab.publish(OLD);
    await lab.wait(2);
    expect(lab.running()).toEqual([OLD.id]);
    expect(lab.state()).toMatchObject({ amiId: OLD.amiId, bad: [], last: { outcome: 'withdrawn' } });
  });
});

describe('publications', () => {
  test('a newer one during a rollout is taken after it', async () => {
    const lab = await labWith();
    await lab.wait(0.5);
    lab.publish(NEWER);
    await lab.wait(10);
    expect(lab.running()).toEqual(four(NEWER.id));
    const { rollouts } = lab.parameters.json(NAMES.log('2025-10')) as { rollouts: { publication: string }[] };
    expect(rollouts.map(({ publication }) => publication)).toEqual([NEW.id, NEWER.id]);
  });

  test('a newer one takes the place of one that its watch does not decide', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'none' } } });
    await lab.wait(3);
    lab.publish(NEWER);
    await lab.wait(5);
    expect(lab.running()).toEqual(four(NEWER.id));
    expect(lab.state().bad).toEqual([]);
  });

  test('a newer one heals what was reported a bad one', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
    await lab.wait(5);
    lab.publish(NEWER);
    await lab.wait(5);
    expect(lab.running()).toEqual(four(NEWER.id));
    expect(lab.state().notices).toEqual({});
  });

  test('one that the channel takes back is left where it is, and nobody is notified', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'none' } } });
    await lab.wait(1);
    lab.publish(OLD);
    await lab.wait(3);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state()).toMatchObject({ last: { outcome: 'withdrawn' }, bad: [] });
    expect(lab.notified).toEqual([]);
  });

  test('one that is equal in OS version and mode is for new instances only', async () => {
    const lab = await labWith();
    await lab.wait(4);
    lab.publish(publicationOf(4294, 2));
    expect(await lab.poll()).toEqual(['useForNewInstances', 'nothing']);
    expect(lab.running()).toEqual(four(NEW.id));
    lab.fleet.group.scaleTo(5);
    expect(lab.running()).toEqual([...four(NEW.id), '20348.4294-2'].sort());
    await lab.wait(1);
    expect(await lab.poll()).toEqual(['nothing']);
  });

  test.each<[string, FleetLabOptions, ReturnType<typeof publicationOf>]>([
    ['where the fleet says so', { policy: { rollEqualRevision: true } }, publicationOf(4294, 2)],
    ['where its mode is another', {}, publicationOf(4294, 2, 'nearestLower')],
  ])('an equal one is rolled out %s', async (_name, options, equal) => {
    const lab = await labWith(options);
    await lab.wait(4);
    lab.publish(equal);
    await lab.wait(4);
    expect(lab.running()).toEqual(four(equal.id));
  });

  test('of the plain base AMI the revision is not known, so that it equals nothing', async () => {
    const lab = await labWith({}, publicationOf(0, 0, 'unbaked'));
    await lab.wait(4);
    lab.publish(publicationOf(0, 1, 'unbaked'));
    expect(await lab.poll()).toEqual(['startRefresh']);
  });

  test('a group without instances takes them without a refresh', async () => {
    const lab = await labWith({ instanceCount: 0 });
    expect(await lab.poll()).toEqual(['useForNewInstances', 'nothing']);
    lab.fleet.group.scaleTo(2);
    expect(lab.running()).toEqual([NEW.id, NEW.id]);
    expect(lab.state().last).toMatchObject({ outcome: 'finished', proven: false });
  });

  test('a group that loses its instances in a rollout takes it all the same', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'none' } } });
    await lab.wait(50);
    lab.fleet.group.scaleTo(0);
    await lab.wait(1);
    lab.fleet.group.scaleTo(2);
    expect(lab.running()).toEqual([NEW.id, NEW.id]);
  });
});

describe('what people say', () => {
  test('a hold keeps a fleet where it is, and ends by itself', async () => {
    const lab = await labWith();
    lab.setOverrides({ hold: overrideAt(lab.clock.now(), 10) });
    await lab.wait(9);
    expect(await lab.poll()).toEqual(['wait:hold']);
    expect(lab.state().hold).toMatchObject({ by: 'ops@example.com', reason: 'trade fair' });
    await lab.wait(6);
    expect(lab.running()).toEqual(four(NEW.id));
    expect(
      (lab.parameters.json(NAMES.log('2025-10')) as { rollouts: { holds: object[] }[] }).rollouts[0]!.holds,
    ).toMatchObject([{ by: 'ops@example.com' }]);
  });

  test('a hold stops a rollout where it is, and it goes on from there', async () => {
    const lab = await labWith();
    await lab.wait(1.25);
    const before = lab.running();
    expect(before).toContain(OLD.id);
    expect(before).toContain(NEW.id);
    lab.setOverrides({ hold: overrideAt(lab.clock.now(), 24) });
    await lab.wait(10);
    expect(lab.fleet.group.refresh?.status).toBe('Cancelled');
    expect(lab.running()).toContain(OLD.id);
    lab.setOverrides({ hold: null });
    await lab.wait(3);
    expect(lab.running()).toEqual(four(NEW.id));
  });

  test('an AMI older than the floor is not taken, and people are notified once', async () => {
    const lab = await labWith();
    await lab.wait(4);
    lab.setOverrides({ floor: { ...overrideAt(lab.clock.now(), 1000), osVersion: NEW.osVersion } });
    lab.publish(OLD);
    await lab.wait(4);
    expect(lab.running()).toEqual(four(NEW.id));
    expect(lab.notified.filter((text) => text.includes('older than the floor'))).toHaveLength(1);
  });

  test('a floor that comes during a rollout stops Auto Scaling from going back below it', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
    await lab.poll();
    lab.setOverrides({ floor: { ...overrideAt(lab.clock.now(), 1000), osVersion: NEW.osVersion } });
    await lab.wait(5);
    expect(lab.running()).toContain(NEW.id);
    expect(lab.state().last).toMatchObject({ outcome: 'failed' });
    expect(lab.notified[0]).toContain('could neither take nor leave 20348.4294-1');
  });

  test('a bad publication is tried again when a person accepts it, and not twice', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { host: 'hangs' } } });
    await lab.wait(5);
    expect(await lab.poll()).toEqual(['wait:bad']);
    lab.setOverrides({ accepted: { ...overrideAt(lab.clock.now(), 1000), publication: NEW.id } });
    expect(await lab.poll()).toEqual(['startRefresh']);
    await lab.wait(5);
    expect(await lab.poll()).toEqual(['wait:bad']);
  });
});

describe('time', () => {
  test('a delay after the channel', async () => {
    const lab = await labWith({ policy: { delaySeconds: 3 * 3600 } });
    await lab.wait(2);
    expect(await lab.poll()).toEqual(['wait:delay']);
    await lab.wait(6);
    expect(lab.running()).toEqual(four(NEW.id));
  });

  test('a maintenance window', async () => {
    const windows = [{ days: ['THU' as const], startHour: 2, endHour: 5, timeZone: 'UTC' }];
    const lab = await labWith({ policy: { windows } });
    await lab.wait(24);
    expect(await lab.poll()).toEqual(['wait:window']);
    await lab.wait(12);
    expect(lab.running()).toEqual(four(NEW.id));
  });

  test('a drain that does not end is reported', async () => {
    const lab = await labWith({ drainSeconds: 20 * 3600 });
    await lab.wait(6);
    expect(lab.notified).toHaveLength(1);
    expect(lab.notified[0]).toMatch(
      /i-\w+ waits for task i-\w+-1 of the service web\. Stop them, or let "rollout\.drainLimit" end such a drain/,
    );
  });
});

test('a refresh that somebody else started is waited for', async () => {
  const lab = await labWith();
  const { group } = lab.fleet;
  group.start({
    version: '1',
    checkpoint: null,
    maxHealthyPercentage: 110,
    bakeSeconds: 0,
    autoRollback: false,
    alarms: [],
  });
  expect(await lab.poll()).toEqual(['wait:refresh']);
  await lab.wait(4);
  expect(lab.running()).toEqual(four(NEW.id));
});

test('a channel that has not been seeded is waited for', async () => {
  const lab = fleetLab();
  lab.parameters.values.delete(NAMES.channel);
  expect(await lab.poll()).toEqual(['wait:channel']);
});

test('a damaged channel changes nothing', async () => {
  const lab = fleetLab();
  lab.parameters.values.set(NAMES.channel, JSON.stringify({ ...NEW, amiId: 'none' }));
  await expect(lab.poll()).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
  expect(lab.fleet.group.template.versions).toHaveLength(1);
});

test('the state is written when it changes and not at each poll', async () => {
  const lab = fleetLab();
  await lab.poll();
  await lab.poll();
  expect(lab.parameters.puts).toEqual([NAMES.state]);
  expect((lab.parameters.json(NAMES.state) as FleetState).amiId).toBe(OLD.amiId);
});
