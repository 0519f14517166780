import { EVENT_SOURCE, type Announcer, type EventType } from '../../core/ports/notices';
import { PRETENDED_ENVIRONMENT } from '../assembly/environment';
import type { Caller } from '../iam/role-policies';

/** An event as rules would see it. */
export interface SentEvent {
  readonly type: EventType;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The default event bus of the pretended account, which only remembers. */
export class EventBus {
  readonly events: SentEvent[] = [];

  constructor(private readonly environment = PRETENDED_ENVIRONMENT) {}

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
