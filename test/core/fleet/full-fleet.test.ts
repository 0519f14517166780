import { fleetLab, NEW, NEWER, OLD } from '../../support/fleet-lab';

test('a group at its maximum is replaced launching first, and scaling stays within it', async () => {
  const lab = fleetLab({ instanceCount: 4, maxSize: 4 });
  await lab.poll();
  lab.publish(NEW);
  const counts = new Set<number>();
  for (let minutes = 0; minutes < 300; minutes += 5) {
    await lab.clock.waitUntil(new Date(lab.clock.now().getTime() + 5 * 60_000));
    if (minutes % 15 === 0) {
      await lab.poll();
    }
    lab.fleet.group.scaleTo(9);
    counts.add(lab.running().length);
  }
  expect([...counts].sort()).toEqual([4, 5]);
  expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
});

test('where nothing can be launched for an hour a person is notified, and the publication is tried again', async () => {
  const lab = fleetLab({ instanceCount: 4, maxSize: 4, replacesBeyondMaximum: false });
  await lab.poll();
  lab.publish(NEW);
  await lab.wait(1.75);
  expect(await lab.poll()).toEqual(['wait:capacity']);
  expect(lab.state().bad).toEqual([]);
  expect(lab.notified).toEqual([
    expect.stringMatching(
      /a rollout needs you: Fleet shop waits: no instance could be launched for an hour: The group has as many/,
    ),
  ]);
  lab.fleet.group.scaleTo(3);
  await lab.wait(6);
  expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
  expect(lab.state().notices).toEqual({});
});

test('what cannot be launched is no bad publication, however often it is tried, and people are notified once', async () => {
  const lab = fleetLab({ instanceCount: 4, maxSize: 4, replacesBeyondMaximum: false });
  await lab.poll();
  lab.publish(NEW);
  await lab.wait(40);
  expect(lab.state()).toMatchObject({ bad: [], rollout: { publication: { id: NEW.id } } });
  expect(new Set(lab.running())).toEqual(new Set([OLD.id]));
  expect(lab.notified).toHaveLength(1);
  // A newer one takes its place, although none of its instances was ever seen.
  lab.publish(NEWER);
  await lab.wait(1);
  expect(lab.state()).toMatchObject({ last: { publication: NEW.id, outcome: 'superseded' } });
  lab.fleet.group.scaleTo(3);
  await lab.wait(6);
  expect(new Set(lab.running())).toEqual(new Set([NEWER.id]));
  expect(lab.state().notices).toEqual({});
});

test('what cannot be launched after a good canary goes on later, and does not go back', async () => {
  const lab = fleetLab({ instanceCount: 4, maxSize: 5, replacesBeyondMaximum: false });
  await lab.poll();
  lab.publish(NEW);
  await lab.wait(1.25);
  expect(lab.state().rollout).toMatchObject({ phase: 'rest' });
  while (lab.fleet.group.hasRoom) {
    lab.fleet.group.scaleTo(5);
    await lab.pass(60);
  }
  await lab.wait(6);
  expect(lab.state()).toMatchObject({ bad: [], rollout: { publication: { id: NEW.id } } });
  expect(lab.notified.join()).toContain('no instance could be launched for an hour: The group has as many');
  lab.fleet.group.scaleTo(3);
  await lab.wait(6);
  expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
});

test('where scale-in takes all that ran well, those that boot are given their time', async () => {
  const lab = fleetLab({ instanceCount: 8 });
  await lab.poll();
  lab.publish(NEW);
  await lab.wait(1.5);
  const { group } = lab.fleet;
  const isBooting = () => group.instances.some(({ inServiceAt }) => inServiceAt === undefined);
  while (!isBooting()) {
    await lab.pass(60);
  }
  group.instances = group.instances.filter(
    ({ inServiceAt, amiId }) => amiId === OLD.amiId || inServiceAt === undefined,
  );
  await lab.poll();
  expect(lab.state().rollout).toMatchObject({ phase: 'rest', goingBack: null });
  await lab.wait(4);
  expect(lab.state().bad).toEqual([]);
  expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
});
