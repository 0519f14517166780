import type { ClientLifetime } from './client-lifetime';
import { connectionFailure, type ConnectionFailure } from './connection-failure';
import type { HttpAnswer, HttpQuestion } from './http-exchange';
import type { HttpSender } from './http-sender';
import type { RegistryComplaints } from './registry-complaints';
import type { RegistryLimits } from './registry-limits';
import { retryAfterSeconds } from './retry-after';
import { isRetriedStatus, nextWaitMilliseconds } from './retry-policy';

/** What retrying depends on; `clock` and `sleep` count milliseconds, `random` gives 0 to 1. */
export interface RetryingSenderOptions {
  readonly send: HttpSender;
  readonly lifetime: ClientLifetime;
  readonly limits: RegistryLimits;
  readonly complaints: RegistryComplaints;
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
}

type Outcome =
  | { readonly answer: HttpAnswer; readonly failure?: undefined }
  | { readonly answer?: undefined; readonly failure: ConnectionFailure; readonly cause: unknown };

/**
 * Sends a request again where that may heal it. The last answer is handed back whatever its status; a request without an
 * answer throws a `RegistryError`.
 */
export function createRetryingSender(options: RetryingSenderOptions): HttpSender {
  return async (question) => {
    for (let tries = 1; ; tries += 1) {
      const outcome = await attempt(question, options);
      const wait = waitAfter(outcome, tries, options);
      if (wait !== undefined) {
        await pause(question, wait, options);
      } else if (outcome.failure === undefined) {
        return outcome.answer;
      } else {
        throw options.complaints.connection(question, outcome.failure, outcome.cause);
      }
    }
  };
}

async function attempt(question: HttpQuestion, options: RetryingSenderOptions): Promise<Outcome> {
  assertAlive(question, options);
  try {
    return { answer: await options.send(question) };
  } catch (cause) {
    assertAlive(question, options, cause);
    const failure = connectionFailure(cause);
    if (failure === undefined) {
      throw cause;
    }
    return { failure, cause };
  }
}

function waitAfter(outcome: Outcome, tries: number, options: RetryingSenderOptions): number | undefined {
  const { answer, failure } = outcome;
  if (answer !== undefined && !isRetriedStatus(answer.status)) {
    return undefined;
  }
  return nextWaitMilliseconds({
    tries,
    triesAllowed: Math.min(failure?.tries ?? Infinity, options.limits.tries),
    retryAfterSeconds: retryAfterSeconds(answer?.headers['retry-after'], options.clock()),
    longestRetryAfterSeconds: options.limits.retryAfterSeconds,
    remainingMilliseconds: options.lifetime.remainingMilliseconds(),
    random: options.random(),
  });
}

async function pause(question: HttpQuestion, wait: number, options: RetryingSenderOptions): Promise<void> {
  try {
    await options.sleep(wait);
  } catch (cause) {
    assertAlive(question, options, cause);
    throw cause;
  }
}

function assertAlive(question: HttpQuestion, options: RetryingSenderOptions, cause?: unknown): void {
  const why = options.lifetime.ended();
  if (why !== undefined) {
    throw options.complaints.endOfLife(question, why, cause);
  }
}
