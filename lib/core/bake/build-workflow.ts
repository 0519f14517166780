import type { BuildWorkflowDocument } from './workflow-document';

const INSTANCE = { 'instanceId.$': '$.stepOutputs.LaunchBuildInstance.instanceId' };

/**
 * Makes the AMI, in the order of the service's own workflow. The output `instanceId` of its `LaunchInstance` step tells
 * which image manifest belongs to a build.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html
 */
export const BUILD_WORKFLOW: BuildWorkflowDocument = {
  name: 'winbake-build',
  description: 'Builds an AMI, and hands it on to the stages that follow.',
  schemaVersion: 1.0,
  steps: [
    {
      name: 'LaunchBuildInstance',
      action: 'LaunchInstance',
      onFailure: 'Abort',
      inputs: { waitFor: 'ssmAgent' },
    },
    {
      name: 'ApplyBuildComponents',
      action: 'ExecuteComponents',
      onFailure: 'Abort',
      // The service has 12 h. Our steps alone may take as long with all of their attempts, and own components run as well.
      timeoutSeconds: 16 * 3600,
      inputs: INSTANCE,
    },
    // What is installed is told for information; a bake does not fail for it.
    {
      name: 'InventoryCollection',
      action: 'CollectImageMetadata',
      onFailure: 'Continue',
      inputs: INSTANCE,
    },
    {
      name: 'RunSysPrepScript',
      action: 'RunSysPrep',
      onFailure: 'Abort',
      inputs: INSTANCE,
    },
    {
      name: 'CreateOutputAMI',
      action: 'CreateImage',
      onFailure: 'Abort',
      inputs: INSTANCE,
    },
    {
      name: 'TerminateBuildInstance',
      action: 'TerminateInstance',
      onFailure: 'Continue',
      inputs: INSTANCE,
    },
  ],
  outputs: [{ name: 'ImageId', value: '$.stepOutputs.CreateOutputAMI.imageId' }],
};
