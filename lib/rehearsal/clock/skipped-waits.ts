/** Milliseconds for what has to answer on this computer before waits are skipped. */
const GATHERING_MILLISECONDS = 2;

interface Sleeper {
  readonly wakesAt: number;
  readonly wake: () => void;
}

/**
 * A clock for the waits of a network client: it goes with the computer's, and waits are skipped, as the virtual clock skips
 * those of the state machine. Sleepers that began together wake together, so that a deadline is as near as it would be.
 */
export class SkippedWaits {
  private skipped = 0;
  private sleepers: Sleeper[] = [];

  /** Milliseconds since 1970, the skipped waits included. */
  readonly clock = (): number => Date.now() + this.skipped;

  /** Waits for milliseconds of that clock, or until the signal. */
  readonly sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        this.sleepers = this.sleepers.filter((one) => one !== sleeper);
        reject(signal.reason as Error);
      };
      const sleeper: Sleeper = {
        wakesAt: this.clock() + milliseconds,
        wake: () => {
          signal.removeEventListener('abort', stop);
          resolve();
        },
      };
      if (signal.aborted) {
        stop();
        return;
      }
      signal.addEventListener('abort', stop, { once: true });
      this.sleepers.push(sleeper);
      setTimeout(this.wakeNext, GATHERING_MILLISECONDS);
    });

  /** Skips to the end of the shortest wait. */
  private readonly wakeNext = (): void => {
    const next = Math.min(...this.sleepers.map(({ wakesAt }) => wakesAt));
    if (!Number.isFinite(next)) {
      return;
    }
    this.skipped += Math.max(0, next - this.clock());
    const awake = this.sleepers.filter(({ wakesAt }) => wakesAt <= next);
    this.sleepers = this.sleepers.filter((one) => !awake.includes(one));
    awake.forEach(({ wake }) => {
      wake();
    });
  };
}
