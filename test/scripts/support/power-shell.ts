import { findPowerShell } from '../../../sim/windows/powershell/find-powershell';
import { PowerShellSession } from '../../../sim/windows/powershell/powershell-session';

/** One process serves all tests of a file; it starts with the first script. */
let session: PowerShellSession | undefined;
afterAll(() => session?.close());

/** The PowerShell of this computer, restored if need be; fails where there is none. */
export async function requirePowerShell(): Promise<PowerShellSession> {
  session ??= new PowerShellSession(findPowerShell());
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
