import {
  InvalidParameterException,
  NotFoundException,
  type PublishCommandInput,
  type PublishCommandOutput,
  SNSServiceException,
} from '@aws-sdk/client-sns';
import {
  EventBridgeServiceException,
  type PutEventsCommandInput,
  type PutEventsCommandOutput,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { Place } from '../commands/command-row';
import { page } from '../provenance';
import { type Call, declared, operation, type SimulatedService, undeclared } from '../simulated-service';

const PUBLISH = page('https://docs.aws.amazon.com/sns/latest/api/API_Publish.html');
const LONGEST_SUBJECT = 100;
const MOST_MESSAGE_BYTES = 256 * 1024;

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
    if (Buffer.byteLength(Message) > MOST_MESSAGE_BYTES) {
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

const PUT_EVENTS = page('https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html');
const SIZE = page('https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html');
const MOST_EVENT_BYTES = 256 * 1024;
const BYTES_OF_A_TIME = 14;

/** An event on the default bus of an account and region. */
export interface SimulatedEvent extends Place {
  readonly source: string;
  readonly type: string;
  /** The ARNs of what it is about. */
  readonly resources?: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The default event buses of all accounts: they remember what they are sent, and hand it on with what services send. */
export class SimulatedEventBridge implements SimulatedService {
  readonly id = 'eventbridge';
  readonly ServiceException = EventBridgeServiceException;
  readonly events: SimulatedEvent[] = [];

  constructor(private readonly deliver: (event: SimulatedEvent) => void = () => undefined) {}

  readonly operations = {
    PutEvents: operation<PutEventsCommandInput, PutEventsCommandOutput>(PUT_EVENTS, (call) =>
      this.putEvents(call),
    ),
  };

  /** Takes an event that a service of AWS sends. */
  send(event: SimulatedEvent): void {
    this.deliver(event);
  }

  private putEvents({ input: { Entries = [] }, place }: Call<PutEventsCommandInput>) {
    if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MOST_EVENT_BYTES) {
      const message = 'Total size of the entries in the request is over the limit.';
      throw undeclared(
        EventBridgeServiceException,
        { name: 'ValidationException', status: 400, message },
        SIZE,
      );
    }
    const results = Entries.map((entry) => this.putEvent(entry, place));
    return { Entries: results, FailedEntryCount: results.filter((one) => 'ErrorCode' in one).length };
  }

  /** A bad entry fails alone, in an answer that is itself a success. */
  private putEvent({ Detail, DetailType: type, Source: source }: PutEventsRequestEntry, place: Place) {
    const missing = Object.entries({ Source: source, DetailType: type, Detail }).find(([, text]) => !text);
    if (source === undefined || type === undefined || Detail === undefined || missing !== undefined) {
      const name = missing?.[0] ?? '';
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
    }
    if (source.startsWith('aws.')) {
      return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
    }
    const detail = parsedObject(Detail);
    if (detail === undefined) {
      return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    }
    const event = { ...place, source, type, detail };
    this.events.push(event);
    this.deliver(event);
    return { EventId: `00000000-0000-4000-8000-${String(this.events.length).padStart(12, '0')}` };
  }
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function sizeOf({ Detail = '', DetailType = '', Resources = [], Source = '', Time }: PutEventsRequestEntry) {
  const texts = [Detail, DetailType, Source, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : BYTES_OF_A_TIME);
}

function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
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
