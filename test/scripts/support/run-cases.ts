import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirePowerShell } from './power-shell';
import type { SimulatedMachine } from './simulated-machine';

const ROOT = join(__dirname, '..', '..', '..');

/** The folder of the scripts that reach the build machine. */
export const INSTANCE_SCRIPTS = join(ROOT, 'scripts', 'instance');

/** A script to run on a simulated machine. */
export interface ScriptCase {
  /** Relative to the folder of the instance's scripts, or a full path. */
  readonly script: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly machine: SimulatedMachine;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a script ended: its exit code, its lines on standard output, its text on standard error. */
export interface ScriptResult {
  readonly exitCode: number;
  readonly stdout: readonly string[];
  readonly stderr: string;
}

/** Runs scripts one after the other in one runspace: opening it costs more than most of them. */
export async function runCases(cases: readonly ScriptCase[]): Promise<ScriptResult[]> {
  const shell = await requirePowerShell();
  const folder = mkdtempSync(join(tmpdir(), 'winbake-cases-'));
  try {
    const files = { cases: join(folder, 'cases.json'), results: join(folder, 'results.json') };
    const list = cases.map((one) => ({
      script: join(one.script.startsWith('/') ? '/' : INSTANCE_SCRIPTS, one.script),
      parameters: one.parameters ?? {},
      env: { ...one.machine.env, ...one.env, WINBAKE_SIMULATED_HOST: one.machine.folder },
    }));
    writeFileSync(files.cases, JSON.stringify(list));
    const run = await shell.run({
      scriptFile: join(__dirname, 'run-cases.ps1'),
      args: [files.cases, files.results, join(ROOT, 'scripts', 'simulated-windows', 'SimulatedWindows.psm1')],
      timeoutSeconds: 1_800,
    });
    if (run.exitCode !== 0) {
      throw new Error(`The cases could not be run: ${run.stdout}${run.stderr}`);
    }
    return JSON.parse(readFileSync(files.results, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a table of named cases once, before the tests of a `describe`, and gives each test its own by name. Only the
 * first caller on a computer waits for PowerShell to be restored.
 */
export function runTable<Name extends string>(
  table: Readonly<Record<Name, ScriptCase>>,
): (name: Name) => ScriptResult & { readonly machine: SimulatedMachine } {
  const names = Object.keys(table) as Name[];
  let results: ScriptResult[] = [];
  beforeAll(async () => {
    results = await runCases(names.map((name) => table[name]));
  });
  afterAll(() => {
    for (const name of names) {
      rmSync(table[name].machine.folder, { recursive: true, force: true });
    }
  });
  return (name) => ({ ...results[names.indexOf(name)]!, machine: table[name].machine });
}

/** Runs named sequences of cases, all in one PowerShell, and gives the results of each; the machines stay for the tests. */
export async function runSequences<Name extends string>(
  table: Readonly<Record<Name, readonly ScriptCase[]>>,
): Promise<Readonly<Record<Name, readonly ScriptResult[]>>> {
  const names = Object.keys(table) as Name[];
  const results = await runCases(names.flatMap((name) => table[name]));
  const sequences: Partial<Record<Name, readonly ScriptResult[]>> = {};
  for (const name of names) {
    sequences[name] = results.splice(0, table[name].length);
  }
  return sequences as Record<Name, readonly ScriptResult[]>;
}
