import { serviceOf } from '../account/principal';
import type { SimulatedEvent } from '../account/services/event-bridge';
import { eventDocument, eventRulesOf, takesEvent, type EventRule } from '../account/services/event-rules';
import type { InvocationQueue } from '../account/services/lambda';
import type { SimulatedAccounts } from '../account/simulated-accounts';
import { ByPlace } from '../account/simulated-service';
import { EVENTS } from '../account/stack-policies';
import type { Environment } from '../aws/cloudformation/environment';
import type { StackModel } from '../aws/cloudformation/stack-model';
import type { VirtualClock } from '../clock/virtual-clock';
import { functionsOf, intervalOf } from './template-functions';

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
