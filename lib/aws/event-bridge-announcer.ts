import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, type Announcer } from '../core/ports/notices';

/**
 * The account's default event bus. A call that succeeds may still have refused its entry, which is a failure here.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function eventBridgeAnnouncer(client: EventBridgeClient): Announcer {
  return {
    announce: async (type, detail) => {
      const { FailedEntryCount = 0, Entries } = await client.send(
        new PutEventsCommand({
          Entries: [{ Source: EVENT_SOURCE, DetailType: type, Detail: JSON.stringify(detail) }],
        }),
      );
      if (FailedEntryCount > 0) {
        const { ErrorCode = 'unknown', ErrorMessage = 'no reason is known' } = Entries?.[0] ?? {};
        throw new Error(`The event '${type}' was not sent (${ErrorCode}): ${ErrorMessage}`);
      }
    },
  };
}
