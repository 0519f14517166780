import type { BacktestDecision } from './backtest-report';
import type { SimulatedTick } from './simulate-gate';

/** The ticks at which the decision or its set of finding codes changed. */
export function decisionChanges(ticks: readonly SimulatedTick[]): readonly BacktestDecision[] {
  let before = '';
  return ticks.flatMap(({ at, decision: { decision, reason, findings } }) => {
    const codes = new Set(findings.map(({ code }) => code));
    const signature = [decision, ...[...codes].sort()].join(' ');
    if (signature === before) {
      return [];
    }
    before = signature;
    return { at: at.toISOString(), decision, reason, findings };
  });
}
