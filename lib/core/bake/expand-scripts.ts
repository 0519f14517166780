import { SCRIPTS_ARCHIVE, SCRIPTS_FOLDER } from './work-folder';

/**
 * Makes the scripts folder hold what the recipe's archive holds, and nothing else; the only PowerShell that cannot be one
 * of the scripts. It uses .NET alone, whose paths are those of the drive's own file system.
 */
export const EXPAND_SCRIPTS: readonly string[] = [
  'Set-StrictMode -Version Latest',
  "$ErrorActionPreference = 'Stop'",
  '$paths = $ExecutionContext.SessionState.Path',
  `$archive = $paths.GetUnresolvedProviderPathFromPSPath('${SCRIPTS_ARCHIVE}')`,
  `$folder = $paths.GetUnresolvedProviderPathFromPSPath('${SCRIPTS_FOLDER}')`,
  '$sha256 = [System.Security.Cryptography.SHA256]::Create()',
  '$hash = $sha256.ComputeHash([System.IO.File]::ReadAllBytes($archive))',
  "$found = [System.BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()",
  "if ($found -ne '{{ ScriptsSha256 }}') {",
  '    [Console]::Error.WriteLine("The scripts at {{ ScriptsUri }} have the SHA-256 $found; the recipe names {{ ScriptsSha256 }}. Deploy the pipeline again.")',
  '    exit 1',
  '}',
  'if ([System.IO.Directory]::Exists($folder)) { [System.IO.Directory]::Delete($folder, $true) }',
  "$null = [System.Reflection.Assembly]::LoadWithPartialName('System.IO.Compression.FileSystem')",
  '[System.IO.Compression.ZipFile]::ExtractToDirectory($archive, $folder)',
];
