import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Progress } from '../lib/rehearsal/run/progress';

/** Shows each phase as a task with what it is at, on stderr: stdout holds the answer alone. */
export function taskList(): Progress {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  return {
    phase: async <T>(title: string, work: (say: (text: string) => void) => Promise<T>): Promise<T> => {
      const results: T[] = [];
      await new Listr(
        [
          {
            title,
            task: async (_context, task) => {
              results.push(
                await work((text) => {
                  task.output = text;
                }),
              );
            },
          },
        ],
        {
          renderer: 'default',
          rendererOptions: { logger },
          fallbackRenderer: 'simple',
          fallbackRendererOptions: { logger },
          fallbackRendererCondition: () => !process.stderr.isTTY,
        },
      ).run();
      return results[0] as T;
    },
  };
}
