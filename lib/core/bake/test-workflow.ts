import type { TestWorkflowDocument } from './workflow-document';

const INSTANCE = { 'instanceId.$': '$.stepOutputs.LaunchTestInstance.instanceId' };

/**
 * Tries the AMI on an instance of its own; where a test fails, the image fails. A scan of the AMI needs no step: Image Builder
 * starts it and waits for it in the test phase by itself.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html
 */
export const TEST_WORKFLOW: TestWorkflowDocument = {
  name: 'winbake-test',
  description: 'Tries an AMI, and fails it where a test fails.',
  schemaVersion: 1.0,
  steps: [
    {
      name: 'LaunchTestInstance',
      action: 'LaunchInstance',
      onFailure: 'Abort',
      inputs: { waitFor: 'ssmAgent' },
    },
    {
      name: 'ApplyTestComponents',
      action: 'ExecuteComponents',
      onFailure: 'Abort',
      inputs: INSTANCE,
    },
    {
      name: 'TerminateTestInstance',
      action: 'TerminateInstance',
      onFailure: 'Continue',
      inputs: INSTANCE,
    },
  ],
};
