import fc from 'fast-check';
import {
  drawRanges,
  scoresByFolder,
  scoreTable,
  totalScore,
  wilsonInterval,
  type MutationReport,
} from '../../../tools/build/mutation-sample';

const files = [
  { path: 'lib/core/gate/decide.ts', lines: 35 },
  { path: 'lib/core/fleet/rings.ts', lines: 10 },
];

test.each([
  [1, ['lib/core/gate/decide.ts:1-10']],
  [7, ['lib/core/gate/decide.ts:1-10', 'lib/core/gate/decide.ts:11-20']],
  [
    1000,
    [
      'lib/core/gate/decide.ts:1-10',
      'lib/core/gate/decide.ts:11-20',
      'lib/core/gate/decide.ts:21-30',
      'lib/core/gate/decide.ts:31-35',
      'lib/core/fleet/rings.ts:1-10',
    ],
  ],
])('%i mutants are looked for in as many ranges as hold them, none of them twice', (mutants, expected) => {
  expect(drawRanges(files, () => 0, mutants)).toEqual(expected);
});

test('any range may be drawn', () => {
  expect(drawRanges(files, (limit) => limit - 1, 1)).toEqual(['lib/core/fleet/rings.ts:1-10']);
});

const report: MutationReport = {
  files: {
    'lib/core/gate/decide.ts': mutants('Killed', 'Timeout', 'Survived', 'Ignored', 'CompileError'),
    'lib/core/claims/claims.ts': mutants('Ignored'),
    'lib/core/fleet/rings.ts': mutants('Killed', 'NoCoverage', 'RuntimeError'),
    'lib/core/gate/observe.ts': mutants('Killed'),
  },
};

function mutants(...statuses: readonly string[]) {
  return { mutants: statuses.map((status) => ({ status })) };
}

test('what was killed or never ended is noticed, what was left out is not evaluated', () => {
  const scores = scoresByFolder(report);
  expect([...scores]).toEqual([
    ['fleet', { noticed: 1, evaluated: 2 }],
    ['gate', { noticed: 3, evaluated: 4 }],
  ]);
  expect(totalScore(scores.values())).toEqual({ noticed: 4, evaluated: 6 });
});

test.each([
  [80, 100, 0.7111, 0.8667],
  [0, 10, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [270, 300, 0.8608, 0.929],
  [0, 0, 0, 1],
])('%i of %i lie between', (noticed, evaluated, low, high) => {
  const [from, to] = wilsonInterval({ noticed, evaluated });
  expect(from).toBeCloseTo(low, 3);
  expect(to).toBeCloseTo(high, 3);
});

const ROUNDING = 1e-12;

test('an interval holds its score and is narrower for more mutants', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (noticed, others) => {
      fc.pre(noticed + others > 0);
      const evaluated = noticed + others;
      const [low, high] = wilsonInterval({ noticed, evaluated });
      expect(low).toBeLessThanOrEqual(noticed / evaluated + ROUNDING);
      expect(high).toBeGreaterThanOrEqual(noticed / evaluated - ROUNDING);
      const [lower, higher] = wilsonInterval({ noticed: 4 * noticed, evaluated: 4 * evaluated });
      expect(higher - lower).toBeLessThan(high - low);
    }),
  );
});

test('the table has a row for each folder and one for all, and fits 80 columns', () => {
  const lines = scoreTable(scoresByFolder(report)).split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ['LIB/CORE', 'EVALUATED', 'NOTICED', 'SCORE', '95 % INTERVAL'],
    ['fleet', '2', '1', '50.0 %', '9.4 % to 90.5 %'],
    ['gate', '4', '3', '75.0 %', '30.0 % to 95.4 %'],
    ['all', '6', '4', '66.6 %', '29.9 % to 90.3 %'],
    [''],
  ]);
});

test('what is below 80 % does not read as 80 %', () => {
  expect(scoreTable(new Map([['gate', { noticed: 79_999, evaluated: 100_000 }]]))).toContain('79.9 %');
});
