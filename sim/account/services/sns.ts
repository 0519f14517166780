import {
  InvalidParameterException,
  NotFoundException,
  SNSServiceException,
  type PublishCommandInput,
  type PublishCommandOutput,
} from '@aws-sdk/client-sns';
import { page } from '../provenance';
import { declared, operation, type Call, type SimulatedService } from '../simulated-service';

const PUBLISH = page('https://docs.aws.amazon.com/sns/latest/api/API_Publish.html');
const LONGEST_SUBJECT = 100;
const MOST_BYTES = 256 * 1024;

/** A topic as a stack makes it. */
export interface SimulatedTopic {
  readonly arn: string;
  /** The key that it is encrypted with, which whoever publishes must be allowed to use. */
  readonly keyArn?: string;
}

/** A message as a subscriber gets it. */
export interface SimulatedMessage {
  readonly topicArn: string;
  readonly subject: string;
  readonly text: string;
  readonly at: Date;
}

/** The topics of all accounts, which only remember. */
export class SimulatedSns implements SimulatedService {
  readonly id = 'sns';
  readonly ServiceException = SNSServiceException;
  readonly messages: SimulatedMessage[] = [];
  private readonly topics = new Map<string, SimulatedTopic>();

  readonly operations = {
    Publish: operation<PublishCommandInput, PublishCommandOutput>(PUBLISH, (call) => this.publish(call)),
  };

  create(topic: SimulatedTopic): void {
    this.topics.set(topic.arn, topic);
  }

  delete(arn: string): void {
    this.topics.delete(arn);
  }

  private publish({ input, now, place, require }: Call<PublishCommandInput>) {
    const { Message = '', Subject, TopicArn = '' } = input;
    const refuse = (what: string) =>
      declared(InvalidParameterException, `Invalid parameter: ${what}`, PUBLISH, 400);
    if (TopicArn.split(':')[3] !== place.region) {
      throw refuse('TopicArn');
    }
    const topic = this.topics.get(TopicArn);
    if (topic === undefined) {
      throw declared(NotFoundException, 'Topic does not exist', PUBLISH, 404);
    }
    // ASCII without line breaks, which begins with a letter, a digit or a punctuation mark.
    if (Subject !== undefined && (!/^[!-~][ -~]*$/.test(Subject) || Subject.length > LONGEST_SUBJECT)) {
      throw refuse('Subject');
    }
    if (Message === '') {
      throw refuse('Empty message');
    }
    if (Buffer.byteLength(Message) > MOST_BYTES) {
      throw refuse('Message too long');
    }
    if (topic.keyArn !== undefined) {
      const context = { 'kms:ViaService': `sns.${place.region}.amazonaws.com` };
      for (const action of ['kms:GenerateDataKey', 'kms:Decrypt']) {
        require({ action, resource: topic.keyArn, context });
      }
    }
    this.messages.push({ topicArn: TopicArn, subject: Subject ?? '', text: Message, at: now });
    return { MessageId: `00000000-0000-4000-8000-${String(this.messages.length).padStart(12, '0')}` };
  }
}
