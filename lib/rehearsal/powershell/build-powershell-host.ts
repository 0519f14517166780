import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WinbakeError } from '../../core/errors/winbake-error';
import { copyHostSources, hashHostSources } from './host-sources';
import { runProcess, type ProcessResult } from './run-process';

/** What the PowerShell host is built from, with, and where to. */
export interface PowerShellHostBuild {
  /** The path of the dotnet command. */
  readonly dotnet: string;
  /** The folder of the host's sources. */
  readonly sources: string;
  /** The folder that keeps built hosts, one folder for each state of the sources. */
  readonly cache: string;
  /** Called with one line when a build begins and when it has ended. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Ends the build. */
  readonly signal?: AbortSignal | undefined;
}

const ASSEMBLY = 'winbake-powershell.dll';

/**
 * The path of the PowerShell host's assembly, built now if these sources were never built here. A build happens in a
 * folder of its own and appears under its name at once and complete, so processes may start together; the first wins.
 */
export async function buildPowerShellHost(build: PowerShellHostBuild): Promise<string> {
  const finished = join(build.cache, hashHostSources(build.sources));
  const assembly = join(finished, ASSEMBLY);
  if (existsSync(assembly)) {
    return assembly;
  }
  mkdirSync(build.cache, { recursive: true });
  const workshop = mkdtempSync(join(build.cache, 'building-'));
  try {
    const started = Date.now();
    build.onProgress?.('Building the PowerShell host with the .NET SDK, once (about 20 seconds).');
    await publishTo(workshop, build);
    moveIntoPlace(join(workshop, 'out'), finished);
    build.onProgress?.(`Built the PowerShell host in ${Math.round((Date.now() - started) / 1000)} s.`);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  return assembly;
}

async function publishTo(workshop: string, build: PowerShellHostBuild): Promise<void> {
  copyHostSources(build.sources, join(workshop, 'src'));
  let result = await publish(workshop, build, []);
  if (result.exitCode !== 0 && /crossgen/i.test(result.stdout + result.stderr)) {
    // The ahead-of-time compiler is a package that some feeds lack; without it the host only starts more slowly.
    result = await publish(workshop, build, ['-p:PublishReadyToRun=false']);
  }
  if (result.exitCode !== 0) {
    const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n');
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `The PowerShell host could not be built: 'dotnet publish' ended with exit code ${result.exitCode}. ` +
        `It needs the .NET SDK 10 and NuGet; or install pwsh. dotnet said:\n${said}`,
    );
  }
}

function publish(
  workshop: string,
  { dotnet, signal }: PowerShellHostBuild,
  extra: readonly string[],
): Promise<ProcessResult> {
  const project = join(workshop, 'src', 'PowerShellHost.csproj');
  const options = ['-c', 'Release', '-o', join(workshop, 'out'), '-v', 'quiet', '--nologo'];
  return runProcess({
    command: dotnet,
    // No server of the build outlives it.
    args: ['publish', project, ...options, '--disable-build-servers', ...extra],
    cwd: workshop,
    env: {
      ...process.env,
      DOTNET_CLI_TELEMETRY_OPTOUT: '1',
      DOTNET_NOLOGO: '1',
      MSBUILDDISABLENODEREUSE: '1',
    },
    timeoutSeconds: 600,
    signal,
  });
}

function moveIntoPlace(built: string, finished: string): void {
  try {
    renameSync(built, finished);
  } catch (error) {
    // Another process was faster; its build is of the same sources.
    if (!existsSync(join(finished, ASSEMBLY))) {
      throw error;
    }
  }
}
