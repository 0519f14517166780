import {
  GetImageCommand,
  GetWorkflowStepExecutionCommand,
  ListWorkflowExecutionsCommand,
  ListWorkflowStepExecutionsCommand,
  type ImagebuilderClient,
} from '@aws-sdk/client-imagebuilder';
import type { ImageBuilds } from '../core/ports/image-builds';

/**
 * The executions of Image Builder; the instances are found in the outputs of the workflows' `LaunchInstance` steps.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-step-actions.html
 */
export function imageBuilderBuilds(client: ImagebuilderClient): ImageBuilds {
  return {
    describe: async (imageBuildVersionArn) => {
      const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn }));
      const amis = (image?.outputResources?.amis ?? []).flatMap(({ region, image: amiId }) =>
        region !== undefined && amiId !== undefined ? [[region, amiId] as const] : [],
      );
      return {
        status: image?.state?.status ?? 'UNKNOWN',
        amis: Object.fromEntries(amis),
        buildInstanceId: await launchedInstance(client, imageBuildVersionArn, 'BUILD'),
        testInstanceId: await launchedInstance(client, imageBuildVersionArn, 'TEST'),
      };
    },
  };
}

async function launchedInstance(
  client: ImagebuilderClient,
  imageBuildVersionArn: string,
  type: 'BUILD' | 'TEST',
): Promise<string | undefined> {
  const { workflowExecutions = [] } = await client.send(
    new ListWorkflowExecutionsCommand({ imageBuildVersionArn }),
  );
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
