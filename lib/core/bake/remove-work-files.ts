import { WORK_FOLDER } from './work-folder';

/** The one file of the work folder that stays in the AMI. */
export const KEPT_FILE = 'image-manifest.json';

/** Empties the work folder down to the image manifest; it uses .NET alone, as `EXPAND_SCRIPTS` does. */
export const REMOVE_WORK_FILES: readonly string[] = [
  'Set-StrictMode -Version Latest',
  "$ErrorActionPreference = 'Stop'",
  `$folder = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath('${WORK_FOLDER}')`,
  'foreach ($entry in [System.IO.Directory]::GetFileSystemEntries($folder)) {',
  '    if ([System.IO.Directory]::Exists($entry)) { [System.IO.Directory]::Delete($entry, $true) }',
  `    elseif ([System.IO.Path]::GetFileName($entry) -ne '${KEPT_FILE}') { [System.IO.File]::Delete($entry) }`,
  '}',
];
