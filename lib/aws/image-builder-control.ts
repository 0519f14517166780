import { randomUUID } from 'node:crypto';
import {
  CancelImageCreationCommand,
  GetWorkflowStepExecutionCommand,
  paginateListWorkflowExecutions,
  paginateListWorkflowStepExecutions,
  type ImagebuilderClient,
  type WorkflowStepMetadata,
} from '@aws-sdk/client-imagebuilder';
import { failedStepIn, type StepRun, type WorkflowRun } from '../core/bake/bake-end';
import type { BakeControl } from '../core/ports/bakes';
import { launchedInstances } from './image-builder-builds';

/**
 * What Image Builder tells of a build's workflows, and how a build is ended.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ListWorkflowStepExecutions.html
 */
export function imageBuilderControl(client: ImagebuilderClient): BakeControl {
  return {
    failedStep: async (imageBuildVersionArn) =>
      failedStepIn(await workflowRuns(client, imageBuildVersionArn)),
    launchedInstances: (imageBuildVersionArn) => launchedInstances(client, imageBuildVersionArn),
    cancel: async (imageBuildVersionArn) => {
      await client.send(new CancelImageCreationCommand({ imageBuildVersionArn, clientToken: randomUUID() }));
    },
  };
}

async function workflowRuns(
  client: ImagebuilderClient,
  imageBuildVersionArn: string,
): Promise<readonly WorkflowRun[]> {
  const runs: WorkflowRun[] = [];
  for await (const { workflowExecutions = [] } of paginateListWorkflowExecutions(
    { client },
    { imageBuildVersionArn },
  )) {
    for (const { status = 'UNKNOWN', workflowExecutionId } of workflowExecutions) {
      runs.push({ status, steps: await stepRuns(client, workflowExecutionId) });
    }
  }
  return runs;
}

/** The steps that failed, as they followed each other; the lists promise no order, and leave out `onFailure`. */
async function stepRuns(
  client: ImagebuilderClient,
  workflowExecutionId: string | undefined,
): Promise<readonly StepRun[]> {
  const failed: WorkflowStepMetadata[] = [];
  for await (const { steps = [] } of paginateListWorkflowStepExecutions(
    { client },
    { workflowExecutionId },
  )) {
    failed.push(...steps.filter(({ status }) => status === 'FAILED'));
  }
  failed.sort((one, other) => (one.startTime ?? '').localeCompare(other.startTime ?? ''));
  return Promise.all(
    failed.map(async ({ name = 'without a name', stepExecutionId, ...listed }) => {
      const { message = listed.message, onFailure } = await client.send(
        new GetWorkflowStepExecutionCommand({ stepExecutionId }),
      );
      return { name, status: 'FAILED', onFailure, message };
    }),
  );
}
