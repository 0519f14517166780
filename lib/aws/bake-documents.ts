import { DescribeStacksCommand, type CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  DeleteComponentCommand,
  DeleteWorkflowCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  paginateListComponentBuildVersions,
  paginateListComponents,
  paginateListWorkflowBuildVersions,
  paginateListWorkflows,
  ResourceNotFoundException,
  type ImagebuilderClient,
} from '@aws-sdk/client-imagebuilder';
import { PIPELINE_TAG, resourceNameOf } from '../contract/names/resources';
import type { BakeDocuments } from '../core/ports/bakes';
import { absentWhere } from './stores/ssm-parameter-store';

/** A version of a component or workflow, or one of its builds, as the lists of Image Builder have it. */
interface Listed {
  readonly arn?: string | undefined;
  readonly name?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * The components and workflows of a pipeline. Their names begin with the pipeline's, as those of another pipeline may; the tag
 * of each build says whose it is, and only the lists of builds have it.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ComponentSummary.html
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_WorkflowSummary.html
 */
export function imageBuilderDocuments(client: ImagebuilderClient, pipeline: string): BakeDocuments {
  const versionsIn = (versions: readonly Listed[] = []) =>
    versions
      .filter(({ name = '' }) => name.startsWith(`${resourceNameOf(pipeline)}-`))
      .flatMap(({ arn }) => arn ?? []);
  const buildsIn = (builds: readonly Listed[] = []) =>
    builds.filter(({ tags }) => tags?.[PIPELINE_TAG] === pipeline).flatMap(({ arn }) => arn ?? []);
  const owner = 'Self';
  return {
    all: async () => {
      const found: string[] = [];
      for await (const page of paginateListComponents({ client }, { owner })) {
        for (const componentVersionArn of versionsIn(page.componentVersionList)) {
          const request = { componentVersionArn };
          for await (const builds of paginateListComponentBuildVersions({ client }, request)) {
            found.push(...buildsIn(builds.componentSummaryList));
          }
        }
      }
      for await (const page of paginateListWorkflows({ client }, { owner })) {
        for (const workflowVersionArn of versionsIn(page.workflowVersionList)) {
          const request = { workflowVersionArn };
          for await (const builds of paginateListWorkflowBuildVersions({ client }, request)) {
            found.push(...buildsIn(builds.workflowSummaryList));
          }
        }
      }
      return found;
    },
    usedBy: async (imagePipelineArn) => {
      const { imagePipeline } = await client.send(new GetImagePipelineCommand({ imagePipelineArn }));
      const { imageRecipeArn } = imagePipeline ?? {};
      const { imageRecipe } = await client.send(new GetImageRecipeCommand({ imageRecipeArn }));
      return [
        ...(imageRecipe?.components ?? []).map(({ componentArn }) => componentArn),
        ...(imagePipeline?.workflows ?? []).map(({ workflowArn }) => workflowArn),
      ].flatMap((arn) => arn ?? []);
    },
    remove: async (arn) => {
      await absentWhere(ResourceNotFoundException, async () => {
        await (isWorkflow(arn)
          ? client.send(new DeleteWorkflowCommand({ workflowBuildVersionArn: arn }))
          : client.send(new DeleteComponentCommand({ componentBuildVersionArn: arn })));
      });
    },
  };
}

/**
 * Asks whether a deployment of a stack is under way, or failed and has not been taken back: anything else ends with `_COMPLETE`.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
 */
export function stackDeployments(client: CloudFormationClient, StackName: string): () => Promise<boolean> {
  return async () => {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0]?.StackStatus?.endsWith('_COMPLETE') !== true;
  };
}

function isWorkflow(arn: string): boolean {
  return arn.split(':')[5]?.startsWith('workflow/') === true;
}
