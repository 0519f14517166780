import type { TrialPorts } from './trial-ports';

/** How polls go. */
interface Polls {
  readonly seconds: number;
  /** When the time is over. */
  readonly until: Date;
  /** Ends them early. */
  readonly signal?: AbortSignal | undefined;
}

/** AWS may fail for so long before a trial gives up: it throttles, and instances come and go. */
const PATIENCE = 10 * 60_000;

/** Polls until something is so or the time is over, and gives what was seen last. */
export async function pollUntil<T>(
  { now, sleep }: Pick<TrialPorts, 'now' | 'sleep'>,
  { seconds, signal, until }: Polls,
  poll: () => Promise<T>,
  isOver: (polled: T) => boolean,
): Promise<T> {
  let failsSince: number | undefined;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const polled = await poll();
      failsSince = undefined;
      if (isOver(polled) || now() >= until) {
        return polled;
      }
    } catch (error) {
      failsSince ??= now().getTime();
      if (now().getTime() - failsSince >= PATIENCE) {
        throw error;
      }
    }
    await sleep(seconds, signal);
  }
}
