import {
  EventBridgeServiceException,
  type PutEventsCommandInput,
  type PutEventsCommandOutput,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { Place } from '../commands/command-row';
import { page } from '../provenance';
import { operation, undeclared, type Call, type SimulatedService } from '../simulated-service';

const PUT_EVENTS = page('https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html');
const SIZE = page('https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html');
const MOST_BYTES = 256 * 1024;
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
    if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MOST_BYTES) {
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
