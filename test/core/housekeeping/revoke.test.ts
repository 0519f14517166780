import { disableRevoked, planRestore, planRevoke } from '../../../lib/core/housekeeping/revoke';
import { settleRevocations } from '../../../lib/core/housekeeping/settle-revocations';
import { Mortal } from '../../support/mortal-ports';
import { PATH } from '../../support/pipeline-description';
import {
  AGAIN,
  AWAY,
  BY,
  EVERYWHERE,
  housekeep,
  inOther,
  NEWEST,
  noted,
  OLDER,
  OLDEST,
  restore,
  revocationWorld,
  revoke,
} from '../../support/revocation-world';

test('channels leave it in every account and region, fleets are let know, and its AMIs are disabled', async () => {
  const { amis, channel, ports, stores } = revocationWorld();
  const plan = await revoke(ports());
  expect(plan.changes).toEqual([
    `revoke ${NEWEST.id}: it is never promoted, rolled to or gone back to (ops: its driver leaks)`,
    `current -> ${OLDER.id} (${OLDER.amiId})`,
    `latest -> ${OLDER.id} (${OLDER.amiId})`,
    `disable ${NEWEST.amiId} in eu-central-1, once nothing uses it`,
    `disable ${inOther(NEWEST.amiId)} in us-east-1, once nothing uses it`,
  ]);
  for (const [target, parameters] of stores) {
    expect([target, channel(target, 'current'), channel(target, 'latest')]).toEqual([
      target,
      OLDER.id,
      OLDER.id,
    ]);
    const amiId = target.endsWith('us-east-1') ? inOther(NEWEST.amiId) : NEWEST.amiId;
    expect(parameters.json(`${PATH}/failed`)).toMatchObject({ revoked: [{ id: NEWEST.id, amiId, ...BY }] });
  }
  expect([...amis.disabled].sort()).toEqual([NEWEST.amiId, inOther(NEWEST.amiId)].sort());
  await housekeep(ports());
  expect(channel('123456789012/eu-central-1', 'current')).toBe(OLDER.id);
  expect((await planRevoke(ports(), EVERYWHERE, { ...BY, publication: NEWEST.amiId })).changes).toEqual([]);
});

test('an AMI that something uses is disabled by the first poll that finds it unused, and until then its uses are noted', async () => {
  const { amis, documents, ports } = revocationWorld();
  amis.uses = [{ region: 'us-east-1', amiId: inOther(NEWEST.amiId), by: 'instance i-1' }];
  await revoke(ports());
  expect([...amis.disabled]).toEqual([NEWEST.amiId]);
  expect(documents.texts.get('publications/revoked.json')).toContain('used by instance i-1');
  amis.uses = [];
  await housekeep(ports());
  expect(amis.disabled.size).toBe(2);
  expect(documents.texts.get('publications/revoked.json')).not.toContain('instance i-1');
});

test('restore takes it back: its AMIs are enabled, shared as before, and it is promoted again', async () => {
  const { amis, channel, ports, stores } = revocationWorld();
  const shares = [...amis.shares].sort();
  await revoke(ports());
  await restore(ports(), NEWEST.amiId);
  expect(amis.disabled.size).toBe(0);
  expect([...amis.shares].sort()).toEqual(shares);
  expect(channel(`${AWAY}/us-east-1`, 'latest')).toBe(NEWEST.id);
  expect(channel(`${AWAY}/us-east-1`, 'current')).toBe(OLDER.id);
  expect(stores.get(`${AWAY}/us-east-1`)!.json(`${PATH}/failed`)).not.toHaveProperty('revoked');
  await housekeep(ports());
  expect(channel(`${AWAY}/us-east-1`, 'current')).toBe(NEWEST.id);
  expect((await restore(ports())).changes).toEqual([]);
});

test('where no older one is left the channel stays, and so does its AMI', async () => {
  const { amis, channel, ports } = revocationWorld();
  for (const { id } of [OLDEST, OLDER, NEWEST]) {
    await revoke(ports(), id);
  }
  expect(channel('123456789012/eu-central-1', 'current')).toBe(NEWEST.id);
  expect(amis.disabled.has(NEWEST.amiId)).toBe(false);
  expect(amis.disabled.has(OLDEST.amiId)).toBe(true);
});

test('what is no publication, and what was never revoked, is refused in a sentence', async () => {
  const { ports } = revocationWorld();
  await expect(planRevoke(ports(), EVERYWHERE, { ...BY, publication: '20348.1-1' })).rejects.toThrow(
    'There is no publication 20348.1-1.',
  );
  await expect(planRestore(ports(), EVERYWHERE, { ...BY, publication: OLDER.id })).rejects.toThrow(
    `revoked is none; got: '${OLDER.id}'.`,
  );
});

const HOME = '123456789012/eu-central-1';

describe('an AMI that EC2 does not enable', () => {
  test('keeps no other publication from being revoked, and is named', async () => {
    const { amis, channel, ports } = revocationWorld();
    await revoke(ports(), OLDEST.id);
    amis.stuck.add(OLDEST.amiId);
    const sentence = `${OLDEST.amiId} in eu-central-1 (${OLDEST.id}) cannot be enabled: EC2 fails on ${OLDEST.amiId}`;
    await expect(restore(ports(), OLDEST.id)).rejects.toThrow(sentence);
    await expect(revoke(ports())).rejects.toThrow(sentence);
    expect([channel(HOME, 'current'), channel(HOME, 'previous')]).toEqual([OLDER.id, OLDER.id]);
    expect(channel(`${AWAY}/us-east-1`, 'current')).toBe(OLDER.id);
    expect([...amis.disabled].sort()).toEqual([OLDEST.amiId, NEWEST.amiId, inOther(NEWEST.amiId)].sort());
    amis.stuck.clear();
    await housekeep(ports());
    expect(amis.disabled.has(OLDEST.amiId)).toBe(false);
  });

  test('is shown by no channel before it is enabled', async () => {
    const { amis, channel, ports } = revocationWorld();
    await revoke(ports());
    amis.stuck.add(NEWEST.amiId);
    await expect(restore(ports())).rejects.toThrow('cannot be enabled');
    expect(channel(HOME, 'latest')).toBe(OLDER.id);
    amis.stuck.clear();
    await restore(ports());
    expect(channel(HOME, 'latest')).toBe(NEWEST.id);
  });
});

test('an AMI that EC2 does not disable keeps no other from being disabled', async () => {
  const world = revocationWorld();
  const { amis, ports } = world;
  amis.stuck.add(NEWEST.amiId);
  await expect(revoke(ports())).rejects.toThrow(
    `${NEWEST.amiId} in eu-central-1 (${NEWEST.id}) cannot be disabled: EC2 fails on ${NEWEST.amiId}`,
  );
  expect([...amis.disabled]).toEqual([inOther(NEWEST.amiId)]);
  expect(noted(world).disabled['eu-central-1']?.at).toBeNull();
});

test('revoked again while a restoration is half done, it counts as launchable until it is disabled again', async () => {
  const world = revocationWorld();
  const { amis, ports } = world;
  await revoke(ports());
  amis.stuck.add(inOther(NEWEST.amiId));
  await expect(restore(ports())).rejects.toThrow('cannot be enabled');
  amis.uses = [{ region: 'us-east-1', amiId: inOther(NEWEST.amiId), by: 'instance i-1' }];
  await revoke(ports());
  expect(noted(world)).toMatchObject({
    disabled: { 'us-east-1': { sharedWith: [AWAY], at: null } },
    usedBy: ['used by instance i-1'],
  });
});

describe('of several publications of one revision', () => {
  const world = () => revocationWorld([OLDEST, OLDER, NEWEST, AGAIN]);

  test('a later one is brought back though its parameter shows an earlier one by then', async () => {
    const { channel, ports, stores } = world();
    await revoke(ports(), AGAIN.id);
    expect(channel(HOME, 'latest')).toBe(NEWEST.id);
    await restore(ports(), AGAIN.id);
    expect(channel(HOME, 'latest')).toBe(AGAIN.id);
    expect(stores.get(HOME)!.json(`${PATH}/by-revision/20348.4294`)).toMatchObject({ id: AGAIN.id });
  });

  test.each([
    ['in the order of their revocation', [NEWEST.id, AGAIN.id]],
    ['in the other order', [AGAIN.id, NEWEST.id]],
  ])('all are restored, revoked %s', async (_order, ids) => {
    const { channel, ports } = world();
    for (const id of ids) {
      await revoke(ports(), id);
    }
    expect(channel(HOME, 'latest')).toBe(OLDER.id);
    await restore(ports(), AGAIN.id);
    expect(channel(HOME, 'latest')).toBe(AGAIN.id);
    await restore(ports(), NEWEST.id);
    expect(channel(HOME, 'latest')).toBe(AGAIN.id);
  });
});

test('a channel goes to no publication whose AMI is gone', async () => {
  const { amis, channel, ports } = revocationWorld();
  amis.gone.add(OLDER.amiId);
  const plan = await revoke(ports());
  expect(plan.changes).toContain(`current -> ${OLDEST.id} (${OLDEST.amiId})`);
  expect([channel(HOME, 'current'), channel(HOME, 'latest')]).toEqual([OLDEST.id, OLDEST.id]);
});

test('an AMI in a region that the pipeline has left stays launchable, and nobody says otherwise', async () => {
  const world = revocationWorld();
  const { amis, ports } = world;
  const left = { ...EVERYWHERE, regions: [] };
  const wish = { ...BY, publication: NEWEST.id };
  const plan = await planRevoke(ports(), left, wish);
  const sentence = `${inOther(NEWEST.amiId)} in us-east-1, where the pipeline publishes no more, can still be launched: disable it by hand.`;
  expect(plan.reasons).toContain(sentence);
  expect(plan.changes.join()).not.toContain('us-east-1');
  await plan.apply();
  expect([...amis.disabled]).toEqual([NEWEST.amiId]);
  expect(Object.keys(noted(world).disabled)).toEqual(['eu-central-1']);
  expect(await planRevoke(ports(), left, wish)).toMatchObject({
    changes: [],
    reasons: [expect.stringContaining('was revoked on'), sentence],
  });
});

test('at rest a poll reads revocations and channels, and nothing else', async () => {
  const { ports } = revocationWorld();
  const calls = async () => {
    const mortal = new Mortal();
    await settleRevocations(ports(mortal), EVERYWHERE);
    await disableRevoked(ports(mortal), EVERYWHERE);
    return mortal.calls;
  };
  expect(await calls()).toBe(2);
  await revoke(ports());
  // Twice the document; the parameters of its region, and three of them.
  expect(await calls()).toBe(6);
  await restore(ports());
  expect(await calls()).toBe(2);
});

describe('a channel that has nowhere to go', () => {
  const stuck = async () => {
    const world = revocationWorld([OLDER, NEWEST]);
    await revoke(world.ports(), OLDER.id);
    for (let round = 1; round <= 3; round += 1) {
      await housekeep(world.ports());
    }
    expect(world.channel(HOME, 'previous')).toBe(OLDER.id);
    return world;
  };

  test('is settled once: the document and channels are read, and nothing else', async () => {
    const { ports } = await stuck();
    const mortal = new Mortal();
    await settleRevocations(ports(mortal), EVERYWHERE);
    expect(mortal.calls).toBe(5);
  });

  test('is settled anew when channels show something else', async () => {
    const { channel, ports, stores } = await stuck();
    stores.get(HOME)!.values.set(`${PATH}/latest/publication`, JSON.stringify(OLDER));
    await housekeep(ports());
    expect(channel(HOME, 'latest')).toBe(NEWEST.id);
    const mortal = new Mortal();
    await settleRevocations(ports(mortal), EVERYWHERE);
    expect(mortal.calls).toBe(5);
  });
});

test('what another writer moved to a revoked publication meanwhile leaves it at the next poll', async () => {
  const { channel, ports, stores } = revocationWorld();
  await revoke(ports());
  stores.get(HOME)!.values.set(`${PATH}/latest/publication`, JSON.stringify(NEWEST));
  await housekeep(ports());
  expect(channel(HOME, 'latest')).toBe(OLDER.id);
});

test('a region that the pipeline has left keeps nothing from being restored in the others', async () => {
  const world = revocationWorld();
  const { amis, channel, ports } = world;
  await revoke(ports());
  amis.stuck.add(inOther(NEWEST.amiId));
  const left = { ...EVERYWHERE, regions: [] };
  const plan = await planRestore(ports(), left, { ...BY, publication: NEWEST.id });
  expect(plan.changes.join()).not.toContain('us-east-1');
  expect(plan.reasons).toContain(
    `${inOther(NEWEST.amiId)} in us-east-1, where the pipeline publishes no more, stays disabled: enable it by hand.`,
  );
  await plan.apply();
  expect(channel(HOME, 'latest')).toBe(NEWEST.id);
  const mortal = new Mortal();
  await settleRevocations(ports(mortal), left);
  expect(mortal.calls).toBe(1);
  amis.stuck.clear();
  await housekeep(ports());
  expect(amis.disabled.size).toBe(0);
});
