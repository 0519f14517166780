import type { WorkflowDocument } from './workflow-document';

const INSTANCE = { 'instanceId.$': '$.stepOutputs.LaunchBuildInstance.instanceId' };

/**
 * Makes the AMI, in the order of the service's own workflow. The output `instanceId` of its `LaunchInstance` step tells
 * which image manifest belongs to a build.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html
 */
export const BUILD_WORKFLOW: WorkflowDocument = {
  name: 'winbake-build',
  description: 'Builds an AMI and gives up in time.',
  schemaVersion: 1.0,
  steps: [
    {
      name: 'LaunchBuildInstance',
      action: 'LaunchInstance',
      onFailure: 'Abort',
      timeoutSeconds: 1800,
      inputs: { waitFor: 'ssmAgent' },
    },
    {
      name: 'ApplyBuildComponents',
      action: 'ExecuteComponents',
      onFailure: 'Abort',
      timeoutSeconds: 14_400,
      inputs: INSTANCE,
    },
    // What is installed is told for information; a bake does not fail for it.
    {
      name: 'InventoryCollection',
      action: 'CollectImageMetadata',
      onFailure: 'Continue',
      timeoutSeconds: 600,
      inputs: INSTANCE,
    },
    {
      name: 'RunSysPrepScript',
      action: 'RunSysPrep',
      onFailure: 'Abort',
      timeoutSeconds: 3000,
      inputs: INSTANCE,
    },
    {
      name: 'CreateOutputAMI',
      action: 'CreateImage',
      onFailure: 'Abort',
      timeoutSeconds: 3000,
      inputs: INSTANCE,
    },
    {
      name: 'TerminateBuildInstance',
      action: 'TerminateInstance',
      onFailure: 'Continue',
      timeoutSeconds: 300,
      inputs: INSTANCE,
    },
  ],
};
