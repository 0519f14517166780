import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { workflowAction } from '../../../lib/core/aws-rules/image-builder/workflow-actions';
import type { WorkflowRun } from '../../../lib/core/bake/bake-end';
import { BUILD_WORKFLOW, TEST_WORKFLOW } from '../../../lib/core/image-builder/workflows';
import { unmodelled } from '../cloudformation/environment';
import type { StackModel } from '../cloudformation/stack-model';
import { documentOf, requireRules } from './held-to-rules';
import { findResource, objectsOf, textOf } from './recipe-component';

/** The actions of which the rehearsal knows what they do. */
const MODELLED = [
  'ApplyImageConfigurations',
  'CollectImageMetadata',
  'CollectImageScanFindings',
  'CreateImage',
  'DistributeImage',
  'ExecuteComponents',
  'LaunchInstance',
  'ModifyImageAttributes',
  'RunSysPrep',
  'TerminateInstance',
];

/** A workflow of a pipeline, as far as the rehearsal reads it. */
export interface PipelineWorkflow {
  readonly arn: string;
  readonly type: 'BUILD' | 'TEST';
  readonly steps: readonly PipelineWorkflowStep[];
  /** The names of its outputs. */
  readonly outputs: readonly string[];
}

/** One step of such a workflow. */
export interface PipelineWorkflowStep {
  readonly name: string;
  readonly action: string;
  readonly onFailure: string;
  /** Its own limit of time, or the service's. */
  readonly timeoutSeconds: number;
}

/** Reads the workflows that a pipeline names; one that names none has those of the service. */
export function readWorkflows(
  stacks: readonly StackModel[],
  pipeline: JsonObject,
): readonly PipelineWorkflow[] {
  const named = objectsOf(pipeline['Workflows']).map((one) =>
    readWorkflow(stacks, textOf(one, 'WorkflowArn')),
  );
  // Ours have the steps of the service's own.
  return named.length > 0
    ? named
    : [workflowOf('build-image', 'BUILD', BUILD_WORKFLOW), workflowOf('test-image', 'TEST', TEST_WORKFLOW)];
}

/**
 * Why Image Builder refuses a pipeline for its workflows, and an image of it, in its own words; undefined where it does not.
 * It has been seen to refuse both.
 *
 * @see https://github.com/CloudSnorkel/cdk-github-runners/pull/812
 * @see https://github.com/aws-samples/amazon-ec2-image-builder-samples/tree/main/workflows/packer-build
 */
export function refusedWorkflows(workflows: readonly PipelineWorkflow[]): string | undefined {
  const silent = workflows.find(({ outputs, type }) => type === 'BUILD' && !outputs.includes('ImageId'));
  return silent === undefined
    ? undefined
    : "The value supplied for parameter 'workflows' is not valid. " +
        `Build workflow must have output named ImageId to build AMI. Workflow ARN: ${silent.arn}.`;
}

/** How the workflows of an image ended. */
interface WorkflowEnd {
  /** The step that ended them; undefined where they ended well. */
  readonly failedStep: string | undefined;
  /** Steps with `Continue` that failed before. */
  readonly continued: readonly string[];
  readonly isRolledBack: boolean;
}

/**
 * How the workflows of an image stand in the API once it has ended, by a step that failed or well; a stage that was not reached
 * is not reported.
 */
export function workflowRuns(
  workflows: readonly PipelineWorkflow[],
  { continued, failedStep, isRolledBack }: WorkflowEnd,
): readonly WorkflowRun[] {
  const failed = workflows.findIndex(({ steps }) => steps.some(({ name }) => name === failedStep));
  return workflows.slice(0, failed === -1 ? undefined : failed + 1).map((workflow, index) => ({
    stage: workflow.type,
    status: index === failed ? failedStatus(workflow, isRolledBack) : 'COMPLETED',
    steps: stepsOf(workflow, index === failed ? failedStep : undefined, continued),
  }));
}

/**
 * A failed test workflow ends as rolled back.
 * @see https://github.com/aws-samples/amazon-ec2-image-builder-samples/tree/main/workflows/step-functions-integration
 */
function failedStatus({ type }: PipelineWorkflow, isRolledBack: boolean): string {
  if (type === 'BUILD') {
    return 'FAILED';
  }
  return isRolledBack ? 'ROLLBACK_COMPLETED' : 'ROLLBACK_IN_PROGRESS';
}

/**
 * What comes after the step that failed never begins, but a workflow goes on after one with `Continue`; a failed component leaves
 * no message.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-overview.html
 */
function stepsOf(
  { arn, steps }: PipelineWorkflow,
  failedStep: string | undefined,
  continued: readonly string[],
): WorkflowRun['steps'] {
  const failed = steps.findIndex(({ name }) => name === failedStep);
  return steps.map(({ name, onFailure }, index) => {
    const goesOn = index !== failed && continued.includes(name);
    if (goesOn && !/^continue$/i.test(onFailure)) {
      throw unmodelled(`the workflow ${arn}, which goes on after ${name}, a step with ${onFailure}`);
    }
    const isReached = failed === -1 || index < failed;
    const isFailed = index === failed || (goesOn && isReached);
    return { name, onFailure, status: isFailed ? 'FAILED' : isReached ? 'COMPLETED' : 'PENDING' };
  });
}

function readWorkflow(stacks: readonly StackModel[], arn: string): PipelineWorkflow {
  const found = findResource(stacks, 'AWS::ImageBuilder::Workflow', arn, ['Type', 'Data']);
  if (found === undefined) {
    throw unmodelled(`the workflow ${arn}, which is not in the assembly`);
  }
  const type = textOf(found.properties, 'Type');
  if (type !== 'BUILD' && type !== 'TEST') {
    throw unmodelled(`a workflow of the type ${type}`);
  }
  requireRules('workflow', `workflow ${arn}`, documentOf(found));
  return workflowOf(arn, type, parse(textOf(found.properties, 'Data')));
}

function workflowOf(arn: string, type: PipelineWorkflow['type'], document: unknown): PipelineWorkflow {
  const { outputs, steps } = isJsonObject(document) ? document : {};
  return {
    arn,
    type,
    steps: objectsOf(steps).map((step) => stepOf(arn, step)),
    outputs: objectsOf(outputs).map((output) => textOf(output, 'name')),
  };
}

function stepOf(arn: string, step: JsonObject): PipelineWorkflowStep {
  const action = textOf(step, 'action');
  const limits = workflowAction(action);
  if (limits === undefined || !MODELLED.includes(action)) {
    throw unmodelled(`the action ${action} of workflow ${arn}`);
  }
  const { onFailure = 'Abort', timeoutSeconds = limits.preset * 60 } = step;
  return {
    name: textOf(step, 'name'),
    action,
    onFailure: String(onFailure),
    timeoutSeconds: Number(timeoutSeconds),
  };
}
