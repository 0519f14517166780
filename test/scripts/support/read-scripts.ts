import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands } from '../../fixtures/windows-powershell-5.1.json';
import { requirePowerShell } from './power-shell';

/** A function of a script, and how it explains itself. */
export interface FunctionFacts {
  readonly name: string;
  readonly lines: number;
  readonly parameters: readonly string[];
  readonly synopsis: string;
  readonly documented: readonly string[];
  readonly examples: number;
  readonly outputs: number;
}

/** What PowerShell's own parser says of a script. */
export interface ScriptFacts {
  readonly file: string;
  /** Rules that the script breaks, as `<line>: <rule> <what>`, in the order of lines. */
  readonly findings: readonly string[];
  readonly strictModeLatest: boolean;
  readonly functions: readonly FunctionFacts[];
  readonly commands: readonly string[];
  /** Calls of what may be a native program. */
  readonly native: readonly { readonly text: string; readonly function: string }[];
  readonly exits: readonly string[];
}

/** Reads scripts of a folder, all in one run; `more` are commands that neither 5.1 nor the scripts have. */
export async function readScripts(
  folder: string,
  files: readonly string[],
  more: readonly string[] = [],
): Promise<readonly ScriptFacts[]> {
  const shell = await requirePowerShell();
  const work = mkdtempSync(join(tmpdir(), 'winbake-scripts-'));
  try {
    const args = [join(work, 'request.json'), join(work, 'result.json')] as const;
    writeFileSync(args[0], JSON.stringify({ folder, files, commands, more }));
    const run = await shell.run({ scriptFile: join(__dirname, 'read-scripts.ps1'), args });
    if (run.exitCode !== 0) {
      throw new Error(`The scripts could not be read: ${run.stdout}${run.stderr}`);
    }
    return JSON.parse(readFileSync(args[1], 'utf8'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
