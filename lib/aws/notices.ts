import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { printableLines } from '../contract/values/printable';
import { EVENT_SOURCE, type Announcer, type Notifier } from '../core/ports/notices';

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

/** SNS refuses a longer subject, line breaks in it and anything but ASCII. */
const LONGEST_SUBJECT = 100;

/**
 * A topic that notifies people; what a mail or a terminal would obey is escaped.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function snsNotifier(client: SNSClient, topicArn: string): Notifier {
  return {
    notify: async (subject, text) => {
      const Subject = subject.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_SUBJECT);
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject, Message: printableLines(text) }));
    },
  };
}
