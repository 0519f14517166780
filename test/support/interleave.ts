/** Chooses one of so many processes that could go on next: 0, 1, ... */
export type Choose = (among: number) => number;

/** Makes a port of one process: each call of it waits for its turn. */
export type Gate = <T extends object>(port: T) => T;

interface Process {
  /** Lets the call that waits be made; undefined while none waits. */
  proceed: (() => void) | undefined;
  isOver: boolean;
}

/**
 * Runs processes against each other, one port call at a time, in the order in which they are chosen. Gives how each ended. A
 * process between two calls of its ports is not interrupted: what it does there nobody else can see.
 */
export async function interleave<T>(
  processes: readonly ((gate: Gate) => Promise<T>)[],
  choose: Choose,
): Promise<readonly PromiseSettledResult<T>[]> {
  const states: Process[] = processes.map(() => ({ proceed: undefined, isOver: false }));
  let arrived: () => void = () => undefined;
  const step = (begin: () => void) =>
    new Promise<void>((resolve) => {
      arrived = resolve;
      begin();
    });
  const ends: Promise<T>[] = [];
  for (const [index, process] of processes.entries()) {
    const state = states[index]!;
    await step(() => {
      const end = process((port) =>
        gated(port, state, () => {
          arrived();
        }),
      );
      ends.push(end);
      const over = () => {
        state.isOver = true;
        arrived();
      };
      end.then(over, over);
    });
  }
  for (;;) {
    const open = states.filter(({ isOver }) => !isOver);
    if (open.length === 0) {
      return Promise.allSettled(ends);
    }
    const next = open[open.length === 1 ? 0 : choose(open.length)]!;
    await step(() => {
      next.proceed?.();
    });
  }
}

function gated<T extends object>(port: T, state: Process, arrived: () => void): T {
  return new Proxy(port, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') {
        return member;
      }
      return async (...args: unknown[]) => {
        await new Promise<void>((resolve) => {
          state.proceed = resolve;
          arrived();
        });
        return (member as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

/** Calls a run once for each order in which its choices can fall out; gives how many there were. */
export async function inEveryOrder(run: (choose: Choose) => Promise<void>): Promise<number> {
  const path: { choice: number; among: number }[] = [];
  for (let orders = 1; ; orders += 1) {
    let depth = 0;
    await run((among) => {
      path[depth] ??= { choice: 0, among };
      depth += 1;
      return path[depth - 1]!.choice;
    });
    while (path.length > 0 && path.at(-1)!.choice === path.at(-1)!.among - 1) {
      path.pop();
    }
    const last = path.at(-1);
    if (last === undefined) {
      return orders;
    }
    last.choice += 1;
  }
}
