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
