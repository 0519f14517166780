import { spawn, type ChildProcess } from 'node:child_process';

/** A process to run to its end. */
export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string | undefined;
  /** After it the process and its children are killed; without it there is no limit. */
  readonly timeoutSeconds?: number | undefined;
  /** Ends the process and its children. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the command is a line for the shell of this system. */
  readonly shell?: boolean;
}

/** What a process left: its exit code (-1 where it was killed) and what it wrote. */
export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

const GROUPS = process.platform !== 'win32';

/** How long a process that is ended may take before it is killed. */
const GRACE_MILLISECONDS = 2000;

/** Runs a process without standard input and waits for it; rejects only where it cannot be started. */
export function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(request.command, request.args, {
      cwd: request.cwd,
      env: request.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own group, so that a timeout ends the programs that it started as well.
      detached: GROUPS,
      windowsHide: true,
      shell: request.shell ?? false,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const timer =
      request.timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            kill(child, 'SIGKILL');
          }, request.timeoutSeconds * 1000);
    let grace: NodeJS.Timeout | undefined;
    const stop = (): void => {
      // First in a way that lets programs remove their temporary files.
      kill(child, 'SIGTERM');
      grace = setTimeout(() => {
        kill(child, 'SIGKILL');
      }, GRACE_MILLISECONDS);
    };
    request.signal?.addEventListener('abort', stop, { once: true });
    if (request.signal?.aborted === true) {
      stop();
    }
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      clearTimeout(grace);
      request.signal?.removeEventListener('abort', stop);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      clearTimeout(grace);
      request.signal?.removeEventListener('abort', stop);
      resolve({
        exitCode: code ?? -1,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
        timedOut,
      });
    });
  });
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
