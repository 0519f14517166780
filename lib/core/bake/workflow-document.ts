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

/** What a step may do. */
export type WorkflowAction =
  | 'LaunchInstance'
  | 'ExecuteComponents'
  | 'CollectImageMetadata'
  | 'RunSysPrep'
  | 'CreateImage'
  | 'TerminateInstance';

/** One step of a workflow; without a limit of ours a step may take the hours that the service allows it. */
export interface WorkflowStep {
  readonly name: string;
  readonly action: WorkflowAction;
  /** `Abort` fails the workflow, and so the image. */
  readonly onFailure: 'Abort' | 'Continue';
  readonly timeoutSeconds: number;
  readonly inputs: Readonly<Record<string, string>>;
}
