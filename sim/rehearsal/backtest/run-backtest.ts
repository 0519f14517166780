import { UsageError, WinbakeError } from '../../../lib/contract/values/errors';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import { ownImages } from '../../../lib/core/images/image-extra';
import { checkAsOf, type History } from '../../registry/history/history';
import type {
  BacktestDecision,
  BacktestOptions,
  BacktestBake,
  BacktestReport,
  BacktestSummary,
  Delay,
  RecordedFamily,
} from './backtest-report';
import { hoursBehind, naiveBakes, patchTuesdayAtEleven, weekly } from './naive-rules';
import type { RecordedPolls } from './recorded-observations';
import {
  BASE_AMI_DAYS,
  TICK,
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

/** Evidence of an event whose instant was measured; that of others follows from a pattern. */
const MEASURED: readonly string[] = ['recorded', 'recorded-month', 'inferred-base'];

/**
 * Runs the gate over recorded history, from when all families are in it on, and beside it two rules that do not look. Throws a
 * `UsageError` where the time ends outside the history, and a `WinbakeError` with code `NO_DATA` where it ends before all families
 * are recorded.
 */
export function runBacktest(options: BacktestOptions): BacktestReport {
  const { release, to } = options;
  const { history, hostAt, simulation } = prepareSimulation(options);
  const { polls } = simulation;
  if (options.from > to) {
    throw new UsageError(
      `A backtest begins before it ends; got: ${options.from.toISOString()} to ${to.toISOString()}.`,
    );
  }
  checkAsOf(to, history);
  const completeFrom = polls.completeFrom();
  const from = firstPoll(options, completeFrom ?? history.range().first);
  if (from > to) {
    const names = polls.familiesAt(to).map(({ name }) => name);
    throw new WinbakeError(
      'NO_DATA',
      `Of Windows Server ${release.name} ${names.join(', ')} are all recorded from ${completeFrom?.toISOString() ?? ''} on; ` +
        `got: a backtest to ${to.toISOString()}.`,
    );
  }
  const { bakes, ticks } = simulateGate({ ...simulation, from });
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
    from: options.from.toISOString(),
    to: to.toISOString(),
    completeFrom: completeFrom?.toISOString() ?? null,
    ...basisOf(options, simulation, history, from),
    bakes: published.map(describeBake),
    decisions,
    summary,
  };
}

/** The first tick, counted from where the backtest shall begin, that is not before an instant. */
function firstPoll({ from }: BacktestOptions, notBefore: Date): Date {
  const ticks = Math.ceil((notBefore.getTime() - from.getTime()) / TICK);
  return new Date(from.getTime() + Math.max(0, ticks) * TICK);
}

/** What the answer rests on: what the history has of each family, and what is assumed beside it. */
function basisOf(
  { hostRevision, hosts, to, ...options }: BacktestOptions,
  { polls }: { readonly polls: RecordedPolls },
  history: History,
  from: Date,
): Pick<BacktestReport, 'recorded' | 'assumed'> {
  const followed = Map.groupBy(polls.followedBetween(from, to), ({ family }) => family.name);
  const families = [...followed].map(([family, lines]): RecordedFamily => {
    const events = Map.groupBy(
      lines.flatMap((one) => one.events),
      ({ evidence }) => evidence,
    );
    return {
      family,
      repository: lines[0]?.family.repository ?? '',
      lines: lines
        .map((one) => ({ line: one.family.line ?? null, from: one.from.toISOString() }))
        .filter((one, index, all) => index === 0 || all[index - 1]?.line !== one.line),
      evidence: Object.fromEntries([...events].map(([evidence, of]) => [evidence, of.length])),
    };
  });
  const { first, last } = history.range();
  const table =
    hosts === undefined && options.history !== undefined
      ? 'of the built-in table, or for a month that it lacks what servercore showed on that day'
      : 'of the table';
  return {
    recorded: { from: first.toISOString(), to: last.toISOString(), families },
    assumed: [
      'A bake ends in the poll that ordered it, and only its host fails it.',
      `AWS publishes a base AMI ${BASE_AMI_DAYS} days after each Patch Tuesday.`,
      hostRevision === undefined
        ? `Hosts get the B updates ${table}, each from 10:00 Pacific of its day on, and no other.`
        : `Hosts are at revision ${hostRevision} all the time.`,
      ...families.flatMap(instantsAssumed),
    ],
  };
}

function instantsAssumed({ evidence, family }: RecordedFamily): readonly string[] {
  const all = Object.entries(evidence);
  const count = (some: typeof all) => some.reduce((sum, [, of]) => sum + of, 0);
  const assumed = all.filter(([name]) => !MEASURED.includes(name));
  return assumed.length === 0
    ? []
    : [
        `${family}: ${count(assumed)} of ${count(all)} instants were not measured (${assumed.map(([name, of]) => `${of} ${name}`).join(', ')}).`,
      ];
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
  const events = polls.familiesAt(bake.at).flatMap((family) => polls.eventOf(family, bake.at) ?? []);
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
