import { UsageError } from '../../lib/contract/values/errors';
import { POLL_INTERVAL_SECONDS } from '../../lib/contract/values/gate-policy';
import type { Release } from '../../lib/contract/values/release';
import { lastPatchTuesday, nextPatchTuesday, patchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { emptyCatalog, withObservations } from '../../lib/core/catalog/catalog';
import { changeCatalog } from '../../lib/core/catalog/catalog-store';
import { observationsOf, observeFamilies } from '../../lib/core/gate/observe';
import { familyOf } from '../../lib/core/images/family';
import type { Registry } from '../../lib/core/oci/registry';
import type { DocumentStore } from '../../lib/core/ports/stores';
import type { Measurement } from '../../lib/core/ports/notices';
import type { HousekeepingAnswer } from '../../lib/handlers/housekeeping';
import { unmodelled } from '../aws/cloudformation/environment';
import { type History, parseAsOf } from '../registry/history/history';
import { familiesOf, type RehearsalContext, siblingName } from './rehearsal-context';
import type { ReportedFleet, ReportedMonth } from './rehearsal-report';
import { type RebakeRun, type RebakeSettings, runRebake } from './run-rebake';
import { functionNamed, nextCall, schedulesOf, type TemplateSchedule } from './template-functions';

/** What is looked at, and what shows it. */
interface CatalogFeed {
  readonly history: History;
  readonly release: Release;
  readonly families: readonly string[];
  readonly lines: Readonly<Record<string, string>>;
  readonly asOf: Date;
  readonly documents: DocumentStore;
  /** Gives a poll a client of its own. */
  readonly withRegistry: <T>(poll: (registry: Registry) => Promise<T>) => Promise<T>;
  /** Lets the registry show another moment. */
  readonly setInstant: (instant: Date) => void;
}

/** 100 days: long enough to see a line of tags that is no longer built. */
const LOOKBACK_MILLISECONDS = 100 * 24 * 3600 * 1000;
const POLL_MILLISECONDS = POLL_INTERVAL_SECONDS * 1000;

/**
 * Fills the catalog with what a pipeline would have seen that polled every 15 minutes for 100 days. A poll between two
 * changes of the history sees nothing new, so only the polls after a change are made.
 */
export async function feedCatalog(feed: CatalogFeed): Promise<number> {
  const { history, release, asOf, documents } = feed;
  const families = feed.families.map((name) => familyOf(name, release, feed.lines[name], asOf));
  const begin = new Date(asOf.getTime() - LOOKBACK_MILLISECONDS);
  const repositories = families.map((family) => family.repository);
  const changes = history
    .changesBetween(begin, asOf, repositories)
    .map((event) => pollAfter(new Date(event.time), asOf));
  const polls = [...new Set([begin.getTime(), ...changes])].filter((time) => time < asOf.getTime());
  let seen = emptyCatalog(release);
  for (const time of polls.sort((one, other) => one - other)) {
    const at = new Date(time);
    feed.setInstant(at);
    const known = seen;
    const shown = await feed.withRegistry((registry) => observeFamilies(registry, families, known));
    seen = withObservations(seen, observationsOf(shown, at));
  }
  const { observations } = seen;
  await changeCatalog(documents, release, (catalog) => withObservations(catalog, observations));
  feed.setInstant(asOf);
  return polls.length;
}

/** The first poll of or after a change; polls are whole intervals before `asOf`. */
function pollAfter(change: Date, asOf: Date): number {
  const before = Math.floor((asOf.getTime() - change.getTime()) / POLL_MILLISECONDS);
  return asOf.getTime() - before * POLL_MILLISECONDS;
}

/** The time that a rehearsal of several months passes. */
interface MonthsPeriod {
  readonly asOf: Date;
  /** Where each of the months ends: a Patch Tuesday, or the end of the history. */
  readonly ends: readonly Date[];
}

/**
 * The months from a moment on, each until the next Patch Tuesday. Where no moment is asked for they are the last ones of the
 * history. Throws a `UsageError` where the history does not reach the last of their Patch Tuesdays.
 */
export function monthsFrom(text: string | undefined, months: number, history: History): MonthsPeriod {
  const { last } = history.range();
  const asOf =
    text === undefined ? monthsBefore(lastPatchTuesday(last), months - 1) : parseAsOf(text, history);
  const ends: Date[] = [];
  for (let end = nextPatchTuesday(asOf); ends.length < months; end = nextPatchTuesday(end)) {
    ends.push(end < last ? end : last);
    if (end > last && ends.length < months) {
      throw new UsageError(
        `The history ends at ${last.toISOString()}; got: --months ${months} from ${asOf.toISOString()}, whose month ${ends.length + 1} would begin at ${end.toISOString()}.`,
      );
    }
  }
  return { asOf, ends };
}

function monthsBefore(tuesday: Date, months: number): Date {
  return patchTuesday(tuesday.getUTCFullYear(), tuesday.getUTCMonth() - months);
}

const DAY = 86_400_000;

/** A call of a schedule. */
interface Call {
  readonly at: Date;
  readonly trigger: string;
}

/** What happened in a month: its rebakes that did something, and whether more can be run. */
interface PassedMonth {
  readonly from: Date;
  readonly until: Date;
  readonly runs: readonly RebakeRun[];
  readonly fleets: readonly ReportedFleet[];
}

/**
 * Lets the schedules of the template start rebakes until the last of the months is over; the first month begins with a rebake
 * that is done. A poll is left out where the last one is less than a day ago and the registry shows the same since.
 */
export async function passMonths(
  settings: RebakeSettings,
  first: RebakeRun,
  ends: readonly Date[],
): Promise<readonly PassedMonth[]> {
  const { asOf, clock, log, pipeline } = settings.context;
  const schedules = schedulesOf(pipeline.stack, pipeline.stateMachine.arn);
  const months: PassedMonth[] = [];
  for (const until of ends) {
    const from = months.at(-1)?.until ?? asOf;
    const runs = [first];
    if (months.length > 0) {
      const { at, trigger } = firstCall(schedules, asOf, clock.now()) ?? { at: until, trigger: '' };
      runs.pop();
      settings.fleets.forEach((fleet) => {
        fleet.beginReport();
      });
      if (at.getTime() === from.getTime()) {
        await clock.waitUntil(at);
        runs.push(await runRebake(settings, trigger));
      }
    }
    await log.phase(`Go on until ${until.toISOString().slice(0, 10)}`, async (announce) => {
      runs.push(...(await pollUntil(settings, schedules, until, announce)));
      // A second before, so that the call of that moment belongs to the next month.
      await clock.waitUntil(new Date(until.getTime() - 1000));
    });
    months.push({ from, until, runs, fleets: settings.fleets.map((fleet) => fleet.report()) });
  }
  return months;
}

/** Makes the polls up to an instant, and gives those that came to more than nothing. */
async function pollUntil(
  settings: RebakeSettings,
  schedules: readonly TemplateSchedule[],
  until: Date,
  announce: (text: string) => void,
): Promise<readonly RebakeRun[]> {
  const { asOf, clock } = settings.context;
  const runs: RebakeRun[] = [];
  let polledAt = clock.now();
  for (let call = firstCall(schedules, asOf, polledAt); call !== undefined && call.at < until;) {
    if (call.at.getTime() - polledAt.getTime() >= DAY || isChanged(settings, polledAt, call.at)) {
      await clock.waitUntil(call.at);
      announce(call.at.toISOString());
      const run = await runRebake(settings, call.trigger, (_title, work) => work());
      if (run.result.decisions.some(({ decision }) => decision !== 'nothing')) {
        runs.push(run);
      }
      polledAt = clock.now();
    }
    call = firstCall(schedules, asOf, polledAt > call.at ? polledAt : call.at);
  }
  return runs;
}

function firstCall(schedules: readonly TemplateSchedule[], since: Date, after: Date): Call | undefined {
  return schedules
    .map((schedule) => ({
      at: nextCall(schedule, since, after),
      trigger: String(schedule.input['trigger']),
    }))
    .sort((one, other) => one.at.getTime() - other.at.getTime())[0];
}

function isChanged({ context }: RebakeSettings, after: Date, upTo: Date): boolean {
  const { lines } = context.pipeline.policy;
  const repositories = familiesOf(context).map(
    (name) => familyOf(name, context.os.release, lines[name]).repository,
  );
  return context.history.changesBetween(after, upTo, repositories).length > 0;
}

/** A month with the longest that `current` was without a released update in it. */
export function reportMonth(
  { fleets, from, runs, until }: PassedMonth,
  { measurements }: Pick<ScheduledHousekeeping, 'measurements'>,
): ReportedMonth {
  const hours = measurements
    .filter(({ at, name }) => name === 'HoursUnpatched' && at >= from && at < until)
    .map(({ value }) => value);
  return {
    from: from.toISOString(),
    until: until.toISOString(),
    rebakes: runs.map(({ reported }) => reported),
    fleets,
    hoursUnpatched: Math.max(0, ...hours),
  };
}

/** What housekeeping works on. */
type HousekeepingContext = Pick<RehearsalContext, 'account' | 'clock' | 'pipeline'>;

/** What housekeeping measured at one poll. */
interface HousekeepingMeasurement extends Measurement {
  readonly at: Date;
}

/** Housekeeping as its schedule runs it from the deployment on. */
export interface ScheduledHousekeeping {
  readonly measurements: readonly HousekeepingMeasurement[];
  /** What its prunes deprecated and removed, a line each with the reason. */
  readonly prunes: readonly string[];
}

/**
 * Lets the housekeeping function of the template look after the pipeline whenever its schedule sends it an event: at once, and
 * then again and again as the clock passes.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 */
export async function scheduleHousekeeping(context: HousekeepingContext): Promise<ScheduledHousekeeping> {
  const { account, clock, pipeline } = context;
  const housekeeping = functionNamed(pipeline.stack, siblingName(context, 'housekeeping'));
  const measurements: HousekeepingMeasurement[] = [];
  const prunes: string[] = [];
  account.functions.onLine((functionArn, line) => {
    if (functionArn === housekeeping.arn) {
      measurements.push(...measurementsIn(line));
    }
  });
  account.functions.onAnswer((functionArn, answer) => {
    if (functionArn === housekeeping.arn) {
      const { prune = '' } = answer as HousekeepingAnswer;
      prunes.push(...prune.split('\n').filter((line) => /^(?:deprecate|remove) /.test(line)));
    }
  });
  for (const { input, milliseconds, name } of schedulesOf(pipeline.stack, housekeeping.arn)) {
    if (milliseconds === undefined) {
      throw unmodelled(`the schedule ${name}, which runs housekeeping on Patch Tuesday only`);
    }
    clock.every(milliseconds, () => {
      account.invocations.add(housekeeping.arn, input);
      return Promise.resolve();
    });
  }
  account.invocations.add(housekeeping.arn, {});
  await clock.waitUntil(clock.now());
  return { measurements, prunes };
}

/** What a line of the log measures, as CloudWatch reads it. */
function measurementsIn(line: string): readonly HousekeepingMeasurement[] {
  const values = JSON.parse(line) as Readonly<Record<string, unknown>> & {
    readonly _aws?: {
      readonly Timestamp: number;
      readonly CloudWatchMetrics: readonly {
        readonly Metrics: readonly {
          readonly Name: Measurement['name'];
          readonly Unit: Measurement['unit'];
        }[];
      }[];
    };
  };
  const { CloudWatchMetrics = [], Timestamp = 0 } = values._aws ?? {};
  return CloudWatchMetrics.flatMap(({ Metrics }) =>
    Metrics.map(({ Name: name, Unit: unit }) => ({
      name,
      unit,
      value: Number(values[name]),
      at: new Date(Timestamp),
    })),
  );
}
