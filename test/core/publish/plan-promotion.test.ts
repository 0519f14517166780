import type { OperatorOverride } from '../../../lib/contract/documents/overrides';
import { holdOverride, readHold, releaseOverride } from '../../../lib/core/bake/hold';
import { planPromotion, type PromotionInput, planRollback } from '../../../lib/core/publish/operate-channels';
import { memoryParameters } from '../../support/memory-ports';
import { DESCRIPTION, PATH, publicationAt, UNBAKED } from '../../support/pipeline-description';

const LATEST = publicationAt(4294, '2025-10-14T22:00:00.000Z');
const CURRENT = publicationAt(4171, '2025-09-10T00:00:00.000Z');
const NOW = new Date('2025-10-14T23:00:00Z');
const HOLD: OperatorOverride = {
  by: 'ops',
  reason: 'the fair',
  at: '2025-10-14T00:00:00Z',
  until: '2025-10-20T00:00:00Z',
};
const CANARY = { ...DESCRIPTION.promotion, delaySeconds: 2 * 3600, canaryFleets: ['shop'] };
const OPERATOR_NOTE = { by: 'ops', reason: 'now' };

function input(changes: Partial<PromotionInput>): PromotionInput {
  return {
    now: NOW,
    policy: DESCRIPTION.promotion,
    latest: LATEST,
    current: CURRENT,
    hold: undefined,
    canaries: [],
    revoked: new Set(),
    ...changes,
  };
}

const at = (hours: number) => new Date(Date.parse(LATEST.at) + hours * 3_600_000);
const reports = (verdict: 'well' | 'bad' | 'waiting', unread: readonly string[] = []) => [
  { fleet: 'shop', verdict, unread },
];

test.each<[string, Partial<PromotionInput>, boolean, string]>([
  ['no canary fleet', {}, true, 'No canary fleet is named'],
  ['nothing published', { latest: UNBAKED }, false, 'Nothing has been published yet'],
  ['the newest is current', { current: LATEST }, false, 'already'],
  ['a hold', { hold: HOLD }, false, 'ops holds promotion until 2025-10-20T00:00:00Z: the fair'],
  ['a hold, though asked', { hold: HOLD, asked: OPERATOR_NOTE }, false, 'ops holds promotion'],
  ['manual', { policy: { ...CANARY, mode: 'manual' }, now: at(100) }, false, 'waits for a person'],
  [
    'manual, asked',
    { policy: { ...CANARY, mode: 'manual' }, asked: OPERATOR_NOTE },
    true,
    'ops asked for it: now',
  ],
  ['before the delay', { policy: CANARY, canaries: reports('well') }, false, 'at the earliest'],
  [
    'well after the delay',
    { policy: CANARY, canaries: reports('well'), now: at(2) },
    true,
    'does well on shop',
  ],
  [
    'a canary that cannot be read',
    { policy: CANARY, canaries: reports('waiting', ['1/eu-central-1: denied']), now: at(23.9) },
    false,
    'at the latest. The state of shop could not be read in 1/eu-central-1: denied',
  ],
  [
    'a canary that cannot be read, asked',
    { canaries: reports('waiting', ['1/eu-central-1: denied']), asked: OPERATOR_NOTE },
    true,
    'could not be read in 1/eu-central-1: denied',
  ],
  [
    'not well yet',
    { policy: CANARY, canaries: reports('waiting'), now: at(23.9) },
    false,
    'waits until it does well on shop, and',
  ],
  [
    'its time is over',
    { policy: CANARY, canaries: reports('waiting'), now: at(24) },
    true,
    '24 h have passed',
  ],
  ['a bad canary', { policy: CANARY, canaries: reports('bad'), now: at(100) }, false, 'failed on shop'],
  ['a bad canary, asked', { canaries: reports('bad'), asked: OPERATOR_NOTE }, false, 'failed on shop'],
  [
    'a bad canary, overruled',
    { canaries: reports('bad'), asked: { ...OPERATOR_NOTE, despiteCanaries: true } },
    true,
    'ops',
  ],
])('%s', (_name, changes, promotes, reason) => {
  const plan = planPromotion(input(changes));
  expect(plan.reasons.join(' ')).toContain(reason);
  expect(plan.changes).toEqual(
    promotes
      ? [
          { kind: 'move', channel: 'previous', to: CURRENT },
          { kind: 'move', channel: 'current', to: LATEST },
        ]
      : [],
  );
});

test('the plain base AMI never becomes previous', () => {
  expect(planPromotion(input({ current: UNBAKED })).changes).toEqual([
    { kind: 'move', channel: 'current', to: LATEST },
  ]);
});

describe('a rollback', () => {
  const rollback = {
    now: NOW,
    current: LATEST,
    previous: CURRENT,
    hold: undefined,
    revoked: new Set<string>(),
    asked: OPERATOR_NOTE,
  };

  test('holds first, so that what was taken back does not come back', () => {
    const override = holdOverride(OPERATOR_NOTE, NOW);
    expect(planRollback(rollback).changes).toEqual([
      { kind: 'hold', override },
      { kind: 'move', channel: 'current', to: CURRENT },
    ]);
    expect(planPromotion(input({ current: CURRENT, hold: override })).changes).toEqual([]);
  });

  test.each([[UNBAKED], [undefined]])('never goes to the plain base AMI', (previous) => {
    expect(planRollback({ ...rollback, previous })).toMatchObject({
      changes: [],
      reasons: [expect.stringContaining('nothing to go back to') as string],
    });
  });

  test('leaves a hold that lasts longer', () => {
    const hold = { ...HOLD, until: '2025-12-01T00:00:00Z' };
    expect(planRollback({ ...rollback, hold }).changes).toEqual([
      { kind: 'move', channel: 'current', to: CURRENT },
    ]);
  });

  test('a second one has nothing to do', () => {
    const hold = holdOverride(OPERATOR_NOTE, NOW);
    expect(planRollback({ ...rollback, current: CURRENT, hold }).changes).toEqual([]);
  });
});

describe('a hold', () => {
  test.each([
    [HOLD, HOLD],
    [{ ...HOLD, until: NOW.toISOString() }, undefined],
    [releaseOverride(OPERATOR_NOTE, NOW), undefined],
  ])('is in force until its end', async (override, expected) => {
    const parameters = memoryParameters({ [`${PATH}/hold`]: override });
    expect(await readHold(parameters, PATH, NOW)).toEqual(expected);
  });

  test('that cannot be read holds as well', async () => {
    const parameters = memoryParameters({ [`${PATH}/hold`]: 'yes please' });
    expect(await readHold(parameters, PATH, NOW)).toMatchObject({
      by: 'somebody',
      reason: `${PATH}/hold is damaged: it is not JSON.`,
    });
  });

  test('lasts 14 days unless said', () => {
    expect(holdOverride(OPERATOR_NOTE, NOW).until).toBe('2025-10-28T23:00:00.000Z');
  });

  test.each(['2025-10-14T23:00:00Z', '2025-12-14T00:00:00Z', 'never'])('does not last until %s', (until) => {
    expect(() => holdOverride(OPERATOR_NOTE, NOW, new Date(until))).toThrow();
  });
});

describe('what a person has revoked', () => {
  test.each([{}, { asked: { ...OPERATOR_NOTE, despiteCanaries: true } }, { policy: CANARY, now: at(100) }])(
    'is never promoted: %j',
    (changes) => {
      expect(planPromotion(input({ ...changes, revoked: new Set([LATEST.id]) }))).toMatchObject({
        changes: [],
        waitsFor: 'revoked',
      });
    },
  );

  test('is never gone back to, and never kept as what to go back to', () => {
    const revoked = new Set([CURRENT.id]);
    expect(planPromotion(input({ revoked })).changes).toEqual([
      { kind: 'move', channel: 'current', to: LATEST },
    ]);
    const rollback = {
      now: NOW,
      current: LATEST,
      previous: CURRENT,
      hold: undefined,
      revoked: new Set<string>(),
      asked: OPERATOR_NOTE,
    };
    expect(planRollback({ ...rollback, revoked }).changes).toEqual([]);
  });
});
