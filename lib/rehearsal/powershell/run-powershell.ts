import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../package-root';
import type { PowerShell } from './find-powershell';
import { runProcess, type ProcessResult } from './run-process';

/** One run of a script file. */
export interface PowerShellRun {
  /** The script; with a pretended host a path on its `C:` drive will do. */
  readonly scriptFile: string;
  readonly args?: readonly string[];
  /** Added to the environment of this process; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly timeoutSeconds?: number;
  /** Ends the script and the programs that it started. */
  readonly signal?: AbortSignal | undefined;
  /** The folder of the pretended Windows host, with its `host.json` and `c/`. */
  readonly pretendedHost?: string | undefined;
}

/**
 * Runs a script file to its end. On a pretended host, what is Windows-only comes from the pretended-Windows module, and the
 * exit code is whole (3010 stays 3010); without one, a system that is not Windows keeps eight bits of it.
 */
export async function runPowerShell(shell: PowerShell, run: PowerShellRun): Promise<ProcessResult> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...run.env,
    POWERSHELL_TELEMETRY_OPTOUT: '1',
    POWERSHELL_UPDATECHECK: 'Off',
    // Sockets for debuggers would stay in the temporary folder of a process that is ended.
    POWERSHELL_DIAGNOSTICS_OPTOUT: '1',
    DOTNET_EnableDiagnostics: '0',
  };
  const limits = { cwd: run.cwd, timeoutSeconds: run.timeoutSeconds, signal: run.signal };
  const args = run.args ?? [];
  if (run.pretendedHost === undefined) {
    return runProcess({
      command: shell.command,
      args: [...shell.args, run.scriptFile, ...args],
      env,
      ...limits,
    });
  }
  const folder = mkdtempSync(join(tmpdir(), 'winbake-powershell-'));
  try {
    const exitCodeFile = join(folder, 'exit-code');
    const prelude = join(packageRoot(), 'scripts', 'pretended-windows', 'prelude.ps1');
    env['WINBAKE_PRETENDED_HOST'] = run.pretendedHost;
    env['WINBAKE_SCRIPT_FILE'] = run.scriptFile;
    env['WINBAKE_EXIT_CODE_FILE'] = exitCodeFile;
    const result = await runProcess({
      command: shell.command,
      args: [...shell.args, prelude, ...args],
      env,
      ...limits,
    });
    return { ...result, exitCode: wholeExitCode(exitCodeFile) ?? result.exitCode };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function wholeExitCode(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch {
    // The script did not come to its end: an error that nothing caught, or a timeout.
    return undefined;
  }
}
