/**
 * A workflow document of Image Builder: what it does around the components, step by step. Only what Winbake uses is typed.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-overview.html
 */
export interface WorkflowDocument {
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
export interface ImageIdOutput {
  readonly name: 'ImageId';
  readonly value: `$.stepOutputs.${string}.imageId`;
}

/** A workflow of the test stage, which nothing is handed on from. */
export interface TestWorkflowDocument extends WorkflowDocument {
  readonly outputs?: never;
}

/** What a step may do. */
export type WorkflowAction =
  | 'LaunchInstance'
  | 'ExecuteComponents'
  | 'CollectImageMetadata'
  | 'RunSysPrep'
  | 'CreateImage'
  | 'TerminateInstance';

/** One step of a workflow. */
export interface WorkflowStep {
  readonly name: string;
  readonly action: WorkflowAction;
  /** `Abort` fails the workflow, and so the image. */
  readonly onFailure: 'Abort' | 'Continue';
  /** Left out, it is the service's own limit for the action, which is far above what a bake takes. */
  readonly timeoutSeconds?: number;
  readonly inputs: Readonly<Record<string, string>>;
}
