import { join } from 'node:path';
import { packageRoot } from '../package-root';
import { buildPowerShellHost } from './build-powershell-host';
import { findOnPath } from './find-on-path';

/** A PowerShell that was found on this computer, or the host that stands in for one. */
export interface PowerShell {
  readonly command: string;
  /** What comes before the script file and its arguments. */
  readonly args: readonly string[];
  readonly kind: 'pwsh' | 'powershell' | 'host';
}

/** Where to look for a PowerShell; every default is right but for tests. */
export interface PowerShellSearch {
  /** Called with a line about each long step. */
  readonly onProgress?: (line: string) => void;
  /** The search path. Default: PATH of this process. */
  readonly searchPath?: string;
  /** Where built hosts are kept. Default: `node_modules/.cache/winbake/powershell-host` of this package. */
  readonly cache?: string;
  /** Ends a build that is under way. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File'];

/**
 * Finds `pwsh` or `powershell`; else builds the project's own host where the .NET SDK is found; else undefined.
 * Throws a `WinbakeError` with code `REHEARSAL_FAILED` where the host cannot be built.
 */
export async function findPowerShell(search: PowerShellSearch = {}): Promise<PowerShell | undefined> {
  for (const kind of ['pwsh', 'powershell'] as const) {
    const command = findOnPath(kind, search.searchPath);
    if (command !== undefined) {
      return { command, args: OPTIONS, kind };
    }
  }
  const dotnet = findOnPath('dotnet', search.searchPath);
  if (dotnet === undefined) {
    return undefined;
  }
  const root = packageRoot();
  const assembly = await buildPowerShellHost({
    dotnet,
    sources: join(root, 'scripts', 'powershell-host'),
    cache: search.cache ?? join(root, 'node_modules', '.cache', 'winbake', 'powershell-host'),
    onProgress: search.onProgress,
    signal: search.signal,
  });
  return { command: dotnet, args: [assembly, ...OPTIONS], kind: 'host' };
}
