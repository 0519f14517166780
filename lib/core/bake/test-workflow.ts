import type { TestWorkflowDocument, WorkflowStep } from './workflow-document';

const INSTANCE = { 'instanceId.$': '$.stepOutputs.LaunchTestInstance.instanceId' };

const COLLECT_FINDINGS: WorkflowStep = {
  name: 'CollectImageScanFindings',
  action: 'CollectImageScanFindings',
  onFailure: 'Abort',
  inputs: INSTANCE,
};

/**
 * Tries the AMI on an instance of its own; where a test fails, the image fails. With `scans` the findings of Amazon
 * Inspector about that instance are collected too.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html
 */
export function testWorkflow({ scans }: { readonly scans: boolean }): TestWorkflowDocument {
  return {
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
      ...(scans ? [COLLECT_FINDINGS] : []),
      {
        name: 'TerminateTestInstance',
        action: 'TerminateInstance',
        onFailure: 'Continue',
        inputs: INSTANCE,
      },
    ],
  };
}
