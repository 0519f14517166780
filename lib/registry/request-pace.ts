import { isLoopbackHost } from './network-address';
import { DEFAULT_REQUESTS_PER_SECOND } from './registry-limits';

/** Runs work when there is room for it. */
export type ParallelLimit = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets at most `most` pieces of work run at once; the others wait their turn. */
export function limitParallel(most: number): ParallelLimit {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) {
      await new Promise<void>((resume) => waiting.push(resume));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) {
        running -= 1;
      } else {
        next();
      }
    }
  };
}

/** Waits until a host may be asked again. */
export type RequestPace = (url: URL) => Promise<void>;

/** What a pace depends on; `clock` and `sleep` count milliseconds. */
interface RequestPaceOptions {
  /** For every host; absent: 5 a second for each host, and no limit on this computer. */
  readonly requestsPerSecond: number | undefined;
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Spaces the requests to each host evenly: no bursts, each waits for its own place in the row. Throws a `RangeError`
 * where not even one request would ever go out.
 */
export function pacedRequests({ requestsPerSecond, clock, sleep }: RequestPaceOptions): RequestPace {
  if (requestsPerSecond !== undefined && !(requestsPerSecond > 0)) {
    throw new RangeError(`requestsPerSecond is greater than 0, got: ${requestsPerSecond}.`);
  }
  const nextAt = new Map<string, number>();
  return async (url) => {
    const perSecond =
      requestsPerSecond ?? (isLoopbackHost(url.hostname) ? Infinity : DEFAULT_REQUESTS_PER_SECOND);
    const now = clock();
    const at = Math.max(now, nextAt.get(url.host) ?? 0);
    nextAt.set(url.host, at + 1000 / perSecond);
    if (at > now) {
      await sleep(at - now);
    }
  };
}
