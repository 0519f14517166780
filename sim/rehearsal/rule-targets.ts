import { serviceOf } from '../account/principal';
import type { SimulatedEvent } from '../account/services/event-bridge';
import type { InvocationQueue } from '../account/services/lambda';
import type { SimulatedAccounts } from '../account/simulated-accounts';
import { ByPlace } from '../account/simulated-service';
import { EVENTS } from '../account/stack-policies';
import { type Environment, unmodelled } from '../aws/cloudformation/environment';
import type { StackModel } from '../aws/cloudformation/stack-model';
import type { VirtualClock } from '../clock/virtual-clock';
import { functionsOf, intervalOf } from './template-functions';
import { isJsonObject, type JsonObject } from '../../lib/contract/values/json';

/** The account whose events start functions. */
interface EventAccount {
  readonly clock: VirtualClock;
  readonly invocations: InvocationQueue;
  readonly world: { readonly accounts: Pick<SimulatedAccounts, 'refusalOf'> };
  requireRights(): void;
}

/**
 * The rules of EventBridge that start Winbake's functions, each by what its function's policy allows. A target's queue for
 * events that did not arrive must let the rule in as well.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export class RuleTargets {
  private readonly rules: { readonly rule: EventRule; readonly environment: Environment }[] = [];
  private readonly services = new ByPlace(({ account }) => serviceOf(EVENTS, account));
  private events = 0;

  constructor(
    private readonly account: EventAccount,
    /** After how many milliseconds an event arrives: once, unless faults are injected. */
    private readonly deliveries: () => readonly number[] = () => [0],
  ) {}

  /** Lets the rules of a stack work from now on, and those of a time first when it is up. */
  deploy(stack: StackModel): void {
    const { environment } = stack;
    const functions = new Set(functionsOf(stack).map(({ arn }) => arn));
    for (const rule of eventRulesOf(stack, (arn) => functions.has(arn))) {
      for (const { deadLetterQueueArn } of rule.targets) {
        if (deadLetterQueueArn !== undefined) {
          this.require(rule, 'sqs:SendMessage', deadLetterQueueArn, environment);
        }
      }
      this.rules.push({ rule, environment });
      if (rule.schedule !== undefined) {
        const milliseconds = intervalOf(rule.schedule);
        this.account.clock.every(milliseconds, () => {
          const event = { ...environment, source: 'aws.events', type: 'Scheduled Event', detail: {} };
          this.deliver(rule, environment, { ...event, resources: [rule.arn] }, 0);
          return Promise.resolve();
        });
      }
    }
  }

  /** Lets an event start what the rules of its account and region say. */
  start(event: SimulatedEvent): void {
    const document = eventDocument(event, this.account.clock.now(), 0);
    for (const { environment, rule } of this.rules) {
      const isThere = environment.account === event.account && environment.region === event.region;
      if (isThere && rule.pattern !== undefined && takesEvent(rule.pattern, document)) {
        this.deliveries().forEach((milliseconds) => {
          this.deliver(rule, environment, event, milliseconds);
        });
      }
    }
  }

  private deliver(
    rule: EventRule,
    environment: Environment,
    event: SimulatedEvent,
    milliseconds: number,
  ): void {
    this.events += 1;
    const document = eventDocument(event, this.account.clock.now(), this.events);
    for (const { arn } of rule.targets) {
      this.require(rule, 'lambda:InvokeFunction', arn, environment);
      this.account.invocations.add(arn, document, milliseconds);
    }
  }

  private require(rule: EventRule, action: string, resource: string, environment: Environment): void {
    const need = { action, resource, context: { 'aws:SourceArn': rule.arn } };
    const caller = this.services.at(environment);
    this.account.world.accounts.refusalOf('eventbridge', caller, need, environment.region);
    this.account.requireRights();
  }
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
