import {
  type DeleteComponentCommandInput,
  type DeleteComponentCommandOutput,
  type DeleteWorkflowCommandInput,
  type DeleteWorkflowCommandOutput,
  type GetImagePipelineCommandInput,
  type GetImagePipelineCommandOutput,
  type GetImageRecipeCommandInput,
  type GetImageRecipeCommandOutput,
  type GetWorkflowStepExecutionResponse,
  InvalidPaginationTokenException,
  type ListComponentBuildVersionsCommandInput,
  type ListComponentBuildVersionsCommandOutput,
  type ListComponentsCommandInput,
  type ListComponentsCommandOutput,
  type ListWorkflowBuildVersionsCommandInput,
  type ListWorkflowBuildVersionsCommandOutput,
  type ListWorkflowsCommandInput,
  type ListWorkflowsCommandOutput,
  ResourceDependencyException,
  type WorkflowExecutionMetadata,
  type WorkflowExecutionStatus,
  type WorkflowStepExecutionStatus,
} from '@aws-sdk/client-imagebuilder';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { unmodelled } from '../../aws/cloudformation/environment';
import { digitsOf } from '../../aws/cloudformation/physical-names';
import type { StackModel } from '../../aws/cloudformation/stack-model';
import type { Recipe } from '../../aws/image-builder/read-recipe';
import type { BakeOutcome } from '../../aws/image-builder/run-bake';
import { type PipelineWorkflow, workflowRuns } from '../../aws/image-builder/workflows';
import type { Place } from '../commands/command-row';
import { page, type Provenance } from '../provenance';
import { declared, operation, pageOf } from '../simulated-service';

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

/** A step as `GetWorkflowStepExecution` describes it; the list leaves out `onFailure` and `timeoutSeconds`. */
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
  const failedStep =
    failure &&
    (failure.step ??
      (failure.launched ? `Apply${failure.stage}Components` : `Launch${failure.stage}Instance`));
  const isRolledBack = now.getTime() >= rolledBackAt;
  return workflowRuns(recipe.workflows, { failedStep, continued: outcome.continued ?? [], isRolledBack });
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

const API = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_';
const IN_USE: Provenance = {
  origin: 'deployed',
  source: 'https://github.com/hashicorp/terraform-provider-aws/issues/22127',
};
const TOKENS = page(`${API}ListComponents.html`);

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

  /** Whether somebody has deleted a document that a stack made. */
  isDeleted(arn: string): boolean {
    return this.deleted.has(arn);
  }

  /** A stack makes a document again. */
  restore(arn: string): void {
    this.deleted.delete(arn);
  }

  readonly operations = {
    ListComponents: operation<ListComponentsCommandInput, ListComponentsCommandOutput>(
      page(`${API}ListComponents.html`),
      ({ input, place }) => {
        const { nextToken, shown } = listed(this.versions('AWS::ImageBuilder::Component', place), input);
        return { componentVersionList: shown, ...nextToken };
      },
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
      ({ input, place }) => {
        const { nextToken, shown } = listed(this.versions('AWS::ImageBuilder::Workflow', place), input);
        return { workflowVersionList: shown, ...nextToken };
      },
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
    return this.stacks()
      .flatMap((stack) => documentsOf(stack))
      .filter(({ arn }) => !this.deleted.has(arn));
  }

  private versions(type: DocumentType, { account, region }: Place) {
    return this.all()
      .filter((one) => one.type === type && one.arn.includes(`:${region}:${account}:`))
      .map(({ name, versionArn }) => ({ arn: versionArn, name }));
  }

  private builds(versionArn: string | undefined) {
    return this.all()
      .filter((one) => one.versionArn === versionArn)
      .map(({ arn, name, tags }) => ({ arn, name, tags }));
  }

  private remove(arn = ''): string {
    if (!this.all().some((one) => one.arn === arn)) {
      throw unmodelled(`the deletion of ${arn}, which no stack of this rehearsal made`);
    }
    if (this.isUsed(arn)) {
      const text = `Resource dependency error: The resource ARN '${arn}' has other resources depended on it.`;
      throw declared(ResourceDependencyException, text, IN_USE);
    }
    this.deleted.add(arn);
    return arn;
  }

  private isUsed(arn: string): boolean {
    return this.stacks().some((stack) =>
      [
        ['AWS::ImageBuilder::ImageRecipe', 'Components', 'ComponentArn'] as const,
        ['AWS::ImageBuilder::ImagePipeline', 'Workflows', 'WorkflowArn'] as const,
      ].some(([type, list, item]) =>
        stack
          .logicalIds(type)
          .flatMap((logicalId) => objectsIn(stack.properties(logicalId, [list])[list]))
          .some((one) => one[item] === arn),
      ),
    );
  }

  private deployed(type: string, arn: string, names: readonly string[]): JsonObject {
    for (const stack of this.stacks()) {
      const logicalId = stack.logicalIds(type).find((id) => stack.reference(id) === arn);
      if (logicalId !== undefined) {
        return stack.properties(logicalId, names);
      }
    }
    throw unmodelled(`${arn}, which no stack of this rehearsal made`);
  }
}

const DOCUMENTS = new WeakMap<StackModel, readonly DeployedDocument[]>();

function documentsOf(stack: StackModel): readonly DeployedDocument[] {
  const known = DOCUMENTS.get(stack);
  if (known !== undefined) {
    return known;
  }
  const types: readonly DocumentType[] = ['AWS::ImageBuilder::Component', 'AWS::ImageBuilder::Workflow'];
  const made = types.flatMap((type) =>
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
  );
  DOCUMENTS.set(stack, made);
  return made;
}

/** A part of what a list of Image Builder has, 25 at a time unless the request says otherwise. */
export function listed<T>(
  all: readonly T[],
  {
    maxResults = 25,
    nextToken,
  }: { readonly maxResults?: number | undefined; readonly nextToken?: string | undefined },
) {
  const found = pageOf(all, maxResults, nextToken);
  if (found === undefined) {
    throw declared(InvalidPaginationTokenException, 'The pagination token is not valid.', TOKENS);
  }
  return { shown: [...found.shown], nextToken: found.next === undefined ? {} : { nextToken: found.next } };
}

function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
