import { fleetParameters } from '../../../lib/contract/names/parameters';
import { RELEASES } from '../../../lib/contract/values/release';
import { noteDecision } from '../../../lib/core/gate/last-decision';
import { readPipelineStatus } from '../../../lib/core/housekeeping/pipeline-status';
import { contractFixture } from '../../support/contract-fixture';
import { memoryDocuments, memoryParameters } from '../../support/memory-ports';
import { channelsAt, DESCRIPTION, PATH, publicationAt, UNBAKED } from '../../support/pipeline-description';
import { imageSet, setImage } from '../../support/right-evidence';

const RELEASE = RELEASES.find(({ name }) => name === '2022')!;
const SEPTEMBER = publicationAt(4171, '2025-09-10T00:00:00.000Z');
const OCTOBER = publicationAt(4294, '2025-10-14T22:00:00.000Z');
/** Patch Tuesday is 17:00Z of the 14th. */
const NOW = new Date('2025-10-15T05:00:00Z');
const CANARY = { ...DESCRIPTION.promotion, delaySeconds: 2 * 3600, canaryFleets: ['shop'] };
const HOLD = {
  by: 'ann',
  reason: 'the fair',
  at: '2025-10-14T00:00:00Z',
  until: '2025-10-20T00:00:00Z',
};
const observed = (revision: number, at: string) => ({
  at,
  repository: 'windows/servercore',
  tag: 'ltsc2022',
  digest: `sha256:${String(revision).padStart(64, '0')}`,
  platformDigest: null,
  osVersion: `10.0.20348.${revision}`,
  compressedBytes: null,
});
const CATALOG = {
  schema: 'winbake.catalog/1',
  release: '2022',
  build: 20348,
  observations: [observed(4171, '2025-09-01T00:00:00Z'), observed(4294, '2025-10-14T18:00:00Z')],
  sets: [
    imageSet('set-1', '2025-10-14T18:00:00Z', OCTOBER.osVersion, [setImage('servercore', OCTOBER.osVersion)]),
  ],
  hosts: [],
  accepted: [],
};

interface Situation {
  readonly current?: typeof SEPTEMBER;
  readonly latest?: typeof SEPTEMBER;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly documents?: Readonly<Record<string, unknown>>;
  readonly description?: Partial<typeof DESCRIPTION>;
  readonly isRunning?: boolean;
}

const decided = (decision: string, reason: string, at = '2025-10-15T04:48:00Z', more: object = {}) => ({
  'bakes/last-decision.json': { schema: 'winbake.last-decision/1', at, decision, reason, ...more },
});
const notified = (cause: string) => ({
  'notices.json': {
    schema: 'winbake.notices/1',
    notices: { [cause]: { at: '2025-10-15T00:00:00Z', message: 'x' } },
  },
});
const NOTHING = decided('nothing', '10.0.20348.4294 is baked already.');

function statusOf(situation: Situation) {
  const { current = OCTOBER, description = {}, documents = NOTHING, latest = OCTOBER } = situation;
  const home = memoryParameters({
    ...channelsAt({ latest, current, previous: UNBAKED }),
    ...situation.parameters,
  });
  const ports = {
    documents: memoryDocuments({ 'catalog/2022.json': CATALOG, ...documents }),
    stores: { of: () => Promise.resolve(home) },
    executions: {
      isRunning: () => Promise.resolve(situation.isRunning ?? false),
      stop: () => Promise.resolve(),
    },
    now: () => NOW,
  };
  return readPipelineStatus(ports, { ...DESCRIPTION, ...description }, RELEASE);
}

const lease = (order: object | null) => ({
  'bakes/lease.json': { schema: 'winbake.lease/1', execution: 'arn:one', at: '2025-10-15T04:00:00Z', order },
});
const BAD = {
  ...(contractFixture('fleet-state') as object),
  rollout: null,
  bad: [{ publication: OCTOBER.id, at: '2025-10-15T00:00:00Z', reason: 'its tasks failed' }],
};

test.each<[string, Situation, string | null]>([
  ['all is well', {}, null],
  ['the gate has never decided', { documents: {} }, 'winbake pipeline doctor 2022-core'],
  [
    'the first rebake waits',
    { documents: lease(null), isRunning: true, latest: UNBAKED, current: UNBAKED },
    null,
  ],
  [
    'the gate is silent',
    { documents: decided('nothing', 'x', '2025-10-13T00:00:00Z') },
    'winbake pipeline doctor 2022-core',
  ],
  [
    'a schedule that is rare is no silence',
    { documents: decided('nothing', 'x', '2025-10-13T00:00:00Z'), description: { longestSilenceHours: 200 } },
    null,
  ],
  [
    'housekeeping fails',
    { documents: { ...NOTHING, ...notified('housekeepingFailed:delivery') } },
    'winbake pipeline doctor 2022-core',
  ],
  [
    'a person must choose',
    { documents: decided('needsOperator', 'aspnet stands.') },
    'winbake explain 2022-core',
  ],
  [
    'a bake failed',
    { documents: { ...NOTHING, ...notified('bakeFailed:order-1') } },
    'winbake pipeline rebake 2022-core --force --reason "..."',
  ],
  [
    'promotion is held',
    { current: SEPTEMBER, parameters: { [`${PATH}/hold`]: HOLD } },
    'winbake pipeline unhold 2022-core --reason "..."',
  ],
  ['a hold that holds nothing back', { parameters: { [`${PATH}/hold`]: HOLD } }, null],
  [
    'promotion is manual',
    { current: SEPTEMBER, description: { promotion: { ...CANARY, mode: 'manual' } } },
    'winbake pipeline promote 2022-core --reason "..."',
  ],
  [
    'the canary has not run it yet',
    { current: SEPTEMBER, description: { promotion: CANARY } },
    'winbake fleet status shop',
  ],
  [
    'it failed on the canary',
    {
      current: SEPTEMBER,
      description: { promotion: CANARY },
      parameters: { [fleetParameters('/winbake', 'shop').state]: BAD },
    },
    'winbake fleet status shop',
  ],
  ['promotion is due at the next poll', { current: SEPTEMBER }, null],
  [
    'an account is shut',
    { documents: { ...NOTHING, ...notified('accountUnreachable:210987654321/eu-central-1') } },
    'winbake pipeline doctor 2022-core',
  ],
  [
    'the gate waits',
    {
      latest: SEPTEMBER,
      current: SEPTEMBER,
      documents: decided('wait', 'Waiting for iis.', undefined, { changesAt: '2025-10-16T05:00:00.000Z' }),
    },
    null,
  ],
  [
    'the gate waits while the budget runs out',
    {
      latest: SEPTEMBER,
      current: SEPTEMBER,
      documents: decided('wait', 'Waiting for iis.'),
      description: { patchWithinSeconds: 12 * 3600 },
    },
    'winbake pipeline rebake 2022-core --force --reason "..."',
  ],
  [
    'a bake is under way while the budget runs out',
    {
      latest: SEPTEMBER,
      current: SEPTEMBER,
      isRunning: true,
      documents: {
        ...decided('bake', 'newer'),
        ...lease({ id: 'order-1', image: null, ended: null }),
      },
      description: { patchWithinSeconds: 12 * 3600 },
    },
    null,
  ],
])('where %s, the next command says so', async (_name, situation, command) => {
  const { next } = await statusOf(situation);
  expect(next.command).toBe(command);
  expect(next.reason).toMatch(/^[A-Z][^]*\.$/);
});

test('the last decision is told with age, reason, findings and when time changes it', async () => {
  const documents = memoryDocuments({});
  const findings = [{ code: 'LATE', severity: 'warning', family: 'iis', message: 'iis is late.' }] as const;
  await noteDecision(
    documents,
    { decision: 'wait', reason: 'Waiting for iis.', findings, changesAt: new Date('2025-10-16T05:00:00Z') },
    new Date('2025-10-15T03:30:00Z'),
  );
  const { decision } = await statusOf({ documents: Object.fromEntries(documents.texts) });
  expect(decision).toEqual({
    at: '2025-10-15T03:30:00.000Z',
    ageHours: 1.5,
    decision: 'wait',
    reason: 'Waiting for iis.',
    findings,
    changesAt: '2025-10-16T05:00:00.000Z',
  });
});

test('a decision that an earlier release noted has no findings', async () => {
  expect((await statusOf({})).decision).toMatchObject({ decision: 'nothing', findings: [], changesAt: null });
});

test('a finding that this release does not know is told as it is', async () => {
  const finding = { code: 'NEWER_THAN_THIS', severity: 'info', message: 'x' };
  const documents = decided('nothing', 'x', undefined, { findings: [finding] });
  expect((await statusOf({ documents })).decision?.findings).toEqual([finding]);
});

test('promotion says why current is not latest, and when it will be', async () => {
  const { promotion } = await statusOf({ current: SEPTEMBER, description: { promotion: CANARY } });
  expect(promotion).toEqual({
    isDue: false,
    waitsFor: 'canary',
    fleets: ['shop'],
    reasons: [
      expect.stringMatching(/^20348\.4294-1 waits for shop, until 2025-10-15T22:00:00\.000Z at most/),
    ],
    changesAt: '2025-10-15T22:00:00.000Z',
  });
  expect((await statusOf({ current: SEPTEMBER })).promotion).toMatchObject({ isDue: true, waitsFor: null });
  const held = { current: SEPTEMBER, parameters: { [`${PATH}/hold`]: HOLD } };
  expect((await statusOf(held)).promotion).toMatchObject({
    isDue: false,
    waitsFor: 'hold',
    changesAt: '2025-10-20T00:00:00.000Z',
  });
  expect((await statusOf({})).promotion).toMatchObject({ isDue: false, waitsFor: null, changesAt: null });
});

test('the patch clock runs from Patch Tuesday against the budget', async () => {
  const { patch } = await statusOf({ current: SEPTEMBER });
  expect(patch).toEqual({
    hoursUnpatched: 12,
    budgetHours: 72,
    percent: expect.closeTo(100 / 6),
    missing: '10.0.20348.4294',
  });
  expect((await statusOf({})).patch).toMatchObject({ hoursUnpatched: 0, percent: 0, missing: null });
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
