import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPowerShellHost } from '../../../lib/rehearsal/powershell/build-powershell-host';
import { findOnPath } from '../../../lib/rehearsal/powershell/find-on-path';
import { findPowerShell, type PowerShell } from '../../../lib/rehearsal/powershell/find-powershell';
import { runProcess, type ProcessResult } from '../../../lib/rehearsal/powershell/run-process';

/** A cold cache means a build of the host: the first test that asks for it waits that long. */
export const BUILD_TIMEOUT = 300_000;

/** The PowerShell of this computer, built if need be; fails where there is none. */
export async function requirePowerShell(): Promise<PowerShell> {
  const shell = await findPowerShell();
  if (shell === undefined) {
    throw new Error('Neither pwsh, powershell nor dotnet is on PATH.');
  }
  return shell;
}

/**
 * `describe` for tests that run PowerShell. Where one of the wanted programs is needed and none is there, the tests are
 * shown as skipped with the reason; under CI they fail, since there skipping would prove nothing.
 */
export function describeWithPowerShell(
  name: string,
  tests: () => void,
  anyOf: readonly string[] = ['pwsh', 'powershell', 'dotnet'],
): void {
  if (anyOf.some((program) => findOnPath(program) !== undefined)) {
    describe(name, tests);
    return;
  }
  const reason = `needs one of ${anyOf.join(', ')} on PATH, and none is there`;
  if (process.env['CI'] === 'true') {
    describe(name, () => {
      test(reason, () => {
        throw new Error(`${name} ${reason}.`);
      });
    });
    return;
  }
  // Jest shows the names of skipped tests only on request.
  process.stderr.write(`${name}: skipped, ${reason}.\n`);
  describe.skip(`${name} (skipped: ${reason})`, tests);
}

const ROOT = join(__dirname, '..', '..', '..');

/** The project's own PowerShell host, built if need be, whether or not a real PowerShell is here. */
export async function projectHost(): Promise<PowerShell> {
  const dotnet = findOnPath('dotnet');
  if (dotnet === undefined) {
    throw new Error('dotnet is not on PATH.');
  }
  const assembly = await buildPowerShellHost({
    dotnet,
    sources: join(ROOT, 'scripts', 'powershell-host'),
    cache: join(ROOT, 'node_modules', '.cache', 'winbake', 'powershell-host'),
  });
  return { command: dotnet, args: [assembly, '-NoProfile', '-NonInteractive', '-File'], kind: 'host' };
}

/** Runs the project's own PowerShell host with any arguments. */
export async function runHost(args: readonly string[], cwd: string = tmpdir()): Promise<ProcessResult> {
  const { command, args: own } = await projectHost();
  const [assembly = ''] = own;
  return runProcess({ command, args: [assembly, ...args], cwd, env: process.env, timeoutSeconds: 60 });
}
