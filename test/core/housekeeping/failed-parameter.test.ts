import { fleetStateSchema } from '../../../lib/contract/documents/fleet-state';
import { parseDocument } from '../../../lib/contract/documents/document';
import { noteFailed } from '../../../lib/core/housekeeping/note-failed';
import { contractFixture } from '../../support/contract-fixture';
import { memoryDocuments, memoryParameters } from '../../support/memory-ports';
import { channelsAt, DESCRIPTION, PATH, publicationAt } from '../../support/pipeline-description';

const LATEST = publicationAt(4294, '2025-10-14T22:00:00.000Z');
const AT = '2025-10-14T23:00:00.000Z';
const DAMAGED = { publication: LATEST.id, reason: 'tasks ended', at: AT };

/** What fleets of one account read, whose states and revocations are these. */
async function failedOf(
  states: Readonly<Record<string, object>>,
  revoked: readonly object[] = [],
  latest: typeof LATEST | null = LATEST,
) {
  const home = memoryParameters({
    ...(latest === null ? {} : channelsAt({ latest, current: latest })),
    ...Object.fromEntries(
      Object.entries(states).map(([fleet, state]) => [
        `/winbake/fleets/${fleet}/state`,
        JSON.stringify({ ...fleetState(fleet), ...state }),
      ]),
    ),
  });
  const documents = memoryDocuments({
    'publications/revoked.json': { schema: 'winbake.revocations/1', publications: revoked },
  });
  const stores = { of: () => Promise.resolve(home) };
  const reported = await noteFailed({ documents, stores, now: () => new Date(AT) }, DESCRIPTION);
  return { reported, failed: home.json(`${PATH}/failed`) as Failed | null };
}

interface Failed {
  readonly publications: readonly { readonly fleet: string; readonly reason: string }[];
  readonly rings: readonly { readonly behind: readonly string[]; readonly well: number }[];
  readonly revoked?: readonly { readonly id: string; readonly by: string; readonly reason: string }[];
}

function fleetState(fleet: string) {
  return {
    ...(contractFixture('fleet-state') as object),
    fleet,
    ring: null,
    channel: `${PATH}/current/publication`,
    wanted: { publication: LATEST, since: LATEST.at },
    rollout: null,
    bad: [],
  };
}

test.each([
  ['the fleet of no ring stops more than one of ring 0', { a: { ring: 0 }, b: { ring: null } }, 'b'],
  ['an earlier ring stops more than a later one', { a: { ring: 2 }, b: { ring: 1 } }, 'b'],
  [
    'of equal rings the one that failed first counts',
    { a: { ring: 1 }, b: { ring: 1, at: '2025-10-14T22:30:00.000Z' } },
    'b',
  ],
  [
    'however they are listed',
    { a: { ring: 1, at: '2025-10-14T22:30:00.000Z' }, b: { ring: 1 }, c: { ring: 3 } },
    'a',
  ],
])('%s', async (_what, fleets: Readonly<Record<string, { ring: number | null; at?: string }>>, fleet) => {
  const states = Object.entries(fleets).map(
    ([name, { at = AT, ring }]) => [name, { ring, bad: [{ ...DAMAGED, at }] }] as const,
  );
  expect((await failedOf(Object.fromEntries(states))).failed?.publications).toMatchObject([{ fleet }]);
});

test('a fleet that is on its way to it, or has another, is behind', async () => {
  const rollout = (contractFixture('fleet-state') as { rollout: { template: null } | null }).rollout;
  const well = { ring: 0, publication: LATEST };
  const { failed } = await failedOf({
    'has it': well,
    'changes its template': {
      ...well,
      rollout: rollout && {
        ...rollout,
        template: { from: '0123456789ab', to: 'ba9876543210', fromVersion: null },
      },
    },
    'is on its way': { ...well, rollout: rollout && { ...rollout, template: null } },
    'had another one fail': { ...well, bad: [{ ...DAMAGED, publication: '20348.1-1' }] },
    'has none': { ...well, publication: null },
  });
  expect(rollout).not.toBeNull();
  expect(failed?.rings).toMatchObject([{ fleets: 5, well: 3, behind: ['has none', 'is on its way'] }]);
});

test('what does not fit is cut: two names of those behind, forty letters, 300 of a reason', async () => {
  const long = 'x'.repeat(50);
  const { failed } = await failedOf(
    Object.fromEntries(
      ['c', 'b', 'a'].map((name) => [
        `${name}${long}`,
        { ring: 0, bad: [{ ...DAMAGED, reason: 'r'.repeat(400) }] },
      ]),
    ),
  );
  expect(failed?.rings[0]?.behind).toEqual([`a${'x'.repeat(36)}...`, `b${'x'.repeat(36)}...`]);
  expect(failed?.publications[0]?.reason).toBe(`${'r'.repeat(297)}...`);
});

const revocation = (number: number, more: object = {}) => ({
  id: `20348.4${String(number).padStart(3, '0')}-1`,
  by: 'ann',
  reason: 'its driver leaks',
  at: new Date(Date.parse('2025-10-01T00:00:00.000Z') + number * 3_600_000).toISOString(),
  amis: { [DESCRIPTION.region]: `ami-f${String(number).padStart(16, '0')}` },
  restored: null,
  disabled: {},
  isSettled: true,
  usedBy: [],
  ...more,
});

describe('revocations', () => {
  test('are told with AMI, person and reason, as far as they fit and this region has an AMI', async () => {
    const { failed } = await failedOf({}, [
      revocation(1, { by: 'b'.repeat(50), reason: 'r'.repeat(200) }),
      revocation(2, { amis: { 'us-east-1': 'ami-00000000000000002' } }),
      revocation(3, { restored: { by: 'bob', reason: 'false alarm', at: AT } }),
    ]);
    expect(failed?.revoked).toEqual([
      {
        id: '20348.4001-1',
        amiId: 'ami-f0000000000000001',
        by: `${'b'.repeat(37)}...`,
        reason: `${'r'.repeat(97)}...`,
        at: '2025-10-01T01:00:00.000Z',
      },
    ]);
  });

  test('are the last ten, but those that a fleet names before all others', async () => {
    const all = Array.from({ length: 12 }, (_, number) => revocation(number));
    const ids = async (states: Readonly<Record<string, object>>, some: readonly object[]) =>
      (await failedOf(states, some)).failed?.revoked?.map(({ id }) => id);
    const lastTen = all.slice(2).map(({ id }) => id);
    expect(await ids({}, all)).toEqual([...lastTen].reverse());
    expect(await ids({}, [...all].reverse())).toEqual([...lastTen].reverse());
    const runs = { publication: { ...LATEST, id: all[0]!.id } };
    const others = all.filter((_, number) => number !== 1);
    const rest = [...lastTen].reverse().slice(0, 9);
    expect(await ids({ shop: runs }, others)).toEqual([all[0]!.id, ...rest]);
    const byAmi = { publication: { ...LATEST, amiId: all[0]!.amis[DESCRIPTION.region] } };
    expect(await ids({ shop: byAmi }, others)).toEqual([all[0]!.id, ...rest]);
  });
});

test('before channels point anywhere nothing is told, and a fleet without a channel follows none', async () => {
  parseDocument(fleetStateSchema, JSON.stringify(fleetState('shop')), 'the state of these tests');
  const states = { shop: { bad: [DAMAGED] } };
  expect((await failedOf(states, [], null)).failed).toBeNull();
  expect((await failedOf({ shop: { bad: [DAMAGED], channel: null } })).failed).toBeNull();
  expect((await failedOf({ 'shop/state/old': { bad: [DAMAGED] } })).failed).not.toBeNull();
});
