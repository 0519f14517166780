import { runProgram } from '../../bin/program';

/** What one command line ended with. */
export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, from its source. */
export function runCommandLine(...args: readonly string[]): Promise<CommandRun> {
  return runInColumns(undefined, ...args);
}

/** The same at a terminal of so many columns. */
export async function runInColumns(
  columns: number | undefined,
  ...args: readonly string[]
): Promise<CommandRun> {
  let stdout = '';
  let stderr = '';
  const exitCode = await runProgram(args, '9.9.9', {
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    ...(columns === undefined ? {} : { columns }),
  });
  return { exitCode, stdout, stderr };
}

/** Runs a command line whose clock is not the computer's; its timers are, since sockets need them. */
export async function atInstant<T>(now: Date, run: () => Promise<T>): Promise<T> {
  const doNotFake = [
    ...(['nextTick', 'queueMicrotask', 'hrtime', 'performance', 'setImmediate', 'clearImmediate'] as const),
    ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const),
  ];
  jest.useFakeTimers({ now, doNotFake });
  try {
    return await run();
  } finally {
    jest.useRealTimers();
  }
}
