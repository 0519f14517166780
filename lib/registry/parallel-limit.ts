/** Runs work when there is room for it. */
export type ParallelLimit = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets at most `most` pieces of work run at once; the others wait their turn. */
export function limitParallel(most: number): ParallelLimit {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) {
      await new Promise<void>((resume) => waiting.push(resume));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) {
        running -= 1;
      } else {
        next();
      }
    }
  };
}
