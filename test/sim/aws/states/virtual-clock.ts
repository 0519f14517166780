import type { ExecutionClock } from '../../../../sim/aws/states/execution-limits';

/** A clock for tests that is moved by waits and by hand only, and keeps what it was asked to wait for. */
export class VirtualClock implements ExecutionClock {
  readonly waitedFor: string[] = [];
  private time = Date.parse('2026-03-10T17:00:00.000Z');

  now(): Date {
    return new Date(this.time);
  }

  waitUntil(instant: Date): Promise<void> {
    this.waitedFor.push(instant.toISOString());
    this.time = instant.getTime();
    return Promise.resolve();
  }

  advance(seconds: number): void {
    this.time += seconds * 1000;
  }

  /** Seconds since the clock was made. */
  elapsed(): number {
    return (this.time - Date.parse('2026-03-10T17:00:00.000Z')) / 1000;
  }
}
