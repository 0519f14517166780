import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandRun } from './run-command-line';

const ROOT = join(__dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'cli', 'winbake.cjs');

/** What a run of the bundled command line ended with. */
export interface BundleRun extends CommandRun {
  /** What it left in the folder for temporary files. */
  readonly left: readonly string[];
}

/** Sees what stderr holds so far, and may end the process; only the first signal is sent, for a second one kills at once. */
export type OnProgress = (stderr: string, end: (signal: NodeJS.Signals) => void) => void;

/** Runs the bundled command line in a process of its own, as people do, with a folder for temporary files of its own. */
export async function runBundle(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  onProgress: OnProgress = () => undefined,
): Promise<BundleRun> {
  const temporary = mkdtempSync(join(tmpdir(), 'winbake-bundle-'));
  try {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: temporary, CI: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let isEnded = false;
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      onProgress(stderr, (signal) => {
        if (!isEnded) {
          isEnded = child.kill(signal);
        }
      });
    });
    const exitCode = await new Promise<number>((resolve) => {
      child.on('close', (code) => {
        resolve(code ?? -1);
      });
    });
    return { exitCode, stdout, stderr, left: readdirSync(temporary) };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
