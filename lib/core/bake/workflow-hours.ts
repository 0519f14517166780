import { BUILD_WORKFLOW } from './build-workflow';
import { TEST_WORKFLOW } from './test-workflow';

/**
 * What is reckoned for a scan of the AMI. AWS names no limit; its example of a scan took an hour and a half.
 * @see https://docs.aws.amazon.com/inspector/latest/user/machine-image-on-demand.html
 */
const SCAN_HOURS = 2;

/** The longest that build and test can take before Image Builder gives up, in hours; copies to other regions come after it. */
export function workflowHours({ scans }: { readonly scans: boolean }): number {
  return (
    (scans ? SCAN_HOURS : 0) +
    [BUILD_WORKFLOW, TEST_WORKFLOW]
      .flatMap(({ steps }) => steps.map((step) => step.timeoutSeconds))
      .reduce((sum, seconds) => sum + seconds, 0) /
      3600
  );
}
