import { UsageError, WinbakeError } from '../../../lib/contract/values/errors';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import { MOST_PREVIOUS_REVISIONS } from '../../../lib/contract/values/gate-policy';
import { chooseExtras } from '../../../lib/core/gate/build-image-set';
import { defaultFamilies } from '../../../lib/core/images/family';
import { familyImages, parseImageExtras, previousRevisionOf } from '../../../lib/core/images/image-extra';
import type { Catalog } from '../../../lib/contract/documents/catalog';
import { checkAsOf, type History } from '../../registry/history/history';
import type {
  BacktestBake,
  BacktestDecision,
  BacktestOptions,
  BacktestReport,
  BacktestSummary,
  BacktestTimeline,
  CachedFigures,
  Delay,
  NaiveSummary,
  RecordedFamily,
} from './backtest-report';
import { CachedImages } from './cached-images';
import type { RecordedPolls } from './recorded-observations';
import {
  BASE_AMI_DAYS,
  TICK,
  isDone,
  prepareSimulation,
  simulateGate,
  type DoneBake,
  type SimulatedBake,
  type SimulatedTick,
} from './simulate-gate';
import {
  lastPatchTuesday,
  nextPatchTuesday,
  patchTuesdayOf,
  tenPacific,
} from '../../../lib/core/calendar/patch-tuesday';
import type { FamilyPoll } from '../../../lib/core/gate/gate-input';

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
  const { bakes, catalog, ticks } = simulateGate({ ...simulation, from });
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
    timelines: timelinesOf(polls, published, to),
    decisions,
    cached: cachedFigures(options, { history, polls, published, catalog }),
    summary,
  };
}

/** What each number of previous revisions would have taken and saved, of the very bakes that were made. */
function cachedFigures(
  { policy, release, to }: BacktestOptions,
  { catalog, history, polls, published }: CachedInput,
): readonly CachedFigures[] {
  const most = release.needsEqualRevision ? 0 : MOST_PREVIOUS_REVISIONS;
  const previous = parseImageExtras(
    { extras: [], previousRevisions: most },
    { release, families: defaultFamilies(release), lines: policy.lines, at: to },
  );
  const bakes = published.map(({ at, set }) => {
    const target = readOsVersion(set.target) ?? { build: release.build, revision: 0 };
    const images = set.images.filter(({ family }) => previousRevisionOf(family) === undefined);
    const extras = previous.map((extra) => ({
      extra,
      poll: { family: extra.family, image: undefined, findings: [] },
    }));
    return { at, images: [...images, ...chooseExtras({ catalog, extras, now: at }, target, images).images] };
  });
  const cached = new CachedImages(history, polls, bakes);
  return Array.from({ length: most + 1 }, (_, revisions) => cached.figures(revisions, to));
}

/** What the figures of the cache rest on. */
interface CachedInput {
  readonly history: History;
  readonly polls: RecordedPolls;
  readonly published: readonly DoneBake[];
  readonly catalog: Catalog;
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
      'Apps stand on what the floating tags showed at noon of the days on which four public Windows images were built (assets/history/app-builds.csv).',
      'Unpacked bytes are 2.6 times the compressed ones, and a host unpacks 14 MB of these a second; sizes that are not recorded are declared. A GiB of a snapshot costs 0.05 USD a month.',
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

/** When the families came of each revision that was baked. */
function timelinesOf(
  polls: RecordedPolls,
  published: readonly DoneBake[],
  to: Date,
): readonly BacktestTimeline[] {
  return [...Map.groupBy(published, ({ set }) => set.target)].flatMap(([target, [first]]) => {
    if (first === undefined) {
      return [];
    }
    const shown = polls
      .familiesAt(first.at)
      .map((family) => ({ family, event: polls.firstShown(family, target, to) }));
    const times = shown.flatMap(({ event }) => event?.time ?? []);
    return {
      target,
      released: patchTuesdayOf(new Date(Math.min(first.at.getTime(), ...times))).toISOString(),
      families: shown.map(({ event, family }) => ({
        family: family.name,
        shownAt: event === undefined ? null : new Date(event.time).toISOString(),
        isMeasured: event !== undefined && MEASURED.includes(event.evidence),
      })),
      bakedAt: first.at.toISOString(),
      mode: first.mode,
    };
  });
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
  const images = familyImages(set.images);
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

/** A rule that bakes what the floating tags show at its own hours, whatever that is. */
type NaiveSchedule = (after: Date) => Date;

const DAY = 24 * 3_600_000;

/** Every Monday at 10:00 Pacific: the weekly cron that most image pipelines have. */
export function weekly(after: Date): Date {
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
export function hoursBehind(
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
