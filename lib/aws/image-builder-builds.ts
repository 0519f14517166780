import {
  GetImageCommand,
  GetWorkflowStepExecutionCommand,
  ListWorkflowExecutionsCommand,
  ListWorkflowStepExecutionsCommand,
  type ImagebuilderClient,
  type WorkflowExecutionMetadata,
} from '@aws-sdk/client-imagebuilder';
import type { ImageBuilds } from '../core/ports/image-builds';

/**
 * The executions of Image Builder; the instances are found in the outputs of the workflows' `LaunchInstance` steps, the
 * times in the workflows.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_WorkflowExecutionMetadata.html
 */
export function imageBuilderBuilds(client: ImagebuilderClient): ImageBuilds {
  return {
    describe: async (imageBuildVersionArn) => {
      const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn }));
      const amis = (image?.outputResources?.amis ?? []).flatMap(({ region, image: amiId }) =>
        region !== undefined && amiId !== undefined ? [[region, amiId] as const] : [],
      );
      const { workflowExecutions = [] } = await client.send(
        new ListWorkflowExecutionsCommand({ imageBuildVersionArn }),
      );
      const [startedAt] = instantsOf(workflowExecutions.map(({ startTime }) => startTime));
      return {
        status: image?.state?.status ?? 'UNKNOWN',
        amis: Object.fromEntries(amis),
        buildInstanceId: await launchedInstance(client, workflowExecutions, 'BUILD'),
        testInstanceId: await launchedInstance(client, workflowExecutions, 'TEST'),
        startedAt: startedAt ?? instantsOf([image?.dateCreated])[0],
        endedAt: instantsOf(workflowExecutions.map(({ endTime }) => endTime)).at(-1),
      };
    },
  };
}

/** Image Builder documents its times as text without a format: what is no time counts as not reported. */
function instantsOf(texts: readonly (string | undefined)[]): readonly Date[] {
  return texts
    .map((text) => Date.parse(text ?? ''))
    .filter((time) => !Number.isNaN(time))
    .sort((one, other) => one - other)
    .map((time) => new Date(time));
}

async function launchedInstance(
  client: ImagebuilderClient,
  workflowExecutions: readonly WorkflowExecutionMetadata[],
  type: 'BUILD' | 'TEST',
): Promise<string | undefined> {
  for (const { workflowExecutionId } of workflowExecutions.filter((execution) => execution.type === type)) {
    const { steps = [] } = await client.send(new ListWorkflowStepExecutionsCommand({ workflowExecutionId }));
    for (const { stepExecutionId } of steps.filter((step) => step.action === 'LaunchInstance')) {
      const { outputs } = await client.send(new GetWorkflowStepExecutionCommand({ stepExecutionId }));
      const instance = instanceIdIn(outputs);
      if (instance !== undefined) {
        return instance;
      }
    }
  }
  return undefined;
}

function instanceIdIn(outputs: string | undefined): string | undefined {
  const value: unknown = JSON.parse(outputs ?? '{}');
  return typeof value === 'object' &&
    value !== null &&
    'instanceId' in value &&
    typeof value.instanceId === 'string'
    ? value.instanceId
    : undefined;
}
