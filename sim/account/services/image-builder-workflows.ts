import type {
  GetWorkflowStepExecutionResponse,
  WorkflowExecutionMetadata,
  WorkflowExecutionStatus,
  WorkflowStepExecutionStatus,
} from '@aws-sdk/client-imagebuilder';
import { digitsOf } from '../../aws/cloudformation/physical-names';
import type { Recipe } from '../../aws/image-builder/read-recipe';
import type { BakeOutcome } from '../../aws/image-builder/run-bake';
import { workflowRuns, type PipelineWorkflow } from '../../aws/image-builder/workflows';
import type { Place } from '../commands/command-row';

/** For how long a failed test is rolled back after its image has failed, in seconds; invented. */
const ROLLBACK_SECONDS = 5 * 60;

/** An image of a pipeline: what came of it is known from the beginning, and shown once the clock has passed its end. */
export interface SimulatedBuild {
  readonly arn: string;
  readonly pipelineArn: string;
  readonly recipe: Recipe;
  readonly place: Place;
  readonly tags: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  readonly outcome: BakeOutcome;
  /** The executions before its test was tried again, since when `startedAt` and the recipe's workflows are of the test alone. */
  readonly earlier: readonly WorkflowExecution[];
  endsAt: Date;
  isCancelled: boolean;
  /** By region, once it has ended well. */
  amis?: Readonly<Record<string, string>>;
}

/** A step as `GetWorkflowStepExecution` tells it; the list leaves out `onFailure` and `timeoutSeconds`. */
type StepExecution = Pick<
  GetWorkflowStepExecutionResponse,
  'stepExecutionId' | 'name' | 'action' | 'status' | 'outputs' | 'startTime' | 'onFailure' | 'timeoutSeconds'
>;

/** The execution of a workflow, with its steps. */
export interface WorkflowExecution extends WorkflowExecutionMetadata {
  readonly steps: readonly StepExecution[];
}

/** How the workflows of an image stand now; a stage that was not reached is not reported. */
export function executionsOf(build: SimulatedBuild, now: Date): readonly WorkflowExecution[] {
  const { arn, earlier, endsAt, recipe, startedAt } = build;
  const runs = runsOf(build, now).map(({ status, steps }, index) => {
    const workflow = recipe.workflows[index];
    const begin = index === 0 ? startedAt : middleOf(build);
    const isOver = endsAt <= now;
    const end = index === 0 && recipe.workflows.length > 1 ? middleOf(build) : endsAt;
    return {
      workflowExecutionId: executionId(arn, earlier.length + index),
      workflowBuildVersionArn: workflow?.arn,
      type: workflow?.type,
      status: status as WorkflowExecutionStatus,
      totalStepCount: steps.length,
      startTime: begin.toISOString(),
      ...(isOver ? { endTime: (status === 'COMPLETED' ? end : endsAt).toISOString() } : {}),
      steps: steps.map((step, number) => {
        const { action, timeoutSeconds } = workflow?.steps[number] ?? {};
        const instanceId =
          workflow?.type === 'TEST' ? build.outcome.testInstanceId : build.outcome.buildInstanceId;
        const isLaunched = action === 'LaunchInstance' && step.status === 'COMPLETED';
        return {
          stepExecutionId: `step-${uuidOf(`${arn} ${earlier.length + index} ${step.name}`)}`,
          name: step.name,
          action,
          status: step.status as WorkflowStepExecutionStatus,
          onFailure: step.onFailure,
          timeoutSeconds,
          startTime: new Date(begin.getTime() + number * 1000).toISOString(),
          // A failed step leaves no message.
          ...(isLaunched ? { outputs: JSON.stringify({ instanceId }) } : {}),
        };
      }),
    };
  });
  return [...earlier, ...runs];
}

/** The id of the execution of a workflow of an image. */
export function executionId(imageArn: string, index: number): string {
  return `wf-${uuidOf(`${imageArn} ${index}`)}`;
}

function runsOf({ endsAt, isCancelled, outcome, recipe }: SimulatedBuild, now: Date) {
  const { failure } = outcome;
  if (endsAt > now || isCancelled) {
    return recipe.workflows.slice(0, 1).map((one) => underWay(one, isCancelled ? 'CANCELLED' : 'RUNNING'));
  }
  const rolledBackAt = endsAt.getTime() + ROLLBACK_SECONDS * 1000;
  const step =
    failure && (failure.launched ? `Apply${failure.stage}Components` : `Launch${failure.stage}Instance`);
  return workflowRuns(recipe.workflows, step, now.getTime() >= rolledBackAt);
}

function underWay({ steps }: PipelineWorkflow, status: 'RUNNING' | 'CANCELLED') {
  return {
    status,
    steps: steps.map(({ action, name, onFailure }) => ({
      name,
      onFailure,
      status: action === 'LaunchInstance' ? 'COMPLETED' : status,
    })),
  };
}

function middleOf({ endsAt, startedAt }: SimulatedBuild): Date {
  return new Date((startedAt.getTime() + endsAt.getTime()) / 2);
}

function uuidOf(name: string): string {
  const digits = digitsOf(name, 32);
  const parts = [0, 8, 12, 16, 20].map((start, index, starts) => digits.slice(start, starts[index + 1]));
  return parts.join('-');
}
