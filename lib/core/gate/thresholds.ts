/** Collects the instants at which a decision changes though nothing else does, and answers whether they have come. */
export class Thresholds {
  private next: Date | undefined;

  constructor(private readonly now: Date) {}

  /** Whether an instant has come; one that has not is remembered. */
  passed(instant: Date): boolean {
    if (instant <= this.now) {
      return true;
    }
    if (this.next === undefined || instant < this.next) {
      this.next = instant;
    }
    return false;
  }

  /** The first of the instants that have not come. */
  get first(): Date | undefined {
    return this.next;
  }
}

/** An instant some seconds later. */
export function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}

/** An instant to the minute, as messages write it. */
export function toMinute(instant: Date): string {
  return `${instant.toISOString().slice(0, 16)}Z`;
}
