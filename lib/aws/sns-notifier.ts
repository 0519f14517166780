import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notifier } from '../core/ports/notices';

/** SNS refuses a longer subject, line breaks in it and anything but ASCII. */
const LONGEST_SUBJECT = 100;

/**
 * A topic that tells people.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function snsNotifier(client: SNSClient, topicArn: string): Notifier {
  return {
    tell: async (subject, text) => {
      const Subject = subject.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_SUBJECT);
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject, Message: text }));
    },
  };
}
