/** The stages that a workflow may be of. */
export type Stage = 'BUILD' | 'TEST' | 'DISTRIBUTION';

/** What a step of a workflow may do. */
export interface WorkflowAction {
  /** How long a step may take that names no limit, in minutes. */
  readonly preset: number;
  /** The longest limit that a step may name, in minutes. */
  readonly most: number;
  /** The inputs without which it is refused; each may end in `.$`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The stages that it may be in; left out, it may be in all. */
  readonly stages?: readonly Stage[];
}

const HOUR = 60;
const HALF_A_DAY = 12 * HOUR;
const INSTANCE = ['instanceId'];
const COMMAND = ['runCommandId', 'status', 'output'];
const DISTRIBUTION: readonly Stage[] = ['DISTRIBUTION'];

/**
 * Every action of a workflow.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html
 */
export const WORKFLOW_ACTIONS: Readonly<Record<string, WorkflowAction>> = {
  ApplyImageConfigurations: {
    preset: 6 * HOUR,
    most: HALF_A_DAY,
    // Older documents name the configurations alone.
    inputs: [],
    outputs: ['configuredImages'],
    stages: DISTRIBUTION,
  },
  BootstrapInstanceForContainer: { preset: HOUR, most: HALF_A_DAY, inputs: INSTANCE, outputs: COMMAND },
  CollectImageMetadata: {
    preset: 30,
    most: HALF_A_DAY,
    inputs: INSTANCE,
    outputs: ['osVersion', 'associationId'],
  },
  CollectImageScanFindings: {
    preset: 2 * HOUR,
    most: HALF_A_DAY,
    inputs: INSTANCE,
    outputs: COMMAND,
    stages: ['TEST'],
  },
  CreateImage: { preset: HALF_A_DAY, most: 72 * HOUR, inputs: INSTANCE, outputs: ['imageId'] },
  CreateImageFromIso: {
    preset: HALF_A_DAY,
    most: HALF_A_DAY,
    inputs: INSTANCE,
    outputs: ['amiName', 'snapshotId', 'architecture', 'imageId'],
  },
  DistributeContainerImage: {
    preset: 2 * HOUR,
    most: HALF_A_DAY,
    inputs: INSTANCE,
    outputs: ['status', 'succeededRegions', 'failedRegions'],
    stages: DISTRIBUTION,
  },
  DistributeImage: {
    preset: 6 * HOUR,
    most: HALF_A_DAY,
    inputs: [],
    outputs: ['distributedImages'],
    stages: DISTRIBUTION,
  },
  ExecuteComponents: {
    preset: HALF_A_DAY,
    most: 24 * HOUR,
    inputs: INSTANCE,
    outputs: COMMAND,
    stages: ['BUILD', 'TEST'],
  },
  ExecuteStateMachine: {
    preset: 6 * HOUR,
    most: 24 * HOUR,
    inputs: ['stateMachineArn'],
    outputs: ['executionArn', 'output'],
  },
  LaunchInstance: { preset: 75, most: HALF_A_DAY, inputs: ['waitFor'], outputs: INSTANCE },
  ModifyImageAttributes: {
    preset: 2 * HOUR,
    most: 3 * HOUR,
    inputs: [],
    outputs: ['modifiedImages'],
    stages: DISTRIBUTION,
  },
  RegisterImage: { preset: 9 * HOUR, most: HALF_A_DAY, inputs: [], outputs: ['imageId'] },
  RunCommand: {
    preset: HALF_A_DAY,
    most: HALF_A_DAY,
    inputs: ['instanceId', 'documentName'],
    outputs: COMMAND,
  },
  RunSysPrep: { preset: HOUR, most: HALF_A_DAY, inputs: INSTANCE, outputs: COMMAND },
  SanitizeInstance: { preset: HOUR, most: HALF_A_DAY, inputs: INSTANCE, outputs: COMMAND },
  TerminateInstance: { preset: 30, most: HALF_A_DAY, inputs: INSTANCE, outputs: [] },
  WaitForAction: { preset: 72 * HOUR, most: 7 * 24 * HOUR, inputs: [], outputs: ['action', 'reason'] },
  WaitForSSMAgent: { preset: HOUR, most: 3 * HOUR, inputs: INSTANCE, outputs: ['status'] },
};

/** The action of that name. */
export function workflowAction(name: unknown): WorkflowAction | undefined {
  return typeof name === 'string' && Object.hasOwn(WORKFLOW_ACTIONS, name)
    ? WORKFLOW_ACTIONS[name]
    : undefined;
}
