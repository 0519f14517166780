import fc from 'fast-check';
import { CLAIMS } from '../../../lib/core/claims/claims';
import type { Fact, ProofFacts, SeenFleet } from '../../../lib/core/prove/facts';
import { measureHosts, prove, SIGNS } from '../../../lib/core/prove/prove';

const hidden = { missing: 'No right to read it.' };

/** Nothing could be read. */
const NOTHING: ProofFacts = {
  ...{ os: 'SERVER_2022_CORE', now: '2026-01-01T00:00:00Z', accounts: ['210987654321'] },
  ...{ bakes: hidden, manifests: hidden, verifications: hidden, failures: hidden, latest: hidden },
  ...{ deliveries: hidden, snapshots: hidden, documents: hidden, fleets: hidden, quotas: hidden },
  ...{ updateLines: hidden, machineLines: hidden },
  answers: { hundredIds: hidden, versionsByNumber: hidden, bucketsByRegion: hidden },
};

/** All was read, and nothing is there. */
const EMPTY: ProofFacts = {
  ...NOTHING,
  ...{ bakes: { seen: [] }, manifests: { seen: [] }, verifications: { seen: [] }, failures: { seen: [] } },
  ...{ latest: { seen: null }, deliveries: { seen: null }, snapshots: { seen: [] }, documents: { seen: [] } },
  ...{ fleets: { seen: [] }, updateLines: { seen: [] }, machineLines: { seen: [] } },
};

test('claims have ids of their own, and whatever settles one names it', () => {
  const ids = CLAIMS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(id))).toEqual([]);
  expect(Object.keys(SIGNS).filter((id) => !ids.includes(id))).toEqual([]);
  expect(CLAIMS.filter(({ claim, how, otherwise }) => [claim, how, otherwise].includes(''))).toEqual([]);
});

test.each([
  ['read', NOTHING],
  ['there', EMPTY],
])('where nothing is %s nothing is seen, and each claim says what would show it', (_what, facts) => {
  const settled = prove(facts);
  expect(settled.filter(({ verdict }) => verdict !== 'notSeen')).toEqual([]);
  expect(settled.filter(({ reason }) => reason === '')).toEqual([]);
});

test('a denial is named where it hides the evidence', () => {
  const [settled] = prove(
    NOTHING,
    CLAIMS.filter(({ id }) => id === 'execution-policy-is-enough'),
  );
  expect(settled?.reason).toBe('No right to read it.');
});

/** Facts in which each part may be hidden. */
const partly = fc
  .record({
    bakes: fc.boolean(),
    fleets: fc.boolean(),
    files: fc.boolean(),
    status: fc.constantFrom('AVAILABLE', 'FAILED'),
  })
  .map(({ bakes, files, fleets, status }): ProofFacts => {
    const shown = <T>(isShown: boolean, seen: T): Fact<T> => (isShown ? { seen } : hidden);
    return {
      ...EMPTY,
      bakes: shown(bakes, [{ arn: 'arn:image/one', status, reason: '', tags: {}, workflows: hidden }]),
      manifests: shown(files, [{ key: 'manifests/a.json', text: '{' }]),
      fleets: shown(fleets, [fleetWith({})]),
    };
  });

test('whatever is hidden, a claim holds or fails by evidence alone', () => {
  fc.assert(
    fc.property(partly, (facts) => {
      const without = prove(facts).filter(
        ({ evidence, verdict }) => (verdict === 'notSeen') !== (evidence.length === 0),
      );
      expect(without).toEqual([]);
    }),
  );
});

function fleetWith(changes: Partial<SeenFleet>): SeenFleet {
  const none = { seen: [] };
  return {
    ...{ fleet: 'shop', group: hidden, refreshes: none, activities: none, versions: none, hosts: none },
    pool: { seen: null },
    ...changes,
  };
}

test('hosts are measured by their AMI, from launch to registration and to the first task', () => {
  const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();
  const instance = (id: string, amiId: string) => ({ id, amiId, launchedAt: at(0) });
  const host = (instanceId: string, registered: number, ...tasks: readonly number[]) => ({
    ...{ instanceId, isConnected: true, registeredAt: at(registered), attributes: [] },
    tasks: tasks.map((started) => ({ status: 'RUNNING', startedAt: at(started), reasons: [] })),
  });
  const group = {
    ...{ name: 'g', desired: 3, max: 3, protectsInstances: true, mixed: null, hasPoolConfiguration: false },
    instances: [instance('i-1', 'ami-plain'), instance('i-2', 'ami-baked'), instance('i-3', 'ami-baked')],
  };
  const hosts = [host('i-1', 5, 14, 12), host('i-2', 4, 5)];
  const fleet = fleetWith({ group: { seen: group }, hosts: { seen: hosts } });
  expect(measureHosts({ fleets: { seen: [fleet] } })).toEqual([
    { amiId: 'ami-plain', hosts: 1, toRegistered: 5, toFirstTask: 12 },
    { amiId: 'ami-baked', hosts: 2, toRegistered: 4, toFirstTask: 5 },
  ]);
});
