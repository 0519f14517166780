import { UsageError } from '../../contract/values/errors';
import { ownImages } from '../../core/images/image-extra';
import { readOsVersion } from '../../contract/values/os-version';
import { checkAsOf } from '../history/as-of';
import type { BacktestOptions } from './backtest-options';
import type { BacktestBake, BacktestReport, BacktestSummary, Delay } from './backtest-report';
import { hoursBehind, naiveBakes, patchTuesdayAtEleven, weekly } from './naive-bakes';
import { prepareSimulation } from './prepare-simulation';
import type { RecordedLooks } from './recorded-looks';
import { decisionChanges } from './decision-changes';
import { isDone, simulateGate, type DoneBake, type SimulatedBake } from './simulate-gate';

/** Evidence of an event whose instant was measured; that of others follows from a pattern. */
const MEASURED: readonly string[] = ['recorded', 'recorded-month', 'inferred-base'];

/**
 * Runs the gate over recorded history, and beside it two rules that do not look. Throws a `UsageError` where the time lies
 * outside the history.
 */
export function runBacktest(options: BacktestOptions): BacktestReport {
  const { from, release, to } = options;
  const { history, hostAt, simulation } = prepareSimulation(options);
  const { looks } = simulation;
  checkAsOf(from, history);
  checkAsOf(to, history);
  if (from > to) {
    throw new UsageError(
      `A backtest begins before it ends; got: ${from.toISOString()} to ${to.toISOString()}.`,
    );
  }
  const { bakes, ticks } = simulateGate(simulation);
  const published = bakes.filter(isDone).filter((bake) => bake.outcome === 'published');
  const decisions = decisionChanges(ticks);
  const naiveWeekly = naiveBakes(looks, weekly, from, to, hostAt);
  const delays = published.flatMap((bake) => delayOf(looks, bake) ?? []);
  const summary: BacktestSummary = {
    bakes: published.length,
    rollouts: rolloutsOf(published),
    failedOrders: bakes.filter((bake) => bake.outcome === 'failed').length,
    exact: published.filter(({ mode }) => mode === 'exact').length,
    nearestLower: published.filter(({ mode }) => mode === 'nearestLower').length,
    previousRevision: published.filter(({ mode }) => mode === 'previousRevision').length,
    stopped: decisions.filter(
      ({ decision }, index) =>
        decision === 'needsOperator' && decisions[index - 1]?.decision !== 'needsOperator',
    ).length,
    medianHoursAfterLastFamily: median(delays.map(({ hours }) => hours)),
    wrongImageBakes: published.filter(isWrong).length,
    wrongImageBakesOfNaiveWeekly: naiveWeekly.wrongImageBakes,
    measured: delayFigures(delays.filter(({ isMeasured }) => isMeasured)),
    inferred: delayFigures(delays.filter(({ isMeasured }) => !isMeasured)),
    hoursBehind: hoursBehind(looks, published.map(asBaked), from, to),
    naiveWeekly,
    naivePatchTuesday: naiveBakes(looks, patchTuesdayAtEleven, from, to, hostAt),
  };
  return {
    release: release.name,
    from: from.toISOString(),
    to: to.toISOString(),
    bakes: published.map(describeBake),
    decisions,
    summary,
  };
}

function describeBake({ at, set, hostRevision, mode }: DoneBake): BacktestBake {
  return {
    at: at.toISOString(),
    target: set.target,
    host: set.target.replace(/\d+$/, String(hostRevision)),
    mode,
    images: set.images.map(({ family, osVersion }) => ({ family, osVersion })),
  };
}

/** A fleet is rolled only to another OS version or mode. */
function rolloutsOf(published: readonly SimulatedBake[]): number {
  return published.filter(({ hostRevision, mode }, index) => {
    const before = published[index - 1];
    return before?.hostRevision !== hostRevision || before.mode !== mode;
  }).length;
}

/** How long after the last of its images a set was baked, where it was baked because it had become complete. */
function delayOf(
  looks: RecordedLooks,
  bake: SimulatedBake,
): { hours: number; isMeasured: boolean } | undefined {
  const events = looks.families.flatMap((family) => looks.eventOf(family, bake.at) ?? []);
  const last = events.reduce((latest, event) => (event.time > latest.time ? event : latest));
  const hours = (bake.at.getTime() - last.time) / 3_600_000;
  const isComplete = bake.set.images.every((image) => !image.late) && bake.set.at === bake.at.toISOString();
  return isComplete ? { hours, isMeasured: MEASURED.includes(last.evidence) } : undefined;
}

function isWrong({ set, hostRevision }: SimulatedBake): boolean {
  const images = ownImages(set.images);
  const versions = images.map(({ osVersion }) => readOsVersion(osVersion));
  const target = readOsVersion(set.target);
  const isMixed = new Set(images.map(({ osVersion }) => osVersion)).size > 1;
  return (
    versions.some(
      (version) =>
        version === undefined || version.build !== target?.build || version.revision > hostRevision,
    ) ||
    (isMixed && !set.findings.some(({ code }) => code === 'MIXED_REVISIONS'))
  );
}

function asBaked({ at, set }: SimulatedBake): { at: Date; revision: number } {
  return { at, revision: readOsVersion(set.target)?.revision ?? 0 };
}

function delayFigures(delays: readonly { readonly hours: number }[]): Delay {
  return { bakes: delays.length, medianHours: median(delays.map(({ hours }) => hours)) };
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  return middle === undefined ? null : Math.round(middle * 1000) / 1000;
}
