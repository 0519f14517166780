import type { ComponentParameter, ExecutePowerShellStep } from './component-document';
import { runScript } from './run-script';

/** The parameters that `assertHost` refers to. */
export const HOST_PARAMETERS: readonly ComponentParameter[] = [
  { name: 'ExpectedBuild', description: 'The build of the release that is baked, such as 20348.' },
  { name: 'WindowsOs', description: 'The release and edition that is baked, such as SERVER_2022_CORE.' },
];

/**
 * The step with which work on a host begins: release and edition are the ordered ones, no restart is pending, Docker is
 * there, and the revision is still the one that an earlier such step recorded.
 */
export function assertHost(): ExecutePowerShellStep {
  return runScript({
    name: 'AssertHost',
    script: 'steps\\Assert-Host.ps1',
    parameters: { ExpectedBuild: '{{ ExpectedBuild }}', Os: '{{ WindowsOs }}' },
    timeoutSeconds: 900,
  });
}
