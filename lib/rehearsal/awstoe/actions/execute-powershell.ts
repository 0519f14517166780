import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DocumentReader, notValid } from '../document-reader';
import type { ActionResult } from '../step-result';
import type { ActionScope } from '../action-scope';
import { actionOf } from './action';

type Script = { readonly commands: readonly string[] } | { readonly file: string };

/**
 * Runs commands as one script, or a script file; the exit code is that of PowerShell. The documentation knows no arguments
 * of a file.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-executepowershell
 */
export const EXECUTE_POWERSHELL = actionOf(readScript, run, ['stdout']);

function readScript(inputs: unknown, where: string): Script {
  const reader = DocumentReader.of(inputs, where);
  const commands = reader.optionalTexts('commands');
  const file = reader.optionalText('file');
  reader.done();
  if (commands !== undefined && file === undefined) {
    return { commands };
  }
  if (commands === undefined && file !== undefined && /\.ps1$|\}\}$/i.test(file)) {
    return { file };
  }
  throw notValid(where, "either 'commands' or 'file', which ends in .ps1, is needed");
}

async function run(
  { host, shell, signal }: ActionScope,
  script: Script,
  timeoutSeconds: number | undefined,
): Promise<ActionResult> {
  const input = join(host.folder, 'commands.ps1');
  if ('commands' in script) {
    writeFileSync(input, `${script.commands.join('\n')}\n`);
  }
  try {
    const result = await shell.run({
      scriptFile: 'file' in script ? script.file : input,
      cwd: host.folder,
      env: host.environment,
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      pretendedHost: host.folder,
      signal,
    });
    return result.timedOut ? { ...result, exitCode: 1 } : result;
  } finally {
    rmSync(input, { force: true });
  }
}
