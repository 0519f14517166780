import { GetImageCommand, ListWorkflowExecutionsCommand, ListWorkflowStepExecutionsCommand, type ImagebuilderClient, type WorkflowExecutionMetadata } from '@aws-sdk/client-imagebuilder';
import type { LaunchedInstances, ImageBuilds } from '../core/ports/bakes';

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
      const { build, test } = await instancesOf(client, workflowExecutions);
      const [startedAt] = instantsOf(workflowExecutions.map(({ startTime }) => startTime));
      return {
        status: image?.state?.status ?? 'UNKNOWN',
        amis: Object.fromEntries(amis),
        buildInstanceId: build,
        testInstanceId: test,
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

/**
 * The instances of a build, as the outputs of its `LaunchInstance` steps name them.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_WorkflowStepMetadata.html
 */
export async function launchedInstances(
  client: ImagebuilderClient,
  imageBuildVersionArn: string,
): Promise<LaunchedInstances> {
  const { workflowExecutions = [] } = await client.send(
    new ListWorkflowExecutionsCommand({ imageBuildVersionArn }),
  );
  return instancesOf(client, workflowExecutions);
}

async function instancesOf(
  client: ImagebuilderClient,
  workflowExecutions: readonly WorkflowExecutionMetadata[],
): Promise<LaunchedInstances> {
  const launchedBy = async (type: 'BUILD' | 'TEST') => {
    for (const { workflowExecutionId } of workflowExecutions.filter((one) => one.type === type)) {
      const { steps = [] } = await client.send(
        new ListWorkflowStepExecutionsCommand({ workflowExecutionId }),
      );
      const launches = steps.filter(({ action }) => action === 'LaunchInstance');
      const instance = launches.map(({ outputs }) => instanceIdIn(outputs)).find((id) => id !== undefined);
      if (instance !== undefined) {
        return instance;
      }
    }
    return undefined;
  };
  return { build: await launchedBy('BUILD'), test: await launchedBy('TEST') };
}

/** A step that has not ended, or failed, has no outputs, or none in JSON. */
function instanceIdIn(outputs: string | undefined): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(outputs ?? '{}');
  } catch {
    return undefined;
  }
  return typeof value === 'object' &&
    value !== null &&
    'instanceId' in value &&
    typeof value.instanceId === 'string'
    ? value.instanceId
    : undefined;
}
