import {
  accessSync,
  constants,
  statSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { packageRoot } from '../../package-root';
import { runProcess } from './run-process';

/** The full path of a program on a search path (that of this process unless given), or undefined where none has it. */
export function findOnPath(name: string, searchPath: string = process.env['PATH'] ?? ''): string | undefined {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => suffixes.map((suffix) => join(folder, name + suffix)))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What this computer has: .NET, which PowerShell is restored with, or else a PowerShell of its own. */
export interface FoundPowerShell {
  readonly kind: 'dotnet' | 'pwsh';
  readonly command: string;
  /** The variables that say where programs and packages are. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The command that starts PowerShell, and what comes before PowerShell's own options. */
export interface PowerShellProgram {
  readonly command: string;
  readonly args: readonly string[];
}

/** The folder of the tool manifest and of the script that a session runs. */
export function powerShellScripts(): string {
  return join(packageRoot(), 'scripts', 'powershell');
}

/** Microsoft's own installer; it needs no rights and puts .NET where `findPowerShell` searches. */
const INSTALL_DOTNET = 'curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0';

/**
 * Finds .NET on the search path, in DOTNET_ROOT or in `~/.dotnet`; only where it is missing, `pwsh` on the search path.
 * Throws a `WinbakeError` with code `REHEARSAL_FAILED` where there is neither.
 */
export function findPowerShell(environment: NodeJS.ProcessEnv = process.env): FoundPowerShell {
  const { PATH = '', DOTNET_ROOT = '' } = environment;
  const folders = [PATH, DOTNET_ROOT, join(homeOf(environment), '.dotnet')];
  const dotnet = findOnPath('dotnet', folders.join(delimiter));
  if (dotnet !== undefined) {
    return { kind: 'dotnet', command: dotnet, environment };
  }
  const pwsh = findOnPath('pwsh', PATH);
  if (pwsh !== undefined) {
    return { kind: 'pwsh', command: pwsh, environment };
  }
  throw new WinbakeError(
    'REHEARSAL_FAILED',
    `A rehearsal runs the scripts of the bake in PowerShell, and this computer has neither .NET nor pwsh; install .NET: ${INSTALL_DOTNET}`,
  );
}

/**
 * The PowerShell of the tool manifest, restored into NuGet's folder of packages at its first use, so that every computer with
 * .NET runs the same. Throws a `WinbakeError` with code `REHEARSAL_FAILED` where it cannot be restored.
 * @see https://learn.microsoft.com/dotnet/core/tools/local-tools-how-to-use
 */
export async function restorePowerShell(
  { command, environment, kind }: FoundPowerShell,
  onProgress?: (line: string) => void,
  signal?: AbortSignal,
): Promise<PowerShellProgram> {
  if (kind === 'pwsh') {
    return { command, args: [] };
  }
  const manifest = join(powerShellScripts(), 'dotnet-tools.json');
  const version = versionIn(manifest);
  const settings = join(environment['DOTNET_CLI_HOME'] ?? homeOf(environment), '.nuget');
  const packages = environment['NUGET_PACKAGES'] ?? join(settings, 'packages');
  if (!isRestored(packages, version)) {
    onProgress?.(`Restoring PowerShell ${version} with .NET, once (40 MB).`);
    mkdirSync(join(packages, 'powershell'), { recursive: true });
    // Two restores into one folder fail on each other's files: each has its own, and the first one moves into place.
    const workshop = mkdtempSync(join(packages, 'powershell', '.restoring-'));
    try {
      // .NET writes its first configuration there unguarded: two that did so in one folder would read each other's half of it.
      if (existsSync(join(settings, 'NuGet', 'NuGet.Config'))) {
        symlinkSync(settings, join(workshop, '.nuget'));
      }
      const { stdout, stderr } = await runProcess({
        command,
        args: ['tool', 'restore', '--tool-manifest', manifest],
        cwd: powerShellScripts(),
        env: {
          ...environment,
          NUGET_PACKAGES: workshop,
          // In its home .NET notes which tools are restored, and would not restore them here; NuGet's settings are there too.
          DOTNET_CLI_HOME: workshop,
          DOTNET_CLI_TELEMETRY_OPTOUT: '1',
          DOTNET_CLI_UI_LANGUAGE: 'en',
          DOTNET_NOLOGO: '1',
        },
        timeoutSeconds: 600,
        signal,
      });
      signal?.throwIfAborted();
      if (!isRestored(workshop, version)) {
        throw notRestored(version, `${stdout}\n${stderr}`);
      }
      moveIntoPlace(workshop, packages, version);
    } finally {
      rmSync(workshop, { recursive: true, force: true, maxRetries: 3 });
    }
  }
  // A newer .NET alone will do.
  return { command, args: ['exec', '--roll-forward', 'Major', assemblyIn(packages, version)] };
}

function assemblyIn(packages: string, version: string): string {
  return join(packages, 'powershell', version, 'tools', 'net10.0', 'any', 'unix', 'pwsh.dll');
}

/** NuGet writes the metadata last: with it the package is complete. */
function isRestored(packages: string, version: string): boolean {
  const metadata = join(packages, 'powershell', version, '.nupkg.metadata');
  return existsSync(metadata) && existsSync(assemblyIn(packages, version));
}

function moveIntoPlace(from: string, to: string, version: string): void {
  const [source, target] = [from, to].map((folder) => join(folder, 'powershell', version)) as [
    string,
    string,
  ];
  if (existsSync(target) && !isRestored(to, version)) {
    rmSync(target, { recursive: true, force: true });
  }
  try {
    renameSync(source, target);
  } catch (error) {
    // Another process was faster, with the same version.
    if (!isRestored(to, version)) {
      throw error;
    }
  }
}

function versionIn(manifest: string): string {
  const { tools } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly tools: { readonly powershell: { readonly version: string } };
  };
  return tools.powershell.version;
}

/** One sentence with dotnet's reason: its first line that names an error, else its last one. */
function notRestored(version: string, output: string): WinbakeError {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const reason =
    lines.find((line) => /error|unable|failed|not found/i.test(line)) ?? lines.at(-1) ?? 'no reason given';
  return new WinbakeError(
    'REHEARSAL_FAILED',
    `PowerShell ${version} could not be restored: ${reason.replace(/\.$/, '')}. It takes the network once, and the .NET SDK 10: ${INSTALL_DOTNET}`,
  );
}

function homeOf(environment: NodeJS.ProcessEnv): string {
  return environment['HOME'] ?? homedir();
}
