import { randomUUID } from 'node:crypto';
import {
  CancelImageCreationCommand,
  ListWorkflowExecutionsCommand,
  ListWorkflowStepExecutionsCommand,
  type ImagebuilderClient,
  type WorkflowStepMetadata,
} from '@aws-sdk/client-imagebuilder';
import type { BakeControl } from '../core/ports/bake-control';
import { launchedInstances } from './image-builder-builds';

/**
 * What Image Builder tells of a build's workflows, and how a build is ended.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ListWorkflowStepExecutions.html
 */
export function imageBuilderControl(client: ImagebuilderClient): BakeControl {
  return {
    failedStep: async (imageBuildVersionArn) => {
      const { workflowExecutions = [] } = await client.send(
        new ListWorkflowExecutionsCommand({ imageBuildVersionArn }),
      );
      for (const { workflowExecutionId } of workflowExecutions.filter(({ status }) => status === 'FAILED')) {
        const step = await failedStepOf(client, workflowExecutionId);
        if (step !== undefined) {
          return { step: step.name ?? 'without a name', message: step.message ?? '' };
        }
      }
      return undefined;
    },
    launchedInstances: (imageBuildVersionArn) => launchedInstances(client, imageBuildVersionArn),
    cancel: async (imageBuildVersionArn) => {
      await client.send(new CancelImageCreationCommand({ imageBuildVersionArn, clientToken: randomUUID() }));
    },
  };
}

async function failedStepOf(
  client: ImagebuilderClient,
  workflowExecutionId: string | undefined,
): Promise<WorkflowStepMetadata | undefined> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListWorkflowStepExecutionsCommand({ workflowExecutionId, nextToken }));
    const failed = page.steps?.find(({ status }) => status === 'FAILED');
    if (failed !== undefined) {
      return failed;
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return undefined;
}
