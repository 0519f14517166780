import { findPowerShell } from '../../../sim/windows/powershell/find-powershell';
import type { PowerShellSession } from '../../../sim/windows/powershell/powershell-session';

/** Of `test/support/worker-environment.ts`. */
declare const powerShellOfWorker: () => PowerShellSession;

/** The PowerShell of this computer, restored if need be; fails where there is none. */
export async function requirePowerShell(): Promise<PowerShellSession> {
  const session = powerShellOfWorker();
  await session.prepare();
  return session;
}

/**
 * `describe` for tests that run PowerShell. If there is none they fail: skipping proves nothing.
 */
export function describeWithPowerShell(name: string, tests: () => void): void {
  const reason = whyNone();
  if (reason === undefined) {
    describe(name, tests);
    return;
  }
  test(name, () => {
    throw new Error(reason);
  });
}

function whyNone(): string | undefined {
  try {
    findPowerShell();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
