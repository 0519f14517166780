/** The state of a request that may be sent again. */
export interface RetryState {
  /** How often it was sent. */
  readonly tries: number;
  /** How often it may be sent. */
  readonly triesAllowed: number;
  /** What the server asked for, in seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** The longest wait that a server may ask for, in seconds. */
  readonly longestRetryAfterSeconds: number;
  /** Milliseconds until the client's deadline. */
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
export function isRetriedStatus(status: number): boolean {
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
