import { UsageError } from '../../../lib/contract/values/errors';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import { tenPacific, lastPatchTuesday, nextPatchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import type { FamilyPoll } from '../../../lib/core/gate/gate-input';
import { ownImages } from '../../../lib/core/images/image-extra';
import { checkAsOf } from '../../registry/history/history';
import type {
  BacktestDecision,
  NaiveSummary,
  BacktestOptions,
  BacktestBake,
  BacktestReport,
  BacktestSummary,
  Delay,
} from './backtest-report';
import type { RecordedPolls } from './recorded-observations';
import {
  type SimulatedTick,
  prepareSimulation,
  isDone,
  simulateGate,
  type DoneBake,
  type SimulatedBake,
} from './simulate-gate';

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

/** A rule that bakes what the floating tags show at its own hours, whatever that is. */
type NaiveSchedule = (after: Date) => Date;

const DAY = 24 * 3_600_000;

/** Every Monday at 10:00 Pacific: the weekly cron that most image pipelines have. */
function weekly(after: Date): Date {
  for (let day = after.getTime(); ; day += DAY) {
    const date = new Date(day);
    const instant = tenPacific(date.toISOString().slice(0, 10));
    if (date.getUTCDay() === 1 && instant > after) {
      return instant;
    }
  }
}

/** Patch Tuesday at 11:00 Pacific: an hour after Microsoft's release. */
function patchTuesdayAtEleven(after: Date): Date {
  const today = new Date(lastPatchTuesday(after).getTime() + DAY / 24);
  return today > after ? today : new Date(nextPatchTuesday(after).getTime() + DAY / 24);
}

/** What a naive rule would have done over a time; its host is updated in the bake, as ours is. */
function naiveBakes(
  polls: RecordedPolls,
  schedule: NaiveSchedule,
  from: Date,
  to: Date,
  hostAt: (instant: Date) => number | undefined,
): NaiveSummary {
  let previous = '';
  let [bakes, wrong, unchanged] = [0, 0, 0];
  const baked: { readonly at: Date; readonly revision: number }[] = [];
  for (let at = schedule(new Date(from.getTime() - 1)); at <= to; at = schedule(at)) {
    const shown = polls.at(at);
    const images = shown.map(({ image }) => image?.digest ?? '').join(' ');
    bakes += 1;
    wrong += isWrongImage(shown, hostAt(at)) ? 1 : 0;
    unchanged += images === previous ? 1 : 0;
    previous = images;
    baked.push({ at, revision: revisionOf(shown) });
  }
  return {
    bakes,
    wrongImageBakes: wrong,
    unchangedBakes: unchanged,
    hoursBehind: hoursBehind(polls, baked, from, to),
  };
}

/**
 * The hours in which servercore's floating tag showed something newer than what was baked last; measured from the first bake
 * on.
 */
function hoursBehind(
  polls: RecordedPolls,
  baked: readonly { readonly at: Date; readonly revision: number }[],
  from: Date,
  to: Date,
): number {
  let behind = 0;
  for (let at = from.getTime(); at < to.getTime();) {
    const now = new Date(at);
    const lastPublished = baked.findLast((bake) => bake.at <= now);
    const nextBake = baked.find((bake) => bake.at > now)?.at ?? to;
    const nextChange = polls.changeAfter(now) ?? to;
    const next = Math.min(nextBake.getTime(), nextChange.getTime(), to.getTime());
    if (lastPublished !== undefined && revisionOf(polls.at(now)) > lastPublished.revision) {
      behind += next - at;
    }
    at = next;
  }
  return Math.round(behind / 36_000) / 100;
}

function revisionOf(shown: readonly FamilyPoll[]): number {
  return shown.find(({ family }) => family.name === 'servercore')?.image?.osVersion.revision ?? 0;
}

function isWrongImage(shown: readonly FamilyPoll[], host: number | undefined): boolean {
  const revisions = shown.map(({ image }) => image?.osVersion.revision);
  return (
    new Set(revisions).size > 1 ||
    revisions.some((revision) => revision === undefined || (host !== undefined && revision > host))
  );
}

/** Evidence of an event whose instant was measured; that of others follows from a pattern. */
const MEASURED: readonly string[] = ['recorded', 'recorded-month', 'inferred-base'];

/**
 * Runs the gate over recorded history, and beside it two rules that do not look. Throws a `UsageError` where the time lies
 * outside the history.
 */
export function runBacktest(options: BacktestOptions): BacktestReport {
  const { from, release, to } = options;
  const { history, hostAt, simulation } = prepareSimulation(options);
  const { polls } = simulation;
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
  const naiveWeekly = naiveBakes(polls, weekly, from, to, hostAt);
  const delays = published.flatMap((bake) => delayOf(polls, bake) ?? []);
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
    hoursBehind: hoursBehind(polls, published.map(asBaked), from, to),
    naiveWeekly,
    naivePatchTuesday: naiveBakes(polls, patchTuesdayAtEleven, from, to, hostAt),
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
  polls: RecordedPolls,
  bake: SimulatedBake,
): { hours: number; isMeasured: boolean } | undefined {
  const events = polls.families.flatMap((family) => polls.eventOf(family, bake.at) ?? []);
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
