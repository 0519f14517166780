import { fleetLab, NEW, OLD, type FleetLabOptions } from '../../support/fleet-lab';

const POOL: FleetLabOptions = { instanceCount: 4, maxSize: 10, warmPool: { minSize: 3 } };

/** A fleet with a pool that is ready. */
async function pooled(options: FleetLabOptions = {}) {
  const lab = fleetLab({ ...POOL, ...options });
  await lab.poll();
  await lab.wait(0.5);
  const { group } = lab.fleet;
  return {
    lab,
    group,
    /** The AMIs of the pool, each once. */
    pool: () => [...new Set(lab.fleet.group.pool!.members.map(({ instance }) => instance.amiId))],
    size: () => lab.fleet.group.pool!.members.length,
  };
}

test('instances of the pool are neither hosts nor in service', async () => {
  const { lab, size } = await pooled();
  expect(size()).toBe(6);
  const { instances, pool } = await lab.as(() => lab.ports.control.describeGroup());
  expect([instances.length, pool.length]).toEqual([4, 6]);
  expect(lab.running()).toHaveLength(4);
});

test('a rollout renews the pool, and scale-out after it serves nothing older', async () => {
  const { lab, pool, size } = await pooled();
  lab.publish(NEW);
  await lab.wait(6);
  expect(lab.state()).toMatchObject({ rollout: null, last: { outcome: 'finished', publication: NEW.id } });
  expect([pool(), size()]).toEqual([[NEW.amiId], 6]);
  lab.fleet.group.scaleTo(9);
  expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
});

test('its old instances go once the canary is well, long before the refresh of a large fleet comes to them', async () => {
  const { lab, pool } = await pooled({ instanceCount: 40, maxSize: 50 });
  lab.publish(NEW);
  for (let quarter = 0; quarter < 40 && lab.state().rollout?.phase !== 'rest'; quarter += 1) {
    await lab.wait(0.25);
  }
  await lab.wait(0.5);
  expect(lab.state().rollout).toMatchObject({ phase: 'rest' });
  expect(lab.running()).toContain(OLD.id);
  expect(pool()).toEqual([NEW.amiId]);
});

test('a canary is watched beside a pool of before, which it does not count', async () => {
  const { lab, pool } = await pooled({ instanceCount: 10, maxSize: 30 });
  lab.publish(NEW);
  await lab.wait(0.5);
  expect(lab.state().rollout).toMatchObject({ phase: 'canary', progress: { percentage: 10 } });
  expect(pool()).toEqual([OLD.amiId]);
  await lab.wait(1);
  expect(lab.state().rollout?.phase).toBe('rest');
});

test('what a bad canary brought into the pool goes', async () => {
  const { lab, pool, size } = await pooled({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
  lab.publish(NEW);
  await lab.wait(0.25);
  // While the refresh is under way the pool is filled with what it brings.
  lab.fleet.group.scaleTo(6);
  lab.fleet.group.scaleTo(4);
  await lab.wait(8);
  expect(lab.state()).toMatchObject({ rollout: null, bad: [{ publication: NEW.id }] });
  expect([pool(), size()]).toEqual([[OLD.amiId], 6]);
});

test('an eviction that is refused keeps nothing from people', async () => {
  const { lab, pool } = await pooled({
    behaviours: { [NEW.id]: { tasks: 'fail' } },
    wrap: (ports) => ({
      ...ports,
      control: { ...ports.control, evictFromPool: () => Promise.reject(new Error('Rate exceeded')) },
    }),
  });
  lab.publish(NEW);
  await lab.wait(0.25);
  lab.fleet.group.scaleTo(6);
  lab.fleet.group.scaleTo(4);
  let refused = 0;
  for (let quarter = 0; quarter < 4 * 4; quarter += 1) {
    await lab.pass(15 * 60);
    await lab.poll().catch(() => {
      refused += 1;
    });
  }
  expect(refused).toBeGreaterThan(0);
  expect(pool()).toContain(NEW.amiId);
  expect(lab.notified.some((text) => text.includes(`went back from ${NEW.id}`))).toBe(true);
});

test('a fleet that has nothing in service takes the publication at once, and its pool with it', async () => {
  const { lab, pool } = await pooled({ instanceCount: 0 });
  lab.publish(NEW);
  expect(await lab.poll()).toEqual(['useForNewInstances', 'nothing']);
  await lab.wait(0.5);
  expect(pool()).toEqual([NEW.amiId]);
});

test('a pool of AMIs that count as equal stays', async () => {
  const again = { ...OLD, id: '20348.4171-2', amiId: 'ami-00000000000000099' };
  const { lab, pool } = await pooled();
  lab.publish(again);
  await lab.wait(1);
  expect(pool()).toEqual([OLD.amiId]);
});

test('one in the pool that was not ready when it was told to go is told again', async () => {
  const { lab, pool } = await pooled({ instanceCount: 0 });
  lab.fleet.group.scaleTo(2);
  lab.fleet.group.scaleTo(0);
  lab.publish(NEW);
  await lab.poll();
  expect(pool()).toContain(OLD.amiId);
  await lab.wait(1);
  expect(pool()).toEqual([NEW.amiId]);
});

test.each([true, false])(
  'a pool of an older launch template goes where its changes are rolled: %s',
  async (rollTemplateChanges) => {
    const { lab } = await pooled({ instanceCount: 0, policy: { rollTemplateChanges } });
    const { group } = lab.fleet;
    group.template.add(
      { amiId: OLD.amiId, userData: Buffer.from('new').toString('base64') },
      lab.clock.now(),
    );
    group.version = '2';
    await lab.wait(0.5);
    const versions = new Set(lab.fleet.group.pool!.members.map(({ instance }) => instance.version));
    expect(versions).toEqual(new Set([rollTemplateChanges ? '2' : '1']));
  },
);

test('instances of the pool that the upgrade to pools finds count as equal to the launch template', async () => {
  const lab = fleetLab({ ...POOL, instanceCount: 0 });
  const { group } = lab.fleet;
  await lab.pass(15 * 60);
  group.template.add({ amiId: OLD.amiId, userData: Buffer.from('new').toString('base64') }, lab.clock.now());
  group.version = '2';
  await lab.wait(0.5);
  expect(new Set(lab.fleet.group.pool!.members.map(({ instance }) => instance.version))).toEqual(
    new Set(['1']),
  );
});
