/** A clock that stands still until something waits: then it is that much later, at once. */
export class VirtualClock {
  private readonly listeners: ((now: Date) => void)[] = [];
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

  /** Jumps to an instant; one that has passed changes nothing. */
  waitUntil(instant: Date): Promise<void> {
    if (instant.getTime() > this.time) {
      this.time = instant.getTime();
      this.listeners.forEach((listener) => {
        listener(this.now());
      });
    }
    return Promise.resolve();
  }
}
