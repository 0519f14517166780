import { bakeAt, decisionAt, inShort, runGate, type GateRun } from '../../support/gate-history';

/** A month of polls before the day, in whole quarters of an hour. */
function monthBefore(instant: string): string {
  const QUARTER = 15 * 60_000;
  const begin = Math.ceil((Date.parse(instant) - 31 * 86_400_000) / QUARTER) * QUARTER;
  return new Date(begin).toISOString();
}

function on(release: string, instant: string, run: Partial<GateRun> = {}) {
  const { ticks, bakes } = runGate({ release, from: monthBefore(instant), to: instant, ...run });
  const decision = decisionAt(ticks, instant);
  return { decision, short: inShort(decision), bake: bakeAt(bakes, instant), bakes };
}

const BACK = 'WENT_BACK servercore, WENT_BACK aspnet';
const LINE_4_8 = { lines: { aspnet: '4.8' }, from: '2025-08-14T00:00:00Z' };
const DEAD = 'RETIRED_LINE aspnet, LATE aspnet';
const FROZEN = 'RETIRED_LINE aspnet, FROZEN aspnet, LATE aspnet';
const TWELVE_HOURS = { policy: { longestWaitSeconds: 12 * 3600 } };

test.each<[string, string, Partial<GateRun>, string]>([
  ['2022', '2025-04-08T17:30:00Z', {}, 'wait, EXPECTED_NEWER'],
  ['2022', '2025-04-08T22:00:00Z', {}, 'wait, LATE aspnet'],
  ['2022', '2025-04-08T23:00:00Z', {}, 'bake'],
  ['2022', '2025-04-10T18:15:00Z', {}, 'nothing, WENT_BACK servercore'],
  ['2022', '2025-04-11T00:30:00Z', {}, `nothing, ${BACK}`],
  [
    '2022',
    '2025-04-11T00:30:00Z',
    { accepted: ['WENT_BACK servercore 10.0.20348.3328'] },
    'nothing, WENT_BACK aspnet, LATE servercore, MIXED_REVISIONS',
  ],
  ['2022', '2025-04-17T18:15:00Z', {}, `wait, ${BACK}, LATE servercore, LATE iis, LATE aspnet`],
  ['2022', '2025-04-25T02:45:00Z', {}, 'bake'],
  ['2022', '2025-04-25T03:00:00Z', {}, 'nothing, HOST_BEHIND_TARGET'],
  ['2022', '2025-04-25T02:45:00Z', { policy: { outOfBand: 'waitForHosts' } }, 'nothing, HOST_BEHIND_TARGET'],
  ['2022', '2025-04-25T02:45:00Z', { policy: { outOfBand: 'ignore' } }, 'nothing'],
  ['2022', '2025-07-08T21:00:00Z', {}, 'wait, LATE aspnet'],
  ['2022', '2025-07-09T05:45:00Z', TWELVE_HOURS, 'bake, LATE aspnet, MIXED_REVISIONS'],
  [
    '2022',
    '2025-07-09T05:45:00Z',
    { policy: { ...TWELVE_HOURS.policy, late: 'stop' } },
    'needsOperator, LATE aspnet',
  ],
  ['2022', '2025-07-09T17:45:00Z', TWELVE_HOURS, 'bake'],
  ['2022', '2025-07-09T18:15:00Z', {}, 'nothing, REPUSHED iis'],
  ['2022', '2025-10-14T21:00:00Z', {}, 'bake'],
  ['2022', '2025-10-13T23:45:00Z', LINE_4_8, 'nothing'],
  ['2022', '2025-10-14T00:00:00Z', LINE_4_8, 'nothing, RETIRED_LINE aspnet'],
  ['2022', '2025-10-14T17:15:00Z', LINE_4_8, 'wait, RETIRED_LINE aspnet, EXPECTED_NEWER'],
  [
    '2022',
    '2025-10-14T18:30:00Z',
    LINE_4_8,
    'wait, RETIRED_LINE aspnet, LATE nanoserver, LATE iis, LATE aspnet',
  ],
  ['2022', '2025-10-14T21:00:00Z', LINE_4_8, `bake, ${DEAD}, MIXED_REVISIONS`],
  ['2022', '2025-10-20T00:00:00Z', LINE_4_8, `nothing, ${DEAD}, MIXED_REVISIONS`],
  ['2022', '2025-11-12T00:00:00Z', LINE_4_8, `nothing, ${DEAD}, MIXED_REVISIONS`],
  ['2022', '2025-11-15T00:00:00Z', LINE_4_8, `nothing, ${FROZEN}, MIXED_REVISIONS`],
  ['2022', '2025-12-15T00:00:00Z', LINE_4_8, `nothing, ${FROZEN}, MIXED_REVISIONS`],
  ['2022', '2025-11-12T00:00:00Z', { lines: { aspnet: '4.9' } }, `needsOperator, ${DEAD}`],
  ['2019', '2025-10-14T21:00:00Z', { lines: { aspnet: '4.7.2' } }, `bake, ${DEAD}, MIXED_REVISIONS`],
  ['2016', '2025-10-14T21:15:00Z', { lines: { aspnet: '4.7.2' } }, `needsOperator, ${DEAD}`],
  ['2022', '2023-06-23T18:15:00Z', {}, 'wait, REPUSHED servercore, REPUSHED nanoserver, REPUSHED aspnet'],
  ['2019', '2025-04-09T18:15:00Z', {}, 'nothing, WENT_BACK servercore, WENT_BACK nanoserver'],
  ['2025', '2025-04-10T18:15:00Z', {}, 'nothing, WENT_BACK servercore'],
  ['2016', '2025-10-14T21:00:00Z', {}, 'bake'],
  ['2016', '2025-10-24T12:00:00Z', { hostRevision: 8524 }, 'needsOperator, HOST_WITHOUT_IMAGE'],
])('%s at %s (%j): %s', (release, instant, run, expected) => {
  expect(on(release, instant, run).short).toBe(expected);
});

test.each<[string, string, Partial<GateRun>, string, string]>([
  ['2022', '2025-04-08T23:15:00Z', {}, '10.0.20348.3453', 'exact'],
  ['2022', '2025-07-09T05:45:00Z', TWELVE_HOURS, '10.0.20348.3932', 'previousRevision'],
  ['2022', '2025-07-09T18:00:00Z', TWELVE_HOURS, '10.0.20348.3932', 'exact'],
  ['2022', '2025-10-14T21:00:00Z', {}, '10.0.20348.4294', 'exact'],
  ['2022', '2025-10-14T21:00:00Z', { hostRevision: 4300 }, '10.0.20348.4294', 'nearestLower'],
  ['2022', '2023-06-23T20:15:00Z', {}, '10.0.20348.1787', 'exact'],
  ['2022', '2025-11-12T00:00:00Z', LINE_4_8, '10.0.20348.4405', 'previousRevision'],
  ['2016', '2025-10-14T21:05:00Z', {}, '10.0.14393.8519', 'exact'],
])('%s at %s (%j): baked for %s, %s', (release, instant, run, target, mode) => {
  expect(on(release, instant, run).bake).toMatchObject({ set: { target }, mode, outcome: 'published' });
});

test('a poll with nothing ordered yet bakes what others baked before', () => {
  const { decision } = on('2022', '2025-04-08T23:15:00Z', { from: '2025-04-08T23:15:00Z' });
  expect(decision).toMatchObject({ decision: 'bake', set: { target: '10.0.20348.3453' } });
});

test('a fresh catalog in the middle of the roll-back says that the images are mixed', () => {
  const { decision } = on('2022', '2025-04-11T00:30:00Z', { from: '2025-04-11T00:30:00Z' });
  expect(inShort(decision)).toBe('bake, LATE servercore, LATE aspnet, MIXED_REVISIONS');
  expect(decision.set?.images.map(({ family, osVersion, late }) => [family, osVersion, late])).toEqual([
    ['servercore', '10.0.20348.3328', true],
    ['nanoserver', '10.0.20348.3453', false],
    ['iis', '10.0.20348.3453', false],
    ['aspnet', '10.0.20348.3328', true],
  ]);
});

test('after a roll-back the April image of servercore stays accepted by its digest', () => {
  const before = on('2022', '2025-04-08T23:00:00Z').decision.set;
  const after = on('2022', '2025-04-10T18:15:00Z').decision.set;
  expect(after?.id).toBe(before?.id);
  expect(after?.images[0]).toMatchObject({ family: 'servercore', osVersion: '10.0.20348.3453' });
});

test('an out-of-band release that hosts are not offered is tried once for what came first and once complete', () => {
  const { bakes } = on('2022', '2025-05-01T00:00:00Z');
  const tried = bakes.filter(({ set }) => set.target === '10.0.20348.3566');
  expect(tried.map(({ at, outcome }) => [at.toISOString(), outcome])).toEqual([
    ['2025-04-19T06:00:00.000Z', 'failed'],
    ['2025-04-25T02:45:00.000Z', 'failed'],
  ]);
});

test('a re-push of servercore ends in one wait and one new bake of the same revision', () => {
  const { bakes } = on('2022', '2023-06-25T00:00:00Z');
  const same = bakes.filter(({ set }) => set.target === '10.0.20348.1787');
  expect(same.map(({ at }) => at.toISOString())).toEqual([
    '2023-06-13T21:30:00.000Z',
    '2023-06-23T20:15:00.000Z',
  ]);
});

test('a finding that can be accepted says by which name', () => {
  expect(on('2022', '2025-04-10T18:15:00Z').decision.findings[0]?.message).toContain(
    'until an operator accepts "WENT_BACK servercore 10.0.20348.3328".',
  );
});

test('what is waited for, and what is not, names the line that ended and the live one', () => {
  const { decision } = on('2022', '2025-10-14T18:30:00Z', LINE_4_8);
  expect(decision.reason).toMatch(/^Waiting for nanoserver, iis to reach 10\.0\.20348\.4294/);
  expect(decision.findings[0]?.message).toBe(
    'aspnet follows the line 4.8, which is no longer built since 2025-10-14; the live line is 4.8.1. It is not waited for.',
  );
  const stop = on('2022', '2025-10-14T21:00:00Z', { ...LINE_4_8, policy: { late: 'stop' } }).decision;
  expect(stop.reason).toContain(
    'aspnet will not arrive, as its line is not built any more, and the policy is to stop.',
  );
});

test('the frozen line is named with the live one', () => {
  expect(on('2022', '2025-11-15T00:00:00Z', LINE_4_8).decision.findings[1]?.message).toBe(
    'aspnet stands at 10.0.20348.4171 while servercore moved on at 2025-10-14T18:00Z; ' +
      'its line 4.8 is no longer built, the live line is 4.8.1.',
  );
});
