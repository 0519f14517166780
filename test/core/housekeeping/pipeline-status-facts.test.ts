import { contractFixture } from '../../support/contract-fixture';
import { PATH, UNBAKED } from '../../support/pipeline-description';
import {
  CATALOG,
  HOLD,
  NOTHING,
  OCTOBER,
  SEPTEMBER,
  lease,
  revoked,
  statusOf,
  type Situation,
} from '../../support/pipeline-situation';

test('all that was published and seen is told as it is', async () => {
  const status = await statusOf({ current: SEPTEMBER });
  expect(status.channels).toEqual({ latest: OCTOBER, current: SEPTEMBER, previous: UNBAKED });
  expect(status.newestSet).toEqual({
    target: OCTOBER.osVersion,
    at: '2025-10-14T18:00:00Z',
    images: [{ family: 'servercore', osVersion: OCTOBER.osVersion }],
  });
  const none = { 'catalog/2022.json': { ...CATALOG, sets: [] } };
  expect((await statusOf({ documents: { ...NOTHING, ...none } })).newestSet).toBeNull();
});

test('a hold, what housekeeping fails at and what is pending are told', async () => {
  const pending = { since: '2025-10-14T00:00:00.000Z', reason: 'AccessDenied' };
  const failure = { since: '2025-10-14T00:00:00.000Z', reason: 'S3 is away' };
  const delivery = { publication: null, reachedAt: null };
  const status = await statusOf({
    parameters: { [`${PATH}/hold`]: HOLD },
    documents: {
      ...NOTHING,
      'publications/housekeeping.json': {
        schema: 'winbake.housekeeping/1',
        pruned: { at: '2025-10-14T01:00:00.000Z', amis: [] },
        failing: { prune: failure },
      },
      'publications/deliveries.json': {
        schema: 'winbake.deliveries/1',
        announced: null,
        targets: { 'a/eu': { ...delivery, pending }, 'b/eu': { ...delivery, pending: null } },
      },
    },
  });
  expect(status.hold).toMatchObject(HOLD);
  expect(status.housekeeping).toEqual({
    prunedAt: '2025-10-14T01:00:00.000Z',
    failing: [{ part: 'prune', ...failure }],
  });
  expect(status.pending).toEqual([{ target: 'a/eu', ...pending }]);
  const { hold, housekeeping, pending: nothing } = await statusOf({});
  expect([hold, housekeeping, nothing]).toEqual([null, { prunedAt: null, failing: [] }, []]);
});

test('a revoked publication is told until it is restored, and whether it can still be launched', async () => {
  const of = async (more: object) =>
    (await statusOf({ documents: { ...NOTHING, ...revoked(more) } })).revoked;
  const noted = { id: OCTOBER.id, by: 'ann', reason: 'leaks', at: '2025-10-15T01:00:00.000Z', usedBy: [] };
  expect(await of({})).toEqual([{ ...noted, isDisabled: false }]);
  const disabled = { 'eu-central-1': { sharedWith: [], at: '2025-10-15T02:00:00.000Z' } };
  expect(await of({ disabled })).toEqual([{ ...noted, isDisabled: true }]);
  expect(await of({ restored: { by: 'bob', reason: 'false alarm', at: noted.at } })).toEqual([]);
});

test.each<[string, Situation, object]>([
  ['none before the first', {}, { state: 'idle', since: null, order: null }],
  [
    'one that waits',
    { documents: { ...NOTHING, ...lease(null) }, isRunning: true },
    { state: 'waiting', since: '2025-10-15T04:00:00Z', order: null },
  ],
  [
    'one that bakes',
    { documents: { ...NOTHING, ...lease({ id: 'order-1', image: null, ended: null }) }, isRunning: true },
    { state: 'baking', since: '2025-10-15T04:00:00Z', order: 'order-1' },
  ],
  [
    'one that has ended',
    { documents: { ...NOTHING, ...lease({ id: 'order-1', image: null, ended: null }) } },
    { state: 'idle', since: null, order: 'order-1' },
  ],
])('of rebakes it says %s', async (_name, situation, expected) => {
  expect((await statusOf(situation)).rebake).toEqual(expected);
});

describe('how soon containers start on the newest AMI', () => {
  const published = ({ id }: typeof OCTOBER, seconds: Readonly<Record<string, number | null>>) => {
    const verification = `publications/${id}.1.0.0-1.verification.json`;
    const image = { present: true, digest: `sha256:${'0'.repeat(64)}`, secondStartSeconds: 1 };
    return {
      [`publications/${id}.json`]: { ...(contractFixture('publication') as object), id, verification },
      [verification]: {
        ...(contractFixture('verification') as object),
        images: Object.entries(seconds).map(([family, firstStartSeconds]) => ({
          ...image,
          family,
          firstStartSeconds,
        })),
      },
    };
  };

  test('stands beside what fleets run, or ran before', async () => {
    const documents = {
      ...NOTHING,
      ...published(OCTOBER, { servercore: 12, iis: 14, nanoserver: null }),
      ...published(SEPTEMBER, { servercore: 10 }),
    };
    const { firstStarts } = await statusOf({ current: SEPTEMBER, documents });
    expect(firstStarts).toEqual({
      publication: OCTOBER.id,
      before: SEPTEMBER.id,
      families: [
        { family: 'servercore', seconds: 12, before: 10 },
        { family: 'iis', seconds: 14, before: null },
      ],
    });
    expect((await statusOf({ documents })).firstStarts).toMatchObject({
      before: null,
      families: [{ before: null }, { before: null }],
    });
  });

  test('is not known of what was never baked', async () => {
    expect((await statusOf({ latest: UNBAKED, current: UNBAKED })).firstStarts).toBeNull();
  });
});
