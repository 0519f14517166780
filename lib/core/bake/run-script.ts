import type { ExecutePowerShellStep } from './component-document';
import { SCRIPTS_FOLDER } from './work-folder';

/** One run of an instance script. */
export interface ScriptRun {
  readonly name: string;
  /** Below the scripts folder, such as `steps\\Save-Image.ps1`. */
  readonly script: string;
  /** By parameter of the script; a value must not hold a single quote. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/**
 * A step that runs an instance script and ends with its exit code. Where it fails the document goes on to the report, and
 * fails in the end; the scripts between do nothing then. AWSTOE's `file` input takes no arguments, so the script is called
 * from `commands`.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-executepowershell
 */
export function runScript({ script, parameters = {}, ...step }: ScriptRun): ExecutePowerShellStep {
  const given = Object.entries(parameters).map(([name, value]) => ` -${name} '${value}'`);
  return {
    name: step.name,
    action: 'ExecutePowerShell',
    timeoutSeconds: step.timeoutSeconds,
    onFailure: 'Continue',
    inputs: {
      commands: [
        // Without it a script that is missing would be no error, and the step would end with 0.
        "$ErrorActionPreference = 'Stop'",
        `& '${SCRIPTS_FOLDER}\\${script}'${given.join('')}`,
        'exit $LASTEXITCODE',
      ],
    },
  };
}
