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

/** What happens at an instant, once or again and again. */
interface Scheduled {
  readonly work: () => Promise<void>;
  due: number;
  /** Milliseconds until it happens again; undefined for what happens once. */
  readonly interval: number | undefined;
}

/** What changes by itself as time passes, and knows when it does next. */
export interface TimedProcess {
  readonly nextAt: Date | undefined;
  /** Lets happen what is due by an instant. */
  advanceTo(now: Date): void;
}

interface TimedChange {
  readonly process: TimedProcess;
  readonly due: number;
}

/** A clock that stands still until something waits: then it is that much later, at once. */
export class VirtualClock {
  private readonly listeners: ((now: Date) => void)[] = [];
  private readonly processes: TimedProcess[] = [];
  private scheduled: Scheduled[] = [];
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
    this.scheduled.push({ work, due: this.time + milliseconds, interval: milliseconds });
  }

  /** Does work once, in the first wait that comes to some milliseconds from now; what fails ends that wait. */
  after(milliseconds: number, work: () => Promise<void>): void {
    this.scheduled.push({ work, due: this.time + milliseconds, interval: undefined });
  }

  /** Stops in every wait where a process changes. */
  follow(process: TimedProcess): void {
    this.processes.push(process);
  }

  /** Jumps to an instant, with a stop at all that happens until then; one that has passed changes nothing. */
  async waitUntil(instant: Date): Promise<void> {
    for (
      let next = this.nextDue();
      next !== undefined && next.due <= instant.getTime();
      next = this.nextDue()
    ) {
      await this.happen(next);
    }
    this.jump(instant.getTime());
  }

  /** Jumps to whatever happens next. */
  async waitForNext(): Promise<void> {
    const next = this.nextDue();
    if (next !== undefined) {
      await this.happen(next);
    }
  }

  /** The first that is due; while such work waits itself, no other begins. */
  private nextDue(): Scheduled | TimedChange | undefined {
    if (this.isAtWork) {
      return undefined;
    }
    const changes = this.processes.flatMap((process) =>
      process.nextAt === undefined ? [] : { process, due: process.nextAt.getTime() },
    );
    return [...changes, ...this.scheduled].sort((one, other) => one.due - other.due)[0];
  }

  private async happen(next: Scheduled | TimedChange): Promise<void> {
    this.jump(next.due);
    if ('process' in next) {
      next.process.advanceTo(this.now());
      return;
    }
    if (next.interval === undefined) {
      this.scheduled = this.scheduled.filter((one) => one !== next);
    } else {
      next.due += next.interval;
    }
    this.isAtWork = true;
    try {
      await next.work();
    } finally {
      this.isAtWork = false;
    }
  }

  protected jump(time: number): void {
    if (time > this.time) {
      this.time = time;
      this.listeners.forEach((listener) => {
        listener(this.now());
      });
    }
  }
}
