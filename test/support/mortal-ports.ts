/** A process that dies: after a number of calls of its ports every further call fails, as nothing can be done any more. */
export class Mortal {
  calls = 0;

  constructor(private readonly diesAfter = Infinity) {}

  get isDead(): boolean {
    return this.calls >= this.diesAfter;
  }

  /** A port whose calls count; the last one has its effect, and its answer is never seen. */
  port<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name, receiver) => {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function') {
          return value;
        }
        const call = value as (...args: unknown[]) => unknown;
        return async (...args: unknown[]) => {
          this.requireAlive();
          this.calls += 1;
          const answer = await call.apply(target, args);
          this.requireAlive();
          return answer;
        };
      },
    });
  }

  private requireAlive(): void {
    if (this.isDead) {
      throw new Error('The process died.');
    }
  }
}
