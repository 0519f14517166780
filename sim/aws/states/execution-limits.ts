import { WinbakeError } from '../../../lib/contract/values/errors';
import type { JsonValue } from './json-value';
import { runtimeFailure, StateFailure } from './state-failure';

/** The clock of an execution; one that is virtual comes to an instant without real time passing. */
export interface ExecutionClock {
  now(): Date;
  /** Comes back when it is that instant or later. */
  waitUntil(instant: Date): Promise<void>;
}

/** What bounds an execution. */
export interface Limits {
  /** How many events its history may have. */
  readonly historyEvents: number;
  /** How long it may take. */
  readonly seconds: number;
}

/**
 * What Step Functions allows a standard execution: 25,000 events of history, one year.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const SERVICE_LIMITS: Limits = { historyEvents: 25_000, seconds: 365 * 24 * 3600 };

/** How many bytes the input or output of a state or task may have. */
const PAYLOAD_BYTES = 256 * 1024;

/** Keeps an execution within its limits, on its clock. */
export class ExecutionLimits {
  private readonly deadline: Date;
  private events = 1;

  constructor(
    private readonly clock: ExecutionClock,
    private readonly limits: Limits,
  ) {
    this.deadline = new Date(clock.now().getTime() + limits.seconds * 1000);
  }

  /**
   * Counts events of the history. The last place in it is kept for the end of the execution.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
   */
  countEvents(count: number): void {
    this.events += count;
    if (this.events >= this.limits.historyEvents) {
      throw runtimeFailure(
        `The execution reached the maximum number of history events (${this.limits.historyEvents}).`,
      );
    }
  }

  /** Waits; where the execution's time is over before, waits until then and fails. */
  async waitUntil(instant: Date): Promise<void> {
    const end = instant <= this.deadline ? instant : this.deadline;
    if (end > this.clock.now()) {
      await this.clock.waitUntil(end);
    }
    if (end > this.clock.now()) {
      throw new WinbakeError(
        'REHEARSAL_FAILED',
        `The clock came back from a wait until ${end.toISOString()} at ${this.clock.now().toISOString()}.`,
      );
    }
    if (end !== instant) {
      throw this.timeout();
    }
  }

  /** Fails once the execution's time is over. */
  checkTime(): void {
    if (this.clock.now() > this.deadline) {
      throw this.timeout();
    }
  }

  private timeout(): StateFailure {
    const reason = `The execution took longer than ${this.limits.seconds} s.`;
    return new StateFailure('States.Timeout', reason, true);
  }
}

/** Fails with `States.DataLimitExceeded` where a value is longer than states may pass on. */
export function checkPayload(value: JsonValue, what: string): void {
  if (isTooLong(value)) {
    throw new StateFailure('States.DataLimitExceeded', `${what} has more than ${PAYLOAD_BYTES} bytes.`);
  }
}

/** Whether a value has, as UTF-8, more bytes than Step Functions passes on. */
export function isTooLong(value: JsonValue): boolean {
  return Buffer.byteLength(JSON.stringify(value)) > PAYLOAD_BYTES;
}
