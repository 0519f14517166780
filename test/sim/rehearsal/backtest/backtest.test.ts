import { decisionChanges } from '../../../../sim/rehearsal/backtest/run-backtest';
import { runGate, type GateRun } from '../../../support/gate-history';

test.each<GateRun>([
  { release: '2022', from: '2025-04-01T00:00:00Z', to: '2025-04-28T00:00:00Z' },
  { release: '2022', from: '2025-10-10T00:00:00Z', to: '2025-11-20T00:00:00Z', lines: { aspnet: '4.8' } },
  { release: '2016', from: '2025-10-10T00:00:00Z', to: '2025-11-01T00:00:00Z', hostRevision: 8524 },
  {
    release: '2022',
    from: '2025-07-01T00:00:00Z',
    to: '2025-08-20T00:00:00Z',
    policy: { longestWaitSeconds: 43_200 },
  },
  {
    release: '2025',
    from: '2025-01-20T00:00:00Z',
    to: '2025-03-20T00:00:00Z',
    policy: { baseAmi: 'atOnce' },
  },
  { release: '2022', from: '2022-09-10T00:07:00Z', to: '2022-10-13T00:00:00Z' },
])('passing over quiet ticks changes nothing: $release from $from', (run) => {
  const summary = ({ ticks, bakes }: ReturnType<typeof runGate>) => ({
    changes: decisionChanges(ticks).map(({ at, decision, findings }) => [at, decision, findings.length]),
    bakes: bakes.map(({ at, set, outcome }) => [at.toISOString(), set.id, outcome]),
  });
  const quick = runGate(run);
  const full = runGate({ ...run, everyTick: true });
  expect(summary(quick)).toEqual(summary(full));
  expect(quick.ticks.length).toBeLessThan(full.ticks.length / 10);
});
