import { UsageError } from '../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../lib/contract/values/json';
import { nextPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { unmodelled } from '../aws/cloudformation/environment';
import type { StackModel } from '../aws/cloudformation/stack-model';

/** The handlers that a rehearsal runs. */
const HANDLERS = [
  'decide',
  'publish',
  'seed',
  'housekeeping',
  'operate',
  'rollout',
  'fleet-resources',
  // Of releases before.
  'launch-template',
  'delete-fleet',
] as const;

/** The name of a handler. */
export type HandlerKind = (typeof HANDLERS)[number];

/** A Lambda function of Winbake in a template. */
export interface TemplateFunction {
  readonly arn: string;
  readonly kind: HandlerKind;
  readonly roleArn: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** Where calls go that failed as often as they were tried. */
  readonly deadLetterQueueArn: string | undefined;
}

/** Seconds that a function has unless its template says more. */
const DEFAULT_TIMEOUT = 3;

/** The functions of Winbake in a stack. */
export function functionsOf(stack: StackModel): readonly TemplateFunction[] {
  return stack.logicalIds('AWS::Lambda::Function').flatMap((logicalId) => {
    // Other functions of a stack may refer to what has no model.
    const { Handler } = stack.stack.template.Resources[logicalId]?.Properties ?? {};
    const kind = HANDLERS.find((name) => Handler === `${name}.handler`);
    if (kind === undefined) {
      return [];
    }
    return { kind, ...resolvedFunction(stack, logicalId) };
  });
}

/** A function with its references filled in. */
function resolvedFunction(stack: StackModel, logicalId: string): Omit<TemplateFunction, 'kind'> {
  const { DeadLetterConfig, Environment, Role, Timeout } = stack.properties(logicalId, [
    'DeadLetterConfig',
    'Environment',
    'Role',
    'Timeout',
  ]);
  const variables = Object.entries(variablesOf({ Environment }));
  return {
    arn: String(stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
    roleArn: String(Role),
    environment: Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
    timeoutSeconds: Number(Timeout ?? DEFAULT_TIMEOUT),
    deadLetterQueueArn: textIn(DeadLetterConfig, 'TargetArn'),
  };
}

function textIn(value: unknown, name: string): string | undefined {
  const text = isJsonObject(value) ? value[name] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** The environment variables of a function, as its properties have them. */
export function variablesOf({ Environment }: JsonObject): JsonObject {
  const variables = isJsonObject(Environment) ? Environment['Variables'] : undefined;
  return isJsonObject(variables) ? variables : {};
}

/** The states machine that calls a function, as the template defines it, with its role. */
export function stateMachineCalling(
  stack: StackModel,
  functionArn: string,
): { readonly definition: unknown; readonly roleArn: string; readonly arn: string } {
  for (const { logicalId, properties } of stack.resources('AWS::StepFunctions::StateMachine')) {
    const { DefinitionString, DefinitionSubstitutions, RoleArn } = properties;
    const substitutions = isJsonObject(DefinitionSubstitutions) ? DefinitionSubstitutions : {};
    const text = String(DefinitionString).replaceAll(/\$\{([A-Za-z0-9_]+)\}/g, (whole, name: string) =>
      Object.hasOwn(substitutions, name) ? String(substitutions[name]) : whole,
    );
    if (text.includes(functionArn)) {
      return { definition: JSON.parse(text), roleArn: String(RoleArn), arn: stack.reference(logicalId) };
    }
  }
  throw unmodelled(`${functionArn}, which no state machine of ${stack.stack.name} calls`);
}

/** The function of a stack that has that fixed name; throws a `UsageError` where none has. */
export function functionNamed(stack: StackModel, name: string): Omit<TemplateFunction, 'kind'> {
  const { Resources } = stack.stack.template;
  const logicalId = stack
    .logicalIds('AWS::Lambda::Function')
    .find((id) => Resources[id]?.Properties?.['FunctionName'] === name);
  if (logicalId === undefined) {
    throw new UsageError(
      `${stack.stack.name} has no function ${name}; synthesize it with the Winbake that rehearses it.`,
    );
  }
  return resolvedFunction(stack, logicalId);
}

/** A schedule of the template that calls a target again and again. */
export interface TemplateSchedule {
  readonly name: string;
  /** The role by which it calls. */
  readonly roleArn: string;
  readonly targetArn: string;
  readonly deadLetterQueueArn: string | undefined;
  readonly input: JsonObject;
  /** Milliseconds between two calls; undefined for every Patch Tuesday at 10:00 Pacific. */
  readonly milliseconds: number | undefined;
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The schedules of a stack, or those that call what has an ARN; throws for an expression that has no model. */
export function schedulesOf(stack: StackModel, targetArn?: string): readonly TemplateSchedule[] {
  return stack.resources('AWS::Scheduler::Schedule').flatMap(({ logicalId, properties }) => {
    const { Name, ScheduleExpression, ScheduleExpressionTimezone, State, Target } = properties;
    const { Arn, DeadLetterConfig, Input, RoleArn } = isJsonObject(Target) ? Target : {};
    if (Arn !== (targetArn ?? Arn) || State === 'DISABLED') {
      return [];
    }
    const input: unknown = typeof Input === 'string' ? JSON.parse(Input) : undefined;
    return {
      name: typeof Name === 'string' ? Name : logicalId,
      roleArn: String(RoleArn),
      targetArn: String(Arn),
      deadLetterQueueArn: textIn(DeadLetterConfig, 'Arn'),
      input: isJsonObject(input) ? input : {},
      milliseconds: isPatchTuesday(`${String(ScheduleExpression)} ${String(ScheduleExpressionTimezone)}`)
        ? undefined
        : intervalOf(String(ScheduleExpression)),
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

function isPatchTuesday(expression: string): boolean {
  return expression === 'cron(0 10 ? * TUE#2 *) America/Los_Angeles';
}

/**
 * The milliseconds of a rate, as schedules and rules have it.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function intervalOf(expression: string): number {
  const [, value = '', unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const milliseconds = Number(value) * (UNITS[unit] ?? 0);
  if (milliseconds === 0) {
    throw unmodelled(`the schedule ${expression}`);
  }
  return milliseconds;
}

/** A rule of EventBridge that has targets of a wanted kind. */
export interface EventRule {
  readonly arn: string;
  /** Undefined where a schedule alone starts it. */
  readonly pattern: JsonObject | undefined;
  /** As `rate(15 minutes)`. */
  readonly schedule: string | undefined;
  readonly targets: readonly { readonly arn: string; readonly deadLetterQueueArn: string | undefined }[];
}

/** The rules of a stack that start what `isTarget` knows by its ARN; others may be of any kind. */
export function eventRulesOf(stack: StackModel, isTarget: (arn: string) => boolean): readonly EventRule[] {
  return stack.logicalIds('AWS::Events::Rule').flatMap((logicalId) => {
    const { Targets: raw } = stack.raw(logicalId);
    const isModelled = Array.isArray(raw) && raw.some((one) => isTarget(arnOf(stack, one)));
    if (!isModelled) {
      return [];
    }
    const { EventPattern, ScheduleExpression, State, Targets } = stack.properties(logicalId, [
      'EventPattern',
      'ScheduleExpression',
      'State',
      'Targets',
    ]);
    const targets = (Targets as readonly JsonObject[]).map(({ Arn, DeadLetterConfig }) => ({
      arn: String(Arn),
      deadLetterQueueArn: isJsonObject(DeadLetterConfig) ? String(DeadLetterConfig['Arn']) : undefined,
    }));
    return State === 'DISABLED'
      ? []
      : {
          arn: String(stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
          pattern: isJsonObject(EventPattern) ? EventPattern : undefined,
          schedule: typeof ScheduleExpression === 'string' ? ScheduleExpression : undefined,
          targets: targets.filter(({ arn }) => isTarget(arn)),
        };
  });
}

/** The ARN of a target; empty for one that has no model. */
function arnOf(stack: StackModel, target: unknown): string {
  try {
    return isJsonObject(target) ? String(stack.resolve(target['Arn'])) : '';
  } catch {
    return '';
  }
}
