import { UsageError } from '../../lib/contract/values/errors';
import { lastPatchTuesday, nextPatchTuesday, patchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { familyOf } from '../../lib/core/images/family';
import { callerOf } from '../aws/iam/role-policies';
import { parseAsOf, type History } from '../registry/history/history';
import { familiesOf } from './rehearsal-context';
import type { ReportedFleet, ReportedMonth } from './rehearsal-report';
import type { ScheduledCare } from './run-housekeeping';
import { runRebake, type RebakeRun, type RebakeSetting } from './run-rebake';
import { nextCall, schedulesOf, type TemplateSchedule } from './template-functions';

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
 * that is done. A look is left out where the last one is less than a day ago and the registry shows the same since.
 */
export async function passMonths(
  setting: RebakeSetting,
  first: RebakeRun,
  ends: readonly Date[],
): Promise<readonly PassedMonth[]> {
  const { account, asOf, clock, log, pipeline } = setting.stage;
  const schedules = schedulesOf(pipeline.stack, pipeline.stateMachine.arn);
  schedules.forEach(({ roleArn }) => {
    callerOf(account.stacks, roleArn).require('states:StartExecution', pipeline.stateMachine.arn);
  });
  const months: PassedMonth[] = [];
  for (const until of ends) {
    const from = months.at(-1)?.until ?? asOf;
    const runs = [first];
    if (months.length > 0) {
      const { at, trigger } = firstCall(schedules, asOf, clock.now()) ?? { at: until, trigger: '' };
      runs.pop();
      setting.fleets.forEach((fleet) => {
        fleet.beginReport();
      });
      if (at.getTime() === from.getTime()) {
        await clock.waitUntil(at);
        runs.push(await runRebake(setting, trigger));
      }
    }
    await log.phase(`Go on until ${until.toISOString().slice(0, 10)}`, async (say) => {
      runs.push(...(await lookUntil(setting, schedules, until, say)));
      // A second before, so that the call of that moment belongs to the next month.
      await clock.waitUntil(new Date(until.getTime() - 1000));
    });
    months.push({ from, until, runs, fleets: setting.fleets.map((fleet) => fleet.report()) });
  }
  return months;
}

/** Makes the looks up to an instant, and gives those that came to more than nothing. */
async function lookUntil(
  setting: RebakeSetting,
  schedules: readonly TemplateSchedule[],
  until: Date,
  say: (text: string) => void,
): Promise<readonly RebakeRun[]> {
  const { asOf, clock } = setting.stage;
  const runs: RebakeRun[] = [];
  let lookedAt = clock.now();
  for (let call = firstCall(schedules, asOf, lookedAt); call !== undefined && call.at < until;) {
    if (call.at.getTime() - lookedAt.getTime() >= DAY || isChanged(setting, lookedAt, call.at)) {
      await clock.waitUntil(call.at);
      say(call.at.toISOString());
      const run = await runRebake(setting, call.trigger, (_title, work) => work());
      if (run.result.decisions.some(({ decision }) => decision !== 'nothing')) {
        runs.push(run);
      }
      lookedAt = clock.now();
    }
    call = firstCall(schedules, asOf, lookedAt > call.at ? lookedAt : call.at);
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

function isChanged({ stage }: RebakeSetting, after: Date, upTo: Date): boolean {
  const { lines } = stage.pipeline.policy;
  const repositories = familiesOf(stage).map(
    (name) => familyOf(name, stage.os.release, lines[name]).repository,
  );
  return stage.history.changesBetween(after, upTo, repositories).length > 0;
}

/** A month with the longest that `current` was without a released update in it. */
export function reportMonth(
  { fleets, from, runs, until }: PassedMonth,
  { measurements }: Pick<ScheduledCare, 'measurements'>,
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
