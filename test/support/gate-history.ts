import { DEFAULT_GATE_POLICY, type GatePolicy } from '../../lib/contract/values/gate-policy';
import type { GateDecision } from '../../lib/core/gate/gate-input';
import { defaultFamilies } from '../../lib/core/images/family';
import { parseRelease } from '../../lib/contract/values/release';
import { followedPeriods, RecordedPolls } from '../../sim/rehearsal/backtest/recorded-observations';
import {
  simulateGate,
  type SimulatedBake,
  type SimulatedTick,
} from '../../sim/rehearsal/backtest/simulate-gate';
import { hostRevisions } from '../../sim/registry/history/host-revisions';
import { readHistory } from '../../sim/registry/history/read-history';

/** The circumstances of one run over recorded history. */
export interface GateRun {
  readonly release: string;
  readonly from: string;
  readonly to: string;
  readonly policy?: Partial<GatePolicy>;
  readonly lines?: Readonly<Record<string, string>>;
  readonly hostRevision?: number;
  readonly everyTick?: boolean;
  readonly accepted?: readonly string[];
}

/** Runs the gate over recorded history, as a pipeline that looks every 15 minutes. */
export function runGate(run: GateRun) {
  const release = parseRelease(run.release);
  const history = readHistory();
  const revisions = hostRevisions({ history, userHistory: false });
  const names = defaultFamilies(release);
  const [begin, ...later] = followedPeriods(names, release, run.lines ?? {});
  return simulateGate({
    polls: new RecordedPolls(history, begin!.families, later),
    release,
    policy: { ...DEFAULT_GATE_POLICY, ...run.policy },
    from: new Date(run.from),
    to: new Date(run.to),
    hostAt: (instant) => revisions(release.build, instant),
    givenHost: run.hostRevision,
    everyTick: run.everyTick ?? false,
    accepted: run.accepted ?? [],
  });
}

/** The decision that held at an instant: the last one at or before it. */
export function decisionAt(ticks: readonly SimulatedTick[], instant: string): GateDecision {
  const held = ticks.findLast((tick) => tick.at <= new Date(instant));
  if (held === undefined) {
    throw new Error(`No tick is at or before ${instant}.`);
  }
  return held.decision;
}

/** A decision in short: what it is, and its findings as `CODE family`. */
export function inShort({ decision, findings }: GateDecision): string {
  const codes = findings.map(({ code, family }) => (family === undefined ? code : `${code} ${family}`));
  return [decision, ...codes].join(', ');
}

/** The last bake at or before an instant. */
export function bakeAt(bakes: readonly SimulatedBake[], instant: string): SimulatedBake | undefined {
  return bakes.findLast((bake) => bake.at <= new Date(instant));
}
