import type { ComponentParameter, ComponentStep } from './component-document';
import { EXPAND_SCRIPTS } from './expand-scripts';
import { FAILURE_FILE, SCRIPTS_ARCHIVE, WORK_FOLDER } from './work-folder';

/** The parameters that `PREPARE_SCRIPTS` refers to. */
export const SCRIPTS_PARAMETERS: readonly ComponentParameter[] = [
  { name: 'ScriptsUri', description: 'Where the archive of the scripts is, such as s3://bucket/key.' },
  { name: 'ScriptsSha256', description: 'The SHA-256 of that archive, in hexadecimal.' },
];

/**
 * The first steps of every component that runs instance scripts: they lay out the scripts of the recipe, whatever was in
 * their folder before. Components do not rely on each other for it, since others may run between them.
 */
export const PREPARE_SCRIPTS: readonly ComponentStep[] = [
  {
    // S3Download makes no folders, and what failed before, in the base AMI even, is no failure of this component.
    name: 'PrepareFolder',
    action: 'ExecutePowerShell',
    timeoutSeconds: 300,
    inputs: {
      commands: [
        "$ErrorActionPreference = 'Stop'",
        `$null = New-Item -ItemType Directory -Force -Path '${WORK_FOLDER}'`,
        `$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath('${WORK_FOLDER}')`,
        `[System.IO.File]::Delete([System.IO.Path]::Combine($folder, '${FAILURE_FILE}'))`,
      ],
    },
  },
  {
    name: 'DownloadScripts',
    action: 'S3Download',
    timeoutSeconds: 600,
    maxAttempts: 3,
    inputs: [{ source: '{{ ScriptsUri }}', destination: SCRIPTS_ARCHIVE, overwrite: true }],
  },
  {
    name: 'ExpandScripts',
    action: 'ExecutePowerShell',
    timeoutSeconds: 600,
    inputs: { commands: [EXPAND_SCRIPTS.join('\n')] },
  },
];
