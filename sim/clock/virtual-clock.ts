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

/** What happens again and again. */
interface Repeated {
  readonly milliseconds: number;
  readonly work: () => Promise<void>;
  due: number;
}

/** A clock that stands still until something waits: then it is that much later, at once. */
export class VirtualClock {
  private readonly listeners: ((now: Date) => void)[] = [];
  private readonly repeated: Repeated[] = [];
  private isAtWork = false;
  private time: number;

  constructor(start: Date) {
    this.time = start.getTime();
  }

  now(): Date {
    return new Date(this.time);
  }

  /** Calls a listener after every jump, such as the registry that shows another moment then. */
  onJump(listener: (now: Date) => void): void {
    this.listeners.push(listener);
  }

  /** Does work in every wait that passes a whole interval from now on; what fails ends that wait. */
  every(milliseconds: number, work: () => Promise<void>): void {
    this.repeated.push({ milliseconds, work, due: this.time + milliseconds });
  }

  /** Jumps to an instant, with a stop at all that is done again and again; one that has passed changes nothing. */
  async waitUntil(instant: Date): Promise<void> {
    for (let next = this.nextDue(instant); next !== undefined; next = this.nextDue(instant)) {
      this.jump(next.due);
      next.due += next.milliseconds;
      this.isAtWork = true;
      try {
        await next.work();
      } finally {
        this.isAtWork = false;
      }
    }
    this.jump(instant.getTime());
  }

  /** The first that is due up to an instant; while such work waits itself, no other begins. */
  private nextDue(instant: Date): Repeated | undefined {
    const due = this.repeated.filter((one) => one.due <= instant.getTime());
    return this.isAtWork ? undefined : due.sort((one, other) => one.due - other.due)[0];
  }

  private jump(time: number): void {
    if (time > this.time) {
      this.time = time;
      this.listeners.forEach((listener) => {
        listener(this.now());
      });
    }
  }
}
