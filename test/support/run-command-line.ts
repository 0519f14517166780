import { runProgram } from '../../bin/program';

/** What one command line ended with. */
export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, from its source. */
export async function runCommandLine(...args: readonly string[]): Promise<CommandRun> {
  let stdout = '';
  let stderr = '';
  const exitCode = await runProgram(args, '9.9.9', {
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
  });
  return { exitCode, stdout, stderr };
}
