import { fleetParameters } from '../../../lib/contract/names/parameters';
import { noteDecision } from '../../../lib/core/gate/last-decision';
import { memoryDocuments } from '../../support/memory-ports';
import { PATH, UNBAKED } from '../../support/pipeline-description';
import {
  BAD,
  CANARY,
  HOLD,
  NOTHING,
  SEPTEMBER,
  decided,
  lease,
  notified,
  revoked,
  statusOf,
  type Situation,
} from '../../support/pipeline-situation';

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

test.each<[string, Situation, string]>([
  [
    'a gate that is silent for just as long',
    { documents: decided('nothing', 'x', '2025-10-14T03:00:00Z') },
    'Nothing is to be done; the next poll',
  ],
  [
    'a bake that failed while another one runs',
    {
      documents: {
        ...decided('bake', 'newer'),
        ...notified('bakeFailed:order-1'),
        ...lease({ id: 'order-2', image: null, ended: null }),
      },
      isRunning: true,
    },
    'A bake is under way',
  ],
  [
    'a budget that is spent by three quarters',
    {
      latest: SEPTEMBER,
      current: SEPTEMBER,
      documents: decided('wait', 'Waiting for iis.'),
      description: { patchWithinSeconds: 16 * 3600 },
    },
    'The budget runs out in the wait',
  ],
  [
    'a budget that is spent by less',
    {
      latest: SEPTEMBER,
      current: SEPTEMBER,
      documents: decided('wait', 'Waiting for iis.'),
      description: { patchWithinSeconds: 16.1 * 3600 },
    },
    'the gate asks the registry again by itself',
  ],
  [
    'a canary that has not run it',
    { current: SEPTEMBER, description: { promotion: CANARY } },
    'The canary fleet has not run it yet',
  ],
  [
    'a canary on which it failed',
    {
      current: SEPTEMBER,
      description: { promotion: CANARY },
      parameters: { [fleetParameters('/winbake', 'shop').state]: BAD },
    },
    'It failed on the canary fleet',
  ],
  [
    'a newest publication that was revoked',
    { current: SEPTEMBER, documents: { ...NOTHING, ...revoked({}) } },
    'All that was published is revoked',
  ],
])('the reason fits %s', async (_name, situation, sentence) => {
  expect((await statusOf(situation)).next.reason).toContain(sentence);
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
      '20348.4294-1 waits until it does well on shop, and is promoted at 2025-10-15T22:00:00.000Z at the latest.',
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
