import { setTimeout } from 'node:timers/promises';
import { toStandardOutput } from './log';

/** What a function has around it beside its environment and AWS. */
export interface Runtime {
  readonly now: () => Date;
  /** Waits for milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Writes a line of the log. */
  readonly write: (line: string) => void;
}

/** The runtime of Lambda. */
export const LAMBDA: Runtime = { now: () => new Date(), sleep: setTimeout, write: toStandardOutput };

/** How services say that a caller may not do something yet, or that they are asked too often. */
const NOT_NOW =
  /^(?:AccessDenied|AuthorizationError|UnauthorizedOperation|Throttl|RequestLimitExceeded|SlowDown|TooMany)/;

const MOST_TRIES = 7;
const TRY_AGAIN_MILLISECONDS = 10_000;

/**
 * Does the work of a custom resource once more, for a minute, where a service refuses it for the moment: what the same deployment
 * has just allowed is known seconds later. A failure would take the whole deployment back.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export function untilTaken<Event, Answer>(
  sleep: Runtime['sleep'],
  work: (event: Event) => Promise<Answer>,
): (event: Event) => Promise<Answer> {
  return async (event) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work(event);
      } catch (error) {
        if (tries === MOST_TRIES || !(error instanceof Error && NOT_NOW.test(error.name))) {
          throw error;
        }
        await sleep(TRY_AGAIN_MILLISECONDS);
      }
    }
  };
}
