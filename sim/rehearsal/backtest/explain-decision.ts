import { POLL_INTERVAL_SECONDS } from '../../../lib/contract/values/gate-policy';
import type { Finding } from '../../../lib/contract/values/finding';
import { formatOsVersion } from '../../../lib/contract/values/os-version';
import { lastPatchTuesday, nextPatchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import type { Decision } from '../../../lib/core/gate/gate-input';
import { checkAsOf } from '../../registry/history/history';
import type { BacktestOptions } from './backtest-report';
import { prepareSimulation, isDone, simulateGate } from './simulate-gate';

/** What a family showed, and what the gate went by instead where the two differ. */
export interface ExplainedFamily {
  readonly family: string;
  readonly tag: string;
  readonly shows: string | null;
  readonly since: string | null;
  readonly counts: string | null;
}

/** Why the gate decides as it does at one moment; the JSON document of `winbake explain`. */
export interface Explanation {
  readonly release: string;
  readonly asOf: string;
  readonly decision: Decision;
  readonly reason: string;
  readonly target: string | null;
  readonly families: readonly ExplainedFamily[];
  /** What was baked before, by the same gate. */
  readonly published: { readonly at: string; readonly target: string; readonly mode: string } | null;
  readonly host: string | null;
  readonly lastPatchTuesday: string;
  readonly nextPatchTuesday: string;
  /** When time alone may change the decision. */
  readonly changesAt: string | null;
  readonly findings: readonly Finding[];
}

/** What is explained. */
export type ExplainOptions = Omit<BacktestOptions, 'from' | 'to'> & { readonly asOf: Date };

/** Long enough to see a line of tags that is no longer built. */
const LOOKBACK = 100 * 24 * 3_600_000;
const TICK = POLL_INTERVAL_SECONDS * 1000;

/** Runs the gate for the 100 days before a moment, as a pipeline that was there, and explains what it says then. */
export function explainDecision(options: ExplainOptions): Explanation {
  const { asOf, release } = options;
  const to = asOf;
  const from = new Date(asOf.getTime() - Math.floor(LOOKBACK / TICK) * TICK);
  const { history, hostAt, simulation } = prepareSimulation({ ...options, from, to });
  checkAsOf(asOf, history);
  const { bakes, ticks } = simulateGate(simulation);
  const before = bakes.filter(isDone).findLast((bake) => bake.at < asOf);
  const { polls } = simulation;
  const held = ticks.findLast(({ at }) => at <= asOf)?.decision;
  const counted = new Map(held?.set?.images.map((image) => [image.family, image.osVersion]));
  const host = hostAt(asOf);
  return {
    release: release.name,
    asOf: asOf.toISOString(),
    decision: held?.decision ?? 'wait',
    reason: held?.reason ?? 'Nothing was looked at.',
    target: held?.set?.target ?? null,
    families: polls.at(asOf).map(({ family, image }) => ({
      family: family.name,
      tag: `${family.repository}:${image?.tag ?? family.floatingTags[0] ?? ''}`,
      shows: image === undefined ? null : formatOsVersion(image.osVersion),
      since: polls.eventOf(family, asOf)?.from ?? null,
      counts: counted.get(family.name) ?? null,
    })),
    published:
      before === undefined
        ? null
        : { at: before.at.toISOString(), target: before.set.target, mode: before.mode },
    host: host === undefined ? null : formatOsVersion({ build: release.build, revision: host }),
    lastPatchTuesday: lastPatchTuesday(asOf).toISOString(),
    nextPatchTuesday: nextPatchTuesday(asOf).toISOString(),
    changesAt: held?.changesAt?.toISOString() ?? null,
    findings: held?.findings ?? [],
  };
}
