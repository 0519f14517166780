import { planRestore, planRevoke } from '../../../lib/core/housekeeping/revoke';
import { PATH } from '../../support/pipeline-description';
import {
  AWAY,
  BY,
  EVERYWHERE,
  housekeep,
  inOther,
  NEWEST,
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

test('a word takes it back: its AMIs are enabled, shared as before, and it is promoted again', async () => {
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
