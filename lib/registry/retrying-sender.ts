import type { HttpResponse, HttpRequest, HttpSender } from './http-sender';
import {
  connectionFailure,
  type ConnectionFailure,
  type RegistryErrors,
  retryAfterSeconds,
} from './registry-errors';
import type { RegistryLimits } from './registry-limits';

/** The state of a request that may be sent again. */
interface RetryState {
  /** How often it was sent. */
  readonly tries: number;
  /** How often it may be sent. */
  readonly triesAllowed: number;
  /** What the server asked for, in seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** The longest wait that a server may ask for, in seconds. */
  readonly longestRetryAfterSeconds: number;
  /** Milliseconds that are left for the request. */
  readonly remainingMilliseconds: number;
  /** From 0 to 1. */
  readonly random: number;
}

/** The wait before the second try, in milliseconds; it doubles with each. */
const FIRST_WAIT_MILLISECONDS = 500;

/**
 * Statuses that another try may heal.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15
 */
function isRetriedStatus(status: number): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status);
}

/**
 * How long to wait before the next try, in milliseconds; undefined where to give up: tried often enough, asked to wait
 * too long, or the deadline would pass meanwhile. Half of the wait is chance, so that clients that failed together do
 * not come back together.
 */
export function nextWaitMilliseconds(state: RetryState): number | undefined {
  const asked = state.retryAfterSeconds;
  if (state.tries >= state.triesAllowed || (asked ?? 0) > state.longestRetryAfterSeconds) {
    return undefined;
  }
  const backoff = FIRST_WAIT_MILLISECONDS * 2 ** (state.tries - 1) * (0.5 + state.random / 2);
  const wait = asked === undefined ? backoff : asked * 1000;
  return wait < state.remainingMilliseconds ? wait : undefined;
}

/** What retrying depends on; `clock` and `sleep` count milliseconds, `random` gives 0 to 1. */
interface RetryingSenderOptions {
  readonly send: HttpSender;
  readonly limits: RegistryLimits;
  readonly errors: RegistryErrors;
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
}

type Outcome =
  | { readonly response: HttpResponse; readonly failure?: undefined }
  | { readonly response?: undefined; readonly failure: ConnectionFailure; readonly cause: unknown };

/**
 * Sends a request again where that may heal it. The last answer is handed back whatever its status; a request without an
 * answer throws a `RegistryError`.
 */
export function createRetryingSender(options: RetryingSenderOptions): HttpSender {
  return async (request) => {
    for (let tries = 1; ; tries += 1) {
      const outcome = await attempt(request, tries, options);
      const wait = waitAfter(request, outcome, tries, options);
      if (wait !== undefined) {
        await pause(request, wait, options);
      } else if (outcome.failure === undefined) {
        return outcome.response;
      } else {
        throw options.errors.connection(request, outcome.failure, outcome.cause);
      }
    }
  };
}

async function attempt(
  request: HttpRequest,
  tries: number,
  options: RetryingSenderOptions,
): Promise<Outcome> {
  const ended = request.lifetime.ended();
  if (tries === 1 && ended === 'deadline') {
    throw options.errors.noTimeLeft(request);
  }
  assertAlive(request, options);
  try {
    return { response: await options.send(request) };
  } catch (cause) {
    assertAlive(request, options, cause);
    const failure = connectionFailure(cause);
    if (failure === undefined) {
      throw cause;
    }
    return { failure, cause };
  }
}

function waitAfter(
  { lifetime }: HttpRequest,
  outcome: Outcome,
  tries: number,
  options: RetryingSenderOptions,
): number | undefined {
  const { response, failure } = outcome;
  if (response !== undefined && !isRetriedStatus(response.status)) {
    return undefined;
  }
  return nextWaitMilliseconds({
    tries,
    triesAllowed: Math.min(failure?.tries ?? Infinity, options.limits.tries),
    retryAfterSeconds: retryAfterSeconds(response?.headers['retry-after'], options.clock()),
    longestRetryAfterSeconds: options.limits.retryAfterSeconds,
    remainingMilliseconds: lifetime.remainingMilliseconds(),
    random: options.random(),
  });
}

async function pause(request: HttpRequest, wait: number, options: RetryingSenderOptions): Promise<void> {
  try {
    await options.sleep(wait);
  } catch (cause) {
    assertAlive(request, options, cause);
    throw cause;
  }
}

function assertAlive(request: HttpRequest, options: RetryingSenderOptions, cause?: unknown): void {
  const why = request.lifetime.ended();
  if (why !== undefined) {
    throw options.errors.endOfLife(request, why, cause);
  }
}
