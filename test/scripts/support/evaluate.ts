import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PowerShell, PowerShellRun } from '../../../sim/windows/powershell/powershell-session';

/** What an expression gave: the text of each object, or the message of the error that ended it. */
export interface Evaluation {
  readonly output: readonly string[];
  readonly error: string;
}

/** Evaluates PowerShell expressions in one runspace, in their order. */
export async function evaluate(
  shell: PowerShell,
  expressions: readonly string[],
  options: Pick<PowerShellRun, 'cwd' | 'simulatedHost'> = {},
): Promise<Evaluation[]> {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-evaluate-'));
  try {
    const files = [join(folder, 'expressions.json'), join(folder, 'results.json')] as const;
    writeFileSync(files[0], JSON.stringify(expressions));
    const run = await shell.run({
      scriptFile: join(__dirname, 'evaluate.ps1'),
      args: files,
      timeoutSeconds: 60,
      ...options,
    });
    if (run.exitCode !== 0) {
      throw new Error(`The expressions could not be evaluated: ${run.stdout}${run.stderr}`);
    }
    return JSON.parse(readFileSync(files[1], 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
