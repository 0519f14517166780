import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { Progress } from '../sim/rehearsal/rehearsal-report';
import type { Terminal } from './terminal';

/** Shows each phase with what it is at, on stderr: stdout holds the answer alone. Why one failed is told at the end. */
export function taskList(terminal: Terminal): Progress {
  return terminal.isWatched === true ? livingList() : lines(terminal.err);
}

/** A list whose last lines change while a phase is under way. */
function livingList(): Progress {
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
          rendererOptions: { logger, showErrorMessage: false },
          // Signals end the work, which cleans up; listr2 would end the process.
          registerSignalListeners: false,
        },
      ).run();
      return results[0] as T;
    },
  };
}

/** A line for each thing that happens, for logs. */
function lines(write: (text: string) => void): Progress {
  return {
    phase: async (title, work) => {
      write(`❯ ${title}\n`);
      try {
        const result = await work((text) => {
          write(`› ${text}\n`);
        });
        write(`✔ ${title}\n`);
        return result;
      } catch (error) {
        write(`✖ ${title}\n`);
        throw error;
      }
    },
  };
}
