import { Scalar, stringify } from 'yaml';

/**
 * How long a build may take before the rebake ends it: more than the limits of all steps of build, test and distribution
 * together, so that a build which Image Builder still works at is never ended.
 */
export const BAKE_LIMIT_SECONDS = 72 * 3600;

/** The time between two polls at a build that is under way, in seconds, for as long as a bake usually takes. */
export const FOLLOW_INTERVAL_SECONDS = 120;

/** How often a build is looked at in that interval: for four hours. */
export const FOLLOW_POLLS = 120;

/** The time between two later polls, in seconds; each poll has 11 events, of which an execution may have 25,000. */
export const FOLLOW_LATE_INTERVAL_SECONDS = 900;

/** How often a build is polled before it is ended. */
export const MOST_POLLS =
  FOLLOW_POLLS +
  Math.ceil((BAKE_LIMIT_SECONDS - FOLLOW_POLLS * FOLLOW_INTERVAL_SECONDS) / FOLLOW_LATE_INTERVAL_SECONDS);

/**
 * What a budget of hours counts for a bake: three times what one usually takes, and two hours for a scan of the AMI, of which
 * AWS names no limit and an example of an hour and a half. The limits of steps are no plan; they end what hangs.
 * @see https://docs.aws.amazon.com/inspector/latest/user/machine-image-on-demand.html
 */
export function plannedBakeHours({ scans }: { readonly scans: boolean }): number {
  return scans ? 10 : 8;
}

/**
 * A workflow document of Image Builder: what it does around the components, step by step. Only what Winbake uses is typed.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-overview.html
 */
interface WorkflowDocument {
  readonly name: string;
  readonly description: string;
  readonly schemaVersion: 1.0;
  readonly steps: readonly WorkflowStep[];
}

/**
 * A workflow of the build stage. Image Builder refuses one that does not hand on its AMI under the name `ImageId`.
 *
 * @see https://github.com/CloudSnorkel/cdk-github-runners/pull/812
 */
export interface BuildWorkflowDocument extends WorkflowDocument {
  readonly outputs: readonly [ImageIdOutput];
}

/** Hands the AMI of a `CreateImage` step on to the stages of test and distribution. */
interface ImageIdOutput {
  readonly name: 'ImageId';
  readonly value: `$.stepOutputs.${string}.imageId`;
}

/** A workflow of the test stage, which nothing is handed on from. */
export interface TestWorkflowDocument extends WorkflowDocument {
  readonly outputs?: never;
}

/** What a step may do. */
type WorkflowAction =
  | 'LaunchInstance'
  | 'ExecuteComponents'
  | 'CollectImageMetadata'
  | 'RunSysPrep'
  | 'CreateImage'
  | 'TerminateInstance';

/** One step of a workflow. */
interface WorkflowStep {
  readonly name: string;
  readonly action: WorkflowAction;
  /** `Abort` fails the workflow, and so the image. */
  readonly onFailure: 'Abort' | 'Continue';
  /** Left out, it is the service's own limit for the action, which is far above what a bake takes. */
  readonly timeoutSeconds?: number;
  readonly inputs: Readonly<Record<string, string>>;
}

/** The name of the step that runs the components of a build. */
export const BUILD_COMPONENTS_STEP = 'ApplyBuildComponents';

const BUILD_INSTANCE = { 'instanceId.$': '$.stepOutputs.LaunchBuildInstance.instanceId' };

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
      name: BUILD_COMPONENTS_STEP,
      action: 'ExecuteComponents',
      onFailure: 'Abort',
      // As much as the service takes. Our steps may take 18 h with all of their attempts, and own components run as well.
      timeoutSeconds: 24 * 3600,
      inputs: BUILD_INSTANCE,
    },
    // What is installed is reported for information; a bake does not fail for it.
    {
      name: 'InventoryCollection',
      action: 'CollectImageMetadata',
      onFailure: 'Continue',
      inputs: BUILD_INSTANCE,
    },
    {
      name: 'RunSysPrepScript',
      action: 'RunSysPrep',
      onFailure: 'Abort',
      inputs: BUILD_INSTANCE,
    },
    {
      name: 'CreateOutputAMI',
      action: 'CreateImage',
      onFailure: 'Abort',
      inputs: BUILD_INSTANCE,
    },
    {
      name: 'TerminateBuildInstance',
      action: 'TerminateInstance',
      onFailure: 'Continue',
      inputs: BUILD_INSTANCE,
    },
  ],
  outputs: [{ name: 'ImageId', value: '$.stepOutputs.CreateOutputAMI.imageId' }],
};

/** The YAML of a workflow document, keys in the order of Image Builder's own. */
export function renderWorkflow({
  steps,
  outputs,
  ...head
}: BuildWorkflowDocument | TestWorkflowDocument): string {
  const schemaVersion = new Scalar(head.schemaVersion);
  schemaVersion.minFractionDigits = 1;
  const document = { ...head, schemaVersion, steps, ...(outputs === undefined ? {} : { outputs }) };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

const TEST_INSTANCE = { 'instanceId.$': '$.stepOutputs.LaunchTestInstance.instanceId' };

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
      inputs: TEST_INSTANCE,
    },
    {
      name: 'TerminateTestInstance',
      action: 'TerminateInstance',
      onFailure: 'Continue',
      inputs: TEST_INSTANCE,
    },
  ],
};

/** The names of the steps that launch an instance. */
export const LAUNCH_STEPS: readonly string[] = [...BUILD_WORKFLOW.steps, ...TEST_WORKFLOW.steps]
  .filter(({ action }) => action === 'LaunchInstance')
  .map(({ name }) => name);
