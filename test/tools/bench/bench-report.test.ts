import { formatReport, reportScenario } from '../../../tools/bench/bench-report';
import { ratioSpread, spreadOf } from '../../../tools/bench/statistics';

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[9, 1, 2], { median: 2, min: 1, max: 9 }],
  [[4, 1, 2, 10], { median: 3, min: 1, max: 10 }],
])('the spread of %j', (values, spread) => {
  expect(spreadOf(values)).toEqual(spread);
});

test('ratios are those of the same round', () => {
  expect(ratioSpread([2, 9, 4], [1, 3, 8])).toEqual({ median: 2, min: 0.5, max: 3 });
});

const scenario = reportScenario('A poll', [
  {
    name: 'ours',
    samples: [
      { requests: 8, tlsAttempts: 0, seconds: 0.2 },
      { requests: 8, tlsAttempts: 0, seconds: 0.1 },
    ],
  },
  {
    name: 'theirs',
    samples: [
      { requests: 22, tlsAttempts: 8, seconds: 0.1 },
      { requests: 24, tlsAttempts: 8, seconds: 0.2 },
    ],
  },
]);

test('rows are compared with the first of their scenario, in both directions', () => {
  const [ours, theirs] = scenario.rows;
  expect(ours).toMatchObject({ requestsRatio: { min: 1, max: 1 }, secondsRatio: { min: 1, max: 1 } });
  expect(theirs).toMatchObject({
    requests: { median: 23, min: 22, max: 24 },
    tlsAttempts: { median: 8 },
    secondsRatio: { median: 1.25, min: 0.5, max: 2 },
  });
});

test('the report for people has a line for each poll', () => {
  const text = formatReport({
    machine: { processors: 2, model: 'CPU', platform: 'linux' },
    programs: { skopeo: '1.9.3' },
    registry: { repositories: 4, tagsPerRepository: 2000, pushSeconds: 12.34 },
    rounds: 2,
    scenarios: [scenario],
    simulatedCallMicroseconds: { median: 22.34, min: 10, max: 50 },
  });
  expect(text).toMatch(/^ours +8 +0\.150 \(0\.100\.\.0\.200\) +1\.00 +1\.00 \(1\.00\.\.1\.00\)$/m);
  expect(text).toMatch(/^A call to a simulated account: 22\.3 \(10\.0\.\.50\.0\) microseconds$/m);
  expect(text).toMatch(/^theirs +23 \(22\.\.24\) .* 1\.25 \(0\.50\.\.2\.00\)$/m);
});
