import {
  type CancelImageCreationCommandInput,
  type CancelImageCreationCommandOutput,
  type GetImageCommandInput,
  type GetImageCommandOutput,
  type GetWorkflowStepExecutionCommandInput,
  type GetWorkflowStepExecutionCommandOutput,
  ImagebuilderServiceException,
  type ImageStatus,
  InvalidRequestException,
  type ListImagePipelineImagesCommandInput,
  type ListImagePipelineImagesCommandOutput,
  type ListWorkflowExecutionsCommandInput,
  type ListWorkflowExecutionsCommandOutput,
  type ListWorkflowStepExecutionsCommandInput,
  type ListWorkflowStepExecutionsCommandOutput,
  ResourceInUseException,
  type RetryImageCommandInput,
  type RetryImageCommandOutput,
  type StartImagePipelineExecutionCommandInput,
  type StartImagePipelineExecutionCommandOutput,
} from '@aws-sdk/client-imagebuilder';
import { unmodelled } from '../../aws/cloudformation/environment';
import { digitsOf } from '../../aws/cloudformation/physical-names';
import type { StackModel } from '../../aws/cloudformation/stack-model';
import { readRecipe, type Recipe } from '../../aws/image-builder/read-recipe';
import type { BakeOutcome } from '../../aws/image-builder/run-bake';
import { refusedWorkflows } from '../../aws/image-builder/workflows';
import { parameterArn } from '../commands/data-commands';
import { instanceProfileArn } from '../iam-propagation';
import { assumed, page, type Provenance } from '../provenance';
import { type Call, declared, operation, type SimulatedService } from '../simulated-service';
import type { SimulatedImages } from './ec2-images';
import {
  DeployedDocuments,
  executionId,
  executionsOf,
  listed,
  type SimulatedBuild,
  type WorkflowExecution,
} from './image-builder-documents';

const API = 'https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_';
const SAMPLES = 'https://github.com/aws-samples/amazon-ec2-image-builder-samples/tree/main/';
const deployed = (sample: string): Provenance => ({ origin: 'deployed', source: `${SAMPLES}${sample}` });

/** That a component failed is said by its ARN, and never why. */
const FAILED_COMPONENT = deployed('debugging');
const ROLLED_BACK = deployed('workflows/step-functions-integration');
const NO_IMAGE_ID = deployed('workflows/packer-build');
const IN_USE = deployed('lifecycle');
const ENDED = assumed('CancelImageCreation of an image that has ended changes nothing and is no error.');

const RETRY = page(
  'https://docs.aws.amazon.com/imagebuilder/latest/userguide/distribution-enhanced_functionality.html',
);

/** What a bake takes by the virtual clock, in seconds; a figure of the field, not measured. */
const BAKE_SECONDS = 45 * 60;

/** What a test takes by the virtual clock, in seconds; a figure of the field, not measured. */
const TEST_SECONDS = 15 * 60;

/** What it takes until EC2 has refused a launch, in seconds; a figure of the field, not measured. */
const LAUNCH_SECONDS = 60;

/** What Image Builder needs around it. */
export interface SimulatedImageBuilderOptions {
  readonly stacks: readonly StackModel[];
  readonly images: SimulatedImages;
  /** Runs the components of a recipe; undefined where this computer cannot. */
  readonly bake: ((recipe: Recipe, imageArn: string) => Promise<BakeOutcome>) | undefined;
  /** Whether EC2 knows an instance profile by its ARN yet; absent: it knows all. */
  readonly knowsInstanceProfile?: (arn: string) => boolean;
}

/** Image Builder, as far as a pipeline is started, followed and ended by hand. */
export class SimulatedImageBuilder implements SimulatedService {
  readonly id = 'imagebuilder';
  readonly ServiceException = ImagebuilderServiceException;
  private readonly builds = new Map<string, SimulatedBuild>();
  private readonly started = new Map<string, string>();
  readonly documents = new DeployedDocuments(() => this.options().stacks);

  constructor(private readonly options: () => SimulatedImageBuilderOptions) {}

  tagsOf(arn: string): Readonly<Record<string, string>> {
    return this.documents.tagsOf(arn);
  }

  readonly operations = {
    ...this.documents.operations,
    StartImagePipelineExecution: operation<
      StartImagePipelineExecutionCommandInput,
      StartImagePipelineExecutionCommandOutput
    >(page(`${API}StartImagePipelineExecution.html`), (call) => this.start(call)),
    GetImage: operation<GetImageCommandInput, GetImageCommandOutput>(page(`${API}GetImage.html`), (call) =>
      this.getImage(call),
    ),
    ListImagePipelineImages: operation<
      ListImagePipelineImagesCommandInput,
      ListImagePipelineImagesCommandOutput
    >(page(`${API}ListImagePipelineImages.html`), ({ input, now }) => {
      const found = this.all.filter(({ pipelineArn }) => pipelineArn === input.imagePipelineArn);
      const { nextToken, shown } = listed(found, input);
      const imageSummaryList = shown.map((build) => {
        const { earlier, startedAt, tags } = build;
        const dateCreated = earlier[0]?.startTime ?? startedAt.toISOString();
        return { arn: build.arn, dateCreated, tags, state: { status: statusOf(build, now) } };
      });
      return { imageSummaryList, ...nextToken };
    }),
    CancelImageCreation: operation<CancelImageCreationCommandInput, CancelImageCreationCommandOutput>(
      page(`${API}CancelImageCreation.html`),
      ({ input, knownFrom, now }) => {
        const build = this.find(input.imageBuildVersionArn, now);
        if (build.endsAt > now) {
          build.isCancelled = true;
          build.endsAt = now;
        } else {
          knownFrom(ENDED);
        }
        return { imageBuildVersionArn: build.arn, clientToken: input.clientToken };
      },
    ),
    RetryImage: operation<RetryImageCommandInput, RetryImageCommandOutput>(RETRY, (call) => this.retry(call)),
    ListWorkflowExecutions: operation<
      ListWorkflowExecutionsCommandInput,
      ListWorkflowExecutionsCommandOutput
    >(page(`${API}ListWorkflowExecutions.html`), ({ input, knownFrom, now }) => {
      const { arn, executions } = this.executions(input.imageBuildVersionArn, now);
      if (executions.some(({ status = '' }) => status.startsWith('ROLLBACK'))) {
        knownFrom(ROLLED_BACK);
      }
      const { nextToken, shown } = listed(executions, input);
      const workflowExecutions = shown.map((one) => without(one, 'steps'));
      return { imageBuildVersionArn: arn, workflowExecutions, ...nextToken };
    }),
    ListWorkflowStepExecutions: operation<
      ListWorkflowStepExecutionsCommandInput,
      ListWorkflowStepExecutionsCommandOutput
    >(page(`${API}ListWorkflowStepExecutions.html`), ({ input, now }) => {
      const { arn, execution } = this.execution(input.workflowExecutionId, now);
      const { nextToken, shown } = listed(execution.steps, input);
      const { workflowBuildVersionArn, workflowExecutionId } = execution;
      return {
        imageBuildVersionArn: arn,
        workflowBuildVersionArn,
        workflowExecutionId,
        steps: shown.map((one) => without(one, 'onFailure', 'timeoutSeconds')),
        ...nextToken,
      };
    }),
    GetWorkflowStepExecution: operation<
      GetWorkflowStepExecutionCommandInput,
      GetWorkflowStepExecutionCommandOutput
    >(page(`${API}GetWorkflowStepExecution.html`), ({ input, now }) => this.getStep(input, now)),
  };

  /** All images that were ever begun, in that order. */
  get all(): readonly SimulatedBuild[] {
    return [...this.builds.values()];
  }

  /**
   * By hand: the same client token starts nothing again, and the image has the tags of the request alone, since `ImageTags` of
   * a pipeline are for what its schedule starts.
   */
  private async start({ input, now, place, require }: Call<StartImagePipelineExecutionCommandInput>) {
    const { clientToken = '', imagePipelineArn = '', tags = {} } = input;
    const known = this.started.get(clientToken);
    if (known !== undefined) {
      return { clientToken, imageBuildVersionArn: known };
    }
    const { bake, knowsInstanceProfile = () => true, stacks } = this.options();
    const recipe = readRecipe(stacks, imagePipelineArn);
    if (recipe.baseAmiParameter !== undefined) {
      // Image Builder reads the parameter with the rights of who starts the pipeline.
      require({ action: 'ssm:GetParameter', resource: parameterArn(recipe.baseAmiParameter, place) });
    }
    const refused = refusedWorkflows(recipe.workflows);
    if (refused !== undefined) {
      throw invalidRequest(refused, NO_IMAGE_ID);
    }
    const running = this.all.find((one) => one.pipelineArn === imagePipelineArn && one.endsAt > now);
    if (running !== undefined) {
      const text = `The resource '${imagePipelineArn}' is in use: ${running.arn} is being created.`;
      throw declared(ResourceInUseException, text, IN_USE);
    }
    if (bake === undefined) {
      throw unmodelled('Image Builder without a PowerShell on this computer');
    }
    const arn = `${recipe.arn.replace(':image-recipe/', ':image/')}/${this.builds.size + 1}`;
    if (Object.keys(tags).length > 0) {
      require({ action: 'imagebuilder:TagResource', resource: arn });
    }
    const isLaunched = knowsInstanceProfile(instanceProfileArn(recipe.instanceProfile, place));
    const outcome = isLaunched ? await bake(recipe, arn) : notLaunched(recipe);
    const seconds = isLaunched ? BAKE_SECONDS : LAUNCH_SECONDS;
    this.builds.set(arn, {
      arn,
      pipelineArn: imagePipelineArn,
      recipe,
      place,
      tags,
      startedAt: now,
      endsAt: new Date(now.getTime() + seconds * 1000),
      isCancelled: false,
      outcome,
      earlier: [],
    });
    this.started.set(clientToken, arn);
    return { clientToken, imageBuildVersionArn: arn };
  }

  /** What failed in its test is tested again, on another instance of the same AMI. */
  private async retry({ input, now }: Call<RetryImageCommandInput>) {
    const build = this.find(input.imageBuildVersionArn, now);
    const { arn, endsAt, isCancelled, outcome, recipe } = build;
    if (endsAt > now || isCancelled || outcome.retest === undefined) {
      throw unmodelled(`RetryImage of ${arn}, which did not fail in its test`);
    }
    const workflows = recipe.workflows.filter(({ type }) => type === 'TEST');
    this.builds.set(arn, {
      ...build,
      recipe: { ...recipe, workflows },
      earlier: executionsOf(build, now),
      outcome: await outcome.retest(),
      startedAt: now,
      endsAt: new Date(now.getTime() + TEST_SECONDS * 1000),
    });
    return { imageBuildVersionArn: arn, clientToken: input.clientToken };
  }

  private getImage({ input, knownFrom, now }: Call<GetImageCommandInput>) {
    const build = this.find(input.imageBuildVersionArn, now);
    const { amis, arn, earlier, pipelineArn, place, startedAt, tags } = build;
    const [, name = '', version = ''] = /:image\/([^/]+)\/([^/]+)\//.exec(arn) ?? [];
    const reason = build.endsAt > now || build.isCancelled ? undefined : reasonOf(build);
    if (reason !== undefined) {
      knownFrom(FAILED_COMPONENT);
    }
    return {
      image: {
        arn,
        type: 'AMI' as const,
        name,
        version: `${version}/${arn.split('/').at(-1) ?? ''}`,
        platform: 'Windows' as const,
        sourcePipelineArn: pipelineArn,
        dateCreated: earlier[0]?.startTime ?? startedAt.toISOString(),
        tags,
        state: { status: statusOf(build, now), ...(reason === undefined ? {} : { reason }) },
        ...(amis === undefined
          ? {}
          : {
              outputResources: {
                amis: Object.entries(amis).map(([region, image]) => ({
                  region,
                  image,
                  name: amiName(build),
                  accountId: place.account,
                })),
              },
            }),
      },
    };
  }

  private getStep({ stepExecutionId }: GetWorkflowStepExecutionCommandInput, now: Date) {
    for (const { arn } of this.builds.values()) {
      for (const { steps, workflowBuildVersionArn, workflowExecutionId } of this.executions(arn, now)
        .executions) {
        const step = steps.find((one) => one.stepExecutionId === stepExecutionId);
        if (step !== undefined) {
          return { ...step, imageBuildVersionArn: arn, workflowBuildVersionArn, workflowExecutionId };
        }
      }
    }
    throw unmodelled(`the step ${stepExecutionId ?? ''}, which no image of this rehearsal has`);
  }

  private execution(id: string | undefined, now: Date) {
    for (const { arn } of this.builds.values()) {
      const execution = this.executions(arn, now).executions.find((one) => one.workflowExecutionId === id);
      if (execution !== undefined) {
        return { arn, execution };
      }
    }
    throw unmodelled(`the workflow execution ${id ?? ''}, which no image of this rehearsal has`);
  }

  private executions(
    imageArn: string | undefined,
    now: Date,
  ): { readonly arn: string; readonly executions: readonly WorkflowExecution[] } {
    const build = this.find(imageArn, now);
    return { arn: build.arn, executions: executionsOf(build, now) };
  }

  /** An image, with its AMI where it has ended well. */
  private find(imageArn = '', now: Date): SimulatedBuild {
    const build = this.builds.get(imageArn);
    if (build === undefined) {
      throw unmodelled(`the image ${imageArn}, which no pipeline of this rehearsal started`);
    }
    const isDone = build.endsAt <= now && !build.isCancelled && build.outcome.failure === undefined;
    if (isDone && build.amis === undefined) {
      build.amis = this.register(build);
    }
    return build;
  }

  /** Makes the AMI in each region that it is distributed to, and gives their ids. */
  private register(build: SimulatedBuild): Readonly<Record<string, string>> {
    const { arn, endsAt, place, recipe } = build;
    const { distributions } = recipe;
    const made = { region: place.region, amiTags: {}, launchAccounts: [], hasFastLaunch: false };
    const ids = (distributions.length === 0 ? [made] : distributions).map(
      ({ amiTags: tags, hasFastLaunch, launchAccounts: sharedWith, region }) => {
        const id = `ami-${digitsOf(region === place.region ? arn : `${arn} ${region}`, 17)}`;
        const snapshotId = `snap-${digitsOf(id, 17)}`;
        const image = {
          id,
          name: amiName(build),
          createdAt: endsAt,
          isPublic: false,
          snapshotIds: [snapshotId],
        };
        this.options().images.create({ ...place, region }, { ...image, hasFastLaunch, sharedWith, tags }, [
          { id: snapshotId, isEncrypted: true, tags: { CreatedBy: 'EC2 Image Builder' } },
        ]);
        return [region, id] as const;
      },
    );
    return Object.fromEntries(ids);
  }
}

/**
 * What EC2 says of an instance profile that was made minutes ago.
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/27516
 */
function notLaunched({ instanceProfile }: Recipe): BakeOutcome {
  const reason = `Value (${instanceProfile}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`;
  return {
    failure: { stage: 'Build', launched: false, reason },
    buildInstanceId: undefined,
    testInstanceId: undefined,
  };
}

function amiName({ arn }: SimulatedBuild): string {
  return arn.split(':image/').at(-1)?.replaceAll('/', ' ') ?? arn;
}

function statusOf({ earlier, endsAt, isCancelled, outcome }: SimulatedBuild, now: Date): ImageStatus {
  if (endsAt > now) {
    return earlier.length > 0 ? 'TESTING' : 'BUILDING';
  }
  return isCancelled ? 'CANCELLED' : outcome.failure === undefined ? 'AVAILABLE' : 'FAILED';
}

function reasonOf({ arn, earlier, outcome: { failure } }: SimulatedBuild): string | undefined {
  const id = executionId(arn, earlier.length > 0 ? earlier.length : failure?.stage === 'Test' ? 1 : 0);
  return failure && `Workflow Execution ID: '${id}' failed with reason: ${failure.reason}`;
}

function invalidRequest(message: string, provenance: Provenance) {
  return declared(InvalidRequestException, message, provenance);
}

/** What a list leaves out of what it lists. */
function without<T extends object, K extends keyof T>(value: T, ...names: readonly K[]): Omit<T, K> {
  const kept = Object.entries(value).filter(([name]) => !names.includes(name as K));
  return Object.fromEntries(kept) as Omit<T, K>;
}
