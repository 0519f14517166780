/** The seconds that one attempt of a step has, all iterations of its loop together; restarts of the machine count. */
export class TimeLimit {
  private readonly started = performance.now();

  constructor(
    /** Undefined where there is no limit. */
    readonly seconds: number | undefined,
  ) {}

  /** What is left, never nothing; undefined where there is no limit. */
  get left(): number | undefined {
    return this.seconds === undefined ? undefined : Math.max(0.001, this.remaining(this.seconds));
  }

  isOver(): boolean {
    return this.seconds !== undefined && this.remaining(this.seconds) <= 0;
  }

  private remaining(seconds: number): number {
    return seconds - (performance.now() - this.started) / 1000;
  }
}
