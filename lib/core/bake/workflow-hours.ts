import { BUILD_WORKFLOW } from './build-workflow';
import { testWorkflow } from './test-workflow';

/** The longest that build and test can take before Image Builder gives up, in hours; copies to other regions come after it. */
export function workflowHours(options: { readonly scans: boolean }): number {
  return (
    [BUILD_WORKFLOW, testWorkflow(options)]
      .flatMap(({ steps }) => steps.map((step) => step.timeoutSeconds))
      .reduce((sum, seconds) => sum + seconds, 0) / 3600
  );
}
