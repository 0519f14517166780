import { randomUUID } from 'node:crypto';
import { CreateTagsCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  GetImageCommand,
  ListWorkflowExecutionsCommand,
  ListWorkflowStepExecutionsCommand,
  type ImagebuilderClient,
  type WorkflowExecutionMetadata,
  CancelImageCreationCommand,
  GetWorkflowStepExecutionCommand,
  paginateListWorkflowExecutions,
  paginateListWorkflowStepExecutions,
  type WorkflowStepMetadata,
} from '@aws-sdk/client-imagebuilder';
import { failedStepIn, instanceIdIn, type StepRun, type WorkflowRun } from '../core/bake/bake-end';
import type { AmiTags } from '../core/ports/amis';
import type { LaunchedInstances, ImageBuilds, BakeControl } from '../core/ports/bakes';

/**
 * The tags of AMIs in any region of this account, and of their snapshots, which are what costs. That a snapshot could not be
 * tagged is reported and no failure: nothing but the bill reads it.
 */
export function ec2AmiTags(report: (message: string, error: unknown) => void): AmiTags {
  return {
    tag: async (region, amiId, tags) => {
      const client = new EC2Client({ region });
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await client.send(new CreateTagsCommand({ Resources: [amiId], Tags }));
      try {
        const Resources = await snapshotsOf(client, amiId);
        if (Resources.length > 0) {
          await client.send(new CreateTagsCommand({ Resources, Tags }));
        }
      } catch (error) {
        report(`The snapshots of ${amiId} in ${region} have no tags`, error);
      }
    },
  };
}

/** The ids of the snapshots behind an AMI. */
export async function snapshotsOf(client: EC2Client, amiId: string): Promise<string[]> {
  const { Images = [] } = await client.send(new DescribeImagesCommand({ ImageIds: [amiId] }));
  const devices = Images.flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings);
  return devices.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
}

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
async function launchedInstances(
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
  // A test that was tried again has an execution for each try.
  const newestFirst = workflowExecutions.toSorted(byStart).reverse();
  const launchedBy = async (type: 'BUILD' | 'TEST') => {
    for (const { workflowExecutionId } of newestFirst.filter((one) => one.type === type)) {
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

/**
 * What Image Builder reports of a build's workflows, and how a build is ended.
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
  const executions: WorkflowExecutionMetadata[] = [];
  for await (const { workflowExecutions = [] } of paginateListWorkflowExecutions(
    { client },
    { imageBuildVersionArn },
  )) {
    executions.push(...workflowExecutions);
  }
  const runs: WorkflowRun[] = [];
  for (const { status = 'UNKNOWN', type = 'UNKNOWN', workflowExecutionId } of executions.sort(byStart)) {
    runs.push({ stage: type, status, steps: await stepRuns(client, workflowExecutionId) });
  }
  return runs;
}

/** What began first comes first: no list of Image Builder promises an order. */
function byStart(one: { readonly startTime?: string }, other: { readonly startTime?: string }): number {
  return (one.startTime ?? '').localeCompare(other.startTime ?? '');
}

/** The steps that failed, as they followed each other; the lists leave out `onFailure`. */
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
  failed.sort(byStart);
  return Promise.all(
    failed.map(async ({ name = 'without a name', stepExecutionId, ...listed }) => {
      const { message = listed.message, onFailure } = await client.send(
        new GetWorkflowStepExecutionCommand({ stepExecutionId }),
      );
      return { name, status: 'FAILED', onFailure, message };
    }),
  );
}
