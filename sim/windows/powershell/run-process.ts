import { spawn, type ChildProcess } from 'node:child_process';

/** A process to run to its end. */
export interface ProcessRequest extends ProcessLimits {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string | undefined;
  /** Whether the command is a line for the shell of this system. */
  readonly shell?: boolean;
}

/** What ends a process before it ends by itself. */
export interface ProcessLimits {
  /** After it the process and its children are killed; without it there is no limit. */
  readonly timeoutSeconds?: number | undefined;
  /** Ends the process and its children. */
  readonly signal?: AbortSignal | undefined;
}

/** What a process left: its exit code (-1 where it was killed) and what it wrote. */
export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Whether processes have a group of their own, so that a timeout ends the programs that they started as well. */
export const GROUPS = process.platform !== 'win32';

/** How long a process that is ended may take before it is killed. */
const GRACE_MILLISECONDS = 2000;

/** Runs a process without standard input and waits for it; rejects only where it cannot be started. */
export function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(request.command, request.args, {
      cwd: request.cwd,
      env: request.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: GROUPS,
      windowsHide: true,
      shell: request.shell ?? false,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const limit = limitProcess(child, request);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error) => {
      limit.release();
      reject(error);
    });
    child.on('close', (code) => {
      limit.release();
      resolve({
        exitCode: code ?? -1,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
        timedOut: limit.timedOut(),
      });
    });
  });
}

/** Limits a process that has a group of its own, until the limit is released. */
export function limitProcess(
  child: ChildProcess,
  { signal, timeoutSeconds }: ProcessLimits,
): { readonly timedOut: () => boolean; readonly release: () => void } {
  let timedOut = false;
  const timer =
    timeoutSeconds === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          kill(child, 'SIGKILL');
        }, timeoutSeconds * 1000);
  let grace: NodeJS.Timeout | undefined;
  const stop = (): void => {
    // First in a way that lets programs remove their temporary files.
    kill(child, 'SIGTERM');
    grace = setTimeout(() => {
      kill(child, 'SIGKILL');
    }, GRACE_MILLISECONDS);
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) {
    stop();
  }
  return {
    timedOut: () => timedOut,
    release: () => {
      clearTimeout(timer);
      clearTimeout(grace);
      signal?.removeEventListener('abort', stop);
    },
  };
}

function kill(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    if (GROUPS) {
      process.kill(-child.pid, signal);
    } else {
      child.kill(signal);
    }
  } catch {
    // It ended by itself in the same moment.
  }
}
