import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { StackModel } from '../../aws/cloudformation/stack-model';
import type { SimulatedEvent } from './event-bridge';

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

/** What a target is given of an event; `number` makes its id unique. */
export function eventDocument(event: SimulatedEvent, at: Date, number: number): JsonObject {
  const { account, detail, region, resources = [], source, type } = event;
  return {
    version: '0',
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    'detail-type': type,
    source,
    account,
    time: `${at.toISOString().slice(0, 19)}Z`,
    region,
    resources: [...resources],
    detail: { ...detail },
  };
}

/**
 * Whether a pattern takes an event: each of its fields must be there, with one of the values listed.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export function takesEvent(pattern: JsonObject, document: JsonObject): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = document[name];
    if (isJsonObject(wanted)) {
      return isJsonObject(value) && takesEvent(wanted, value);
    }
    if (!Array.isArray(wanted)) {
      throw unmodelled(`the event pattern ${name}: ${JSON.stringify(wanted)}`);
    }
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return wanted.some((one) => values.some((given) => takesValue(one, given)));
  });
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
function takesValue(wanted: unknown, value: unknown): boolean {
  if (!isJsonObject(wanted)) {
    return wanted === value;
  }
  const { prefix, ...others } = wanted;
  if (typeof prefix !== 'string' || Object.keys(others).length > 0) {
    throw unmodelled(`the filter ${JSON.stringify(wanted)} in an event pattern`);
  }
  return typeof value === 'string' && value.startsWith(prefix);
}
