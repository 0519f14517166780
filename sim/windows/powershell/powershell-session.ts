import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { packageRoot } from '../../package-root';
import {
  powerShellScripts,
  restorePowerShell,
  type FoundPowerShell,
  type PowerShellProgram,
} from './find-powershell';
import { GROUPS, limitProcess, type ProcessLimits, type ProcessResult } from './run-process';

/** One run of a script file. */
export interface PowerShellRun extends ProcessLimits {
  /** The script; with a simulated host a path on its `C:` drive will do. */
  readonly scriptFile: string;
  readonly args?: readonly string[];
  /** Added to the environment of this process; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** The folder of the simulated Windows host, with its `host.json` and `c/`: what is Windows-only comes from it. */
  readonly simulatedHost?: string | undefined;
}

/** Runs script files as `pwsh -File` does; exit codes are whole (3010 stays 3010). */
export interface PowerShell {
  run(run: PowerShellRun): Promise<ProcessResult>;
}

/**
 * What no PowerShell of ours does: report home, search for updates, leave sockets for debuggers in the temporary folder,
 * and compile for long lives (a third of its time on two cores).
 */
const QUIET = {
  POWERSHELL_TELEMETRY_OPTOUT: '1',
  POWERSHELL_UPDATECHECK: 'Off',
  POWERSHELL_DIAGNOSTICS_OPTOUT: '1',
  DOTNET_EnableDiagnostics: '0',
  DOTNET_TieredPGO: '0',
  DOTNET_gcConcurrent: '0',
  DOTNET_TC_CallCountingDelayMs: '1000',
};

/**
 * A PowerShell process that stays and runs scripts one after the other, each in a fresh runspace with its own environment,
 * folder, exit code and streams. A run that is ended or timed out takes the process with it; the next run starts a new one.
 */
export class PowerShellSession implements PowerShell {
  private server: Server | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private program: PowerShellProgram | undefined;

  /** `keepsAlive`: whether an idle PowerShell keeps this process from ending; a PowerShell ends with it in any case. */
  constructor(
    private readonly found: FoundPowerShell,
    private readonly keepsAlive = true,
  ) {}

  /** Restores PowerShell where that was never done here; a run does the same without a word. */
  async prepare(onProgress?: (line: string) => void, signal?: AbortSignal): Promise<void> {
    this.program = await restorePowerShell(this.found, onProgress, signal);
  }

  run(run: PowerShellRun): Promise<ProcessResult> {
    const result = this.last.then(() => this.runNext(run));
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Ends the process once the runs that were asked for are done. */
  async close(): Promise<void> {
    await this.last;
    await this.server?.close();
    this.server = undefined;
  }

  private async runNext(run: PowerShellRun): Promise<ProcessResult> {
    if (this.server?.hasEnded() !== false) {
      this.program ??= await restorePowerShell(this.found);
      this.server = new Server(this.program);
      await this.server.ready;
    }
    const { server } = this;
    server.hold(true);
    try {
      return await server.run(run);
    } finally {
      server.hold(this.keepsAlive);
    }
  }
}

/** One stream of the process, cut where a run ends. */
class OutputStream {
  private text = Buffer.alloc(0);

  constructor(
    readable: Readable,
    private readonly onData: () => void,
  ) {
    readable.on('data', (chunk: Buffer) => {
      this.text = Buffer.concat([this.text, chunk]);
      this.onData();
    });
  }

  /** What was written before the end of a run and the exit code at its end; undefined where it has not ended. */
  until(id: string): { readonly text: string; readonly exitCode: number } | undefined {
    const mark = `\0${id} `;
    const from = this.text.indexOf(mark);
    const to = this.text.indexOf('\n', Math.max(from, 0));
    if (from < 0 || to < 0) {
      return undefined;
    }
    const exitCode = Number(this.text.toString('utf8', from + mark.length, to));
    return { text: this.text.toString('utf8', 0, from), exitCode };
  }

  /** All that was written since the last time. */
  take(): string {
    const text = this.text.toString('utf8');
    this.text = Buffer.alloc(0);
    return text;
  }
}

/** A process of `Serve-Script.ps1`. */
class Server {
  /** Rejects where PowerShell does not start. */
  readonly ready: Promise<void>;
  private readonly child: ChildProcess;
  private readonly requests: Writable;
  private readonly stdout: OutputStream;
  private readonly stderr: OutputStream;
  private readonly closed: Promise<number>;
  private ended = false;
  private check: () => void = () => undefined;

  constructor({ command, args }: PowerShellProgram) {
    const script = join(powerShellScripts(), 'Serve-Script.ps1');
    this.child = spawn(command, [...args, '-NoProfile', '-NonInteractive', '-File', script], {
      // Requests have a pipe of their own: standard input would be inherited by what a script starts.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: GROUPS,
      // Cultures would make results depend on the libraries and the language of the computer.
      env: { ...process.env, ...QUIET, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' },
    });
    const [, stdout, stderr, requests] = this.child.stdio;
    this.stdout = new OutputStream(stdout as Readable, () => {
      this.check();
    });
    this.stderr = new OutputStream(stderr as Readable, () => {
      this.check();
    });
    this.requests = requests as Writable;
    // A process that is ended takes no request: that it has ended is seen where the result is waited for.
    this.requests.on('error', () => undefined);
    this.closed = new Promise((resolve, reject) => {
      this.child.on('error', (error) => {
        this.ended = true;
        reject(error);
      });
      this.child.on('close', (code) => {
        this.ended = true;
        resolve(code ?? -1);
      });
    });
    this.ready = this.result('ready').then(({ stderr: reason, exitCode, hasEnded }) => {
      if (hasEnded) {
        throw new WinbakeError(
          'REHEARSAL_FAILED',
          `PowerShell did not start: '${command}' ended with exit code ${exitCode}: ${reason.trim()}`,
        );
      }
    });
  }

  hasEnded(): boolean {
    return this.ended;
  }

  /** Whether this process waits for it before it ends. */
  hold(isHeld: boolean): void {
    const handles = [this.child, ...this.child.stdio] as readonly ({ ref(): void; unref(): void } | null)[];
    handles.forEach((one) => (isHeld ? one?.ref() : one?.unref()));
  }

  async run(run: PowerShellRun): Promise<ProcessResult> {
    const id = randomUUID();
    const limit = limitProcess(this.child, run);
    try {
      this.requests.write(`${JSON.stringify(requestOf(id, run))}\n`);
      const { exitCode, stdout, stderr, hasEnded } = await this.result(id);
      if (hasEnded) {
        await this.closed;
      }
      return { exitCode, stdout, stderr, timedOut: limit.timedOut() };
    } finally {
      limit.release();
    }
  }

  async close(): Promise<void> {
    this.requests.end();
    const limit = limitProcess(this.child, { timeoutSeconds: 5 });
    await this.closed.catch(() => undefined).finally(limit.release);
  }

  /** Waits until both streams say that a run has ended, or until the process has. */
  private async result(id: string) {
    const finished = new Promise<{ readonly exitCode: number; readonly hasEnded: boolean }>((resolve) => {
      this.check = () => {
        const [out, err] = [this.stdout.until(id), this.stderr.until(id)];
        if (out !== undefined && err !== undefined) {
          resolve({ exitCode: out.exitCode, hasEnded: false });
        }
      };
      this.check();
    });
    const ended = this.closed.then((exitCode) => ({ exitCode, hasEnded: true }));
    const end = await Promise.race([finished, ended]);
    const texts = [this.stdout, this.stderr].map((stream) => {
      const text = stream.until(id)?.text;
      const all = stream.take();
      return text ?? all;
    });
    return { ...end, stdout: texts[0] ?? '', stderr: texts[1] ?? '' };
  }
}

function requestOf(id: string, { args, cwd, env, simulatedHost, scriptFile }: PowerShellRun) {
  const host = simulatedHost === undefined ? {} : { WINBAKE_SIMULATED_HOST: simulatedHost };
  const module = join(packageRoot(), 'scripts', 'simulated-windows', 'SimulatedWindows.psm1');
  return {
    id,
    script: scriptFile,
    arguments: args ?? [],
    modules: simulatedHost === undefined ? [] : [module],
    folder: cwd ?? process.cwd(),
    // Undefined is left out of JSON, which takes the variable away.
    environment: { ...process.env, ...env, ...QUIET, ...host },
  };
}
