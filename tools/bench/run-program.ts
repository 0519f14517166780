import { execFile } from 'node:child_process';

/** What a program ended with. */
export interface ProgramRun {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

const OUTPUT_BYTES = 16 * 1024 * 1024;

/** Runs a program to its end, however it ends. */
export function runProgram(
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<ProgramRun> {
  return new Promise((resolve) => {
    execFile(program, args, { signal, maxBuffer: OUTPUT_BYTES }, (error, stdout, stderr) => {
      resolve({ ok: error === null, stdout, stderr: stderr || (error?.message ?? '') });
    });
  });
}
