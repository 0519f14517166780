import { lastPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { VirtualClock } from '../clock/virtual-clock';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A virtual clock for several processes: it goes on when all of them wait, to the instant at which the first one goes on. */
export class SharedClock extends VirtualClock {
  private sleepers: Sleeper[] = [];
  private running = 0;
  private isStopped = false;

  /** Runs a process, which may wait for the clock beside others. */
  async run<T>(process: () => Promise<T>): Promise<T> {
    this.running += 1;
    try {
      return await process();
    } finally {
      this.running -= 1;
      this.turn();
    }
  }

  /** How many processes go on or wait. */
  get underWay(): number {
    return this.running;
  }

  /** Lets seconds pass for the process that waits. */
  pass(seconds: number): Promise<void> {
    return this.waitUntil(new Date(this.now().getTime() + seconds * 1000));
  }

  /** From now on no process goes on. */
  stop(): void {
    this.isStopped = true;
  }

  override waitUntil(instant: Date): Promise<void> {
    return new Promise((wake) => {
      this.sleepers.push({ at: instant.getTime(), wake });
      this.turn();
    });
  }

  private turn(): void {
    if (this.isStopped || this.sleepers.length === 0 || this.sleepers.length < this.running) {
      return;
    }
    const next = this.sleepers.reduce((first, one) => (one.at < first.at ? one : first));
    this.sleepers = this.sleepers.filter((one) => one !== next);
    this.jump(next.at);
    next.wake();
  }
}

/** 10:00 Pacific on the second Tuesday of a month. */
const PATCH_TUESDAY = /^cron\(0 10 \? \* TUE#2 \*\)$/;

/** When something is called that a rate such as `rate(15 minutes)` calls again and again, or Patch Tuesday; what it says otherwise never is. */
export class Timetable {
  private readonly called = new Map<string, number>();

  /** Whether it is due since it was asked for first, or was due last. */
  isDue(key: string, expression: string, at: Date): boolean {
    const [, count = '', unit = ''] = /^rate\((\d+) (minute|hour)s?\)$/.exec(expression) ?? [];
    const period = Number(count) * (unit === 'hour' ? 3_600_000 : 60_000);
    const now = at.getTime();
    const before = this.called.get(key) ?? now;
    const isTuesday = PATCH_TUESDAY.test(expression);
    const isDue = isTuesday
      ? lastPatchTuesday(at).getTime() > before
      : count !== '' && now - before >= period;
    this.called.set(key, isDue || isTuesday ? now : before);
    return isDue;
  }
}
