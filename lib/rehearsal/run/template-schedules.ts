import { nextPatchTuesday } from '../../core/calendar/patch-tuesday';
import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { StackModel } from '../assembly/stack-model';
import { unmodelled } from '../assembly/unmodelled';

/** A schedule of the template that calls a target again and again. */
export interface TemplateSchedule {
  readonly name: string;
  /** The role by which it calls. */
  readonly roleArn: string;
  readonly input: JsonObject;
  /** Milliseconds between two calls; undefined for every Patch Tuesday at 10:00 Pacific. */
  readonly milliseconds: number | undefined;
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The schedules of a stack that call what has that ARN; throws for an expression that has no model. */
export function schedulesOf(stack: StackModel, targetArn: string): readonly TemplateSchedule[] {
  return stack.resources('AWS::Scheduler::Schedule').flatMap(({ logicalId, properties }) => {
    const { Name, ScheduleExpression, ScheduleExpressionTimezone, State, Target } = properties;
    const { Arn, Input, RoleArn } = isJsonObject(Target) ? Target : {};
    if (Arn !== targetArn || State === 'DISABLED') {
      return [];
    }
    const input: unknown = typeof Input === 'string' ? JSON.parse(Input) : undefined;
    return {
      name: typeof Name === 'string' ? Name : logicalId,
      roleArn: String(RoleArn),
      input: isJsonObject(input) ? input : {},
      milliseconds: intervalOf(`${String(ScheduleExpression)} ${String(ScheduleExpressionTimezone)}`),
    };
  });
}

/** When a schedule that stands since `since` calls next, after an instant. */
export function nextCall({ milliseconds }: TemplateSchedule, since: Date, after: Date): Date {
  if (milliseconds === undefined) {
    return nextPatchTuesday(after);
  }
  const passed = Math.floor((after.getTime() - since.getTime()) / milliseconds);
  return new Date(since.getTime() + (passed + 1) * milliseconds);
}

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
function intervalOf(expression: string): number | undefined {
  if (expression === 'cron(0 10 ? * TUE#2 *) America/Los_Angeles') {
    return undefined;
  }
  const [, value = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\) /.exec(expression) ?? [];
  const milliseconds = Number(value) * (UNITS[unit] ?? 0);
  if (milliseconds === 0) {
    throw unmodelled(`the schedule ${expression}`);
  }
  return milliseconds;
}
