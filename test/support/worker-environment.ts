import { TestEnvironment } from 'jest-environment-node';
import { findPowerShell } from '../../sim/windows/powershell/find-powershell';
import { PowerShellSession } from '../../sim/windows/powershell/powershell-session';

let session: PowerShellSession | undefined;

/** Gives the test files of a worker one PowerShell, which has compiled for the next one what it ran for the last. */
export default class WorkerEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    this.global['powerShellOfWorker'] = () => (session ??= new PowerShellSession(findPowerShell(), false));
  }
}
