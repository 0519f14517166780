import type { Executions } from '../../../lib/core/ports/bakes';
import { EVENT_SOURCE, type Announcer, type EventType, type Notifier } from '../../../lib/core/ports/notices';
import { SIMULATED_ENVIRONMENT } from '../cloudformation/environment';
import type { Caller } from '../iam/role-policies';

/** An event as rules would see it. */
interface SentEvent {
  readonly type: EventType;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The default event bus of the simulated account, which only remembers. */
export class EventBus {
  readonly events: SentEvent[] = [];

  constructor(private readonly environment = SIMULATED_ENVIRONMENT) {}

  /**
   * The bus as a caller may use it.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
   */
  announcer(caller: Caller): Announcer {
    return {
      announce: (type, detail) => {
        const context = { 'events:source': EVENT_SOURCE, 'events:detail-type': type };
        const { account, region } = this.environment;
        caller.require('events:PutEvents', `arn:aws:events:${region}:${account}:event-bus/default`, context);
        this.events.push({ type, detail });
        return Promise.resolve();
      },
    };
  }
}

/** The executions of state machines in the simulated account. */
export class SimulatedExecutions {
  private readonly running = new Set<string>();
  private started = 0;

  /** Begins an execution of a state machine, and gives its name and ARN. */
  begin(stateMachineArn: string): { readonly name: string; readonly arn: string } {
    this.started += 1;
    const name = `rehearsal-${this.started}`;
    const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    this.running.add(arn);
    return { name, arn };
  }

  end(arn: string): void {
    this.running.delete(arn);
  }

  /** The executions as a caller may see them. */
  port(caller: Caller): Executions {
    return {
      isRunning: (arn) => {
        caller.require('states:DescribeExecution', arn);
        return Promise.resolve(this.running.has(arn));
      },
      stop: (arn) => {
        caller.require('states:StopExecution', arn);
        this.end(arn);
        return Promise.resolve();
      },
    };
  }
}

/** The topics of the simulated account, which only remember what people would be notified. */
export class Topics {
  readonly messages: { readonly topicArn: string; readonly subject: string; readonly text: string }[] = [];

  /**
   * A topic as a caller may use it.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
   */
  notifier(topicArn: string, caller: Caller): Notifier {
    return {
      notify: (subject, text) => {
        caller.require('sns:Publish', topicArn);
        this.messages.push({ topicArn, subject, text });
        return Promise.resolve();
      },
    };
  }
}
