import { familyOf } from '../../core/images/family';
import { linesOf } from '../../handlers/gate-policy';
import { callerOf } from '../iam/role-policies';
import type { ReportedFleet } from './rehearsal-report';
import { runRebake, type RebakeRun, type RebakeSetting } from './run-rebake';
import { familiesOf } from './stage';
import { nextCall, schedulesOf, type TemplateSchedule } from './template-schedules';

const DAY = 86_400_000;

/** A call of a schedule. */
interface Call {
  readonly at: Date;
  readonly trigger: string;
}

/** What happened in a month: its rebakes that did something, and whether more can be run. */
export interface PassedMonth {
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

function isChanged({ policy, stage }: RebakeSetting, after: Date, upTo: Date): boolean {
  const lines = linesOf({ ...stage.pipeline.decide.environment, ...policy });
  const repositories = familiesOf(stage).map(
    (name) => familyOf(name, stage.os.release, lines[name]).repository,
  );
  return stage.history.changesBetween(after, upTo, repositories).length > 0;
}
