import {
  ResourceNotFoundException,
  type DeleteComponentCommandInput,
  type DeleteComponentCommandOutput,
  type DeleteWorkflowCommandInput,
  type DeleteWorkflowCommandOutput,
  type GetImagePipelineCommandInput,
  type GetImagePipelineCommandOutput,
  type GetImageRecipeCommandInput,
  type GetImageRecipeCommandOutput,
  type ListComponentBuildVersionsCommandInput,
  type ListComponentBuildVersionsCommandOutput,
  type ListComponentsCommandInput,
  type ListComponentsCommandOutput,
  type ListWorkflowBuildVersionsCommandInput,
  type ListWorkflowBuildVersionsCommandOutput,
  type ListWorkflowsCommandInput,
  type ListWorkflowsCommandOutput,
} from '@aws-sdk/client-imagebuilder';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import type { StackModel } from '../../aws/cloudformation/stack-model';
import { page } from '../provenance';
import { declared, operation } from '../simulated-service';

const API = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_';

type DocumentType = 'AWS::ImageBuilder::Component' | 'AWS::ImageBuilder::Workflow';

/** A component or workflow that a stack made. */
interface DeployedDocument {
  readonly type: DocumentType;
  /** Of its build. */
  readonly arn: string;
  readonly versionArn: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What stacks have made in Image Builder, and what was deleted of it. */
export class DeployedDocuments {
  private readonly deleted = new Set<string>();

  constructor(private readonly stacks: () => readonly StackModel[]) {}

  /** The tags of a document's build. */
  tagsOf(arn: string): Readonly<Record<string, string>> {
    return this.all().find((one) => one.arn === arn)?.tags ?? {};
  }

  readonly operations = {
    ListComponents: operation<ListComponentsCommandInput, ListComponentsCommandOutput>(
      page(`${API}ListComponents.html`),
      () => ({ componentVersionList: this.versions('AWS::ImageBuilder::Component') }),
    ),
    ListComponentBuildVersions: operation<
      ListComponentBuildVersionsCommandInput,
      ListComponentBuildVersionsCommandOutput
    >(page(`${API}ListComponentBuildVersions.html`), ({ input }) => ({
      componentSummaryList: this.builds(input.componentVersionArn),
    })),
    DeleteComponent: operation<DeleteComponentCommandInput, DeleteComponentCommandOutput>(
      page(`${API}DeleteComponent.html`),
      ({ input }) => {
        const componentBuildVersionArn = this.remove(input.componentBuildVersionArn);
        return { componentBuildVersionArn };
      },
    ),
    ListWorkflows: operation<ListWorkflowsCommandInput, ListWorkflowsCommandOutput>(
      page(`${API}ListWorkflows.html`),
      () => ({ workflowVersionList: this.versions('AWS::ImageBuilder::Workflow') }),
    ),
    ListWorkflowBuildVersions: operation<
      ListWorkflowBuildVersionsCommandInput,
      ListWorkflowBuildVersionsCommandOutput
    >(page(`${API}ListWorkflowBuildVersions.html`), ({ input }) => ({
      workflowSummaryList: this.builds(input.workflowVersionArn),
    })),
    DeleteWorkflow: operation<DeleteWorkflowCommandInput, DeleteWorkflowCommandOutput>(
      page(`${API}DeleteWorkflow.html`),
      ({ input }) => {
        const workflowBuildVersionArn = this.remove(input.workflowBuildVersionArn);
        return { workflowBuildVersionArn };
      },
    ),
    GetImagePipeline: operation<GetImagePipelineCommandInput, GetImagePipelineCommandOutput>(
      page(`${API}GetImagePipeline.html`),
      ({ input: { imagePipelineArn = '' } }) => {
        const { ImageRecipeArn, Workflows } = this.deployed(
          'AWS::ImageBuilder::ImagePipeline',
          imagePipelineArn,
          ['ImageRecipeArn', 'Workflows'],
        );
        const workflows = objectsIn(Workflows).map(({ WorkflowArn }) => ({
          workflowArn: String(WorkflowArn),
        }));
        return {
          imagePipeline: { arn: imagePipelineArn, imageRecipeArn: String(ImageRecipeArn), workflows },
        };
      },
    ),
    GetImageRecipe: operation<GetImageRecipeCommandInput, GetImageRecipeCommandOutput>(
      page(`${API}GetImageRecipe.html`),
      ({ input: { imageRecipeArn = '' } }) => {
        const { Components } = this.deployed('AWS::ImageBuilder::ImageRecipe', imageRecipeArn, [
          'Components',
        ]);
        const components = objectsIn(Components).map(({ ComponentArn }) => ({
          componentArn: String(ComponentArn),
        }));
        return { imageRecipe: { arn: imageRecipeArn, components } };
      },
    ),
  };

  private all(): readonly DeployedDocument[] {
    const types: readonly DocumentType[] = ['AWS::ImageBuilder::Component', 'AWS::ImageBuilder::Workflow'];
    return this.stacks()
      .flatMap((stack) =>
        types.flatMap((type) =>
          stack.logicalIds(type).map((logicalId): DeployedDocument => {
            const { Name, Tags } = stack.properties(logicalId, ['Name', 'Tags']);
            const arn = stack.reference(logicalId);
            const tags = Object.entries(isJsonObject(Tags) ? Tags : {});
            return {
              type,
              arn,
              versionArn: arn.replace(/\/\d+$/, ''),
              name: String(Name),
              tags: Object.fromEntries(tags.map(([key, value]) => [key, String(value)])),
            };
          }),
        ),
      )
      .filter(({ arn }) => !this.deleted.has(arn));
  }

  private versions(type: DocumentType) {
    return this.all()
      .filter((one) => one.type === type)
      .map(({ name, versionArn }) => ({ arn: versionArn, name }));
  }

  private builds(versionArn: string | undefined) {
    return this.all()
      .filter((one) => one.versionArn === versionArn)
      .map(({ arn, name, tags }) => ({ arn, name, tags }));
  }

  private remove(arn = ''): string {
    if (!this.all().some((one) => one.arn === arn)) {
      throw notFound(arn, 'DeleteComponent');
    }
    this.deleted.add(arn);
    return arn;
  }

  private deployed(type: string, arn: string, names: readonly string[]): JsonObject {
    for (const stack of this.stacks()) {
      const logicalId = stack.logicalIds(type).find((id) => stack.reference(id) === arn);
      if (logicalId !== undefined) {
        return stack.properties(logicalId, names);
      }
    }
    throw notFound(arn, 'GetImagePipeline');
  }
}

function notFound(arn: string, call: string) {
  return declared(
    ResourceNotFoundException,
    `The resource '${arn}' cannot be found.`,
    page(`${API}${call}.html`),
  );
}

function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
