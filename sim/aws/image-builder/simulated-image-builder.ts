import { join } from 'node:path';
import type { Finding } from '../../../lib/contract/values/finding';
import { failedStepIn } from '../../../lib/core/bake/bake-end';
import type { BakeControl, ImageBuild, ImageBuilds } from '../../../lib/core/ports/bakes';
import type { VirtualClock } from '../../clock/virtual-clock';
import type { ActionScope } from '../../windows/awstoe/action';
import type { PhaseName } from '../../windows/awstoe/parsed-component';
import { runPhase, type OnStep } from '../../windows/awstoe/run-phase';
import { StepMemory } from '../../windows/awstoe/step-memory';
import { Restarts } from '../../windows/awstoe/step-result';
import type { FreshHost } from '../../windows/host/host-faults';
import { startMetadataService, SimulatedHost } from '../../windows/host/simulated-host';
import type { PowerShell } from '../../windows/powershell/powershell-session';
import type { Amis } from '../account/amis';
import { type ObjectStorage, parameterArn } from '../account/stores';
import { SIMULATED_ENVIRONMENT, type Environment, unmodelled } from '../cloudformation/environment';
import { digitsOf } from '../cloudformation/physical-names';
import type { StackModel } from '../cloudformation/stack-model';
import { AccessDenied, callerOf, type Caller } from '../iam/role-policies';
import { readRecipe, type Recipe } from './read-recipe';
import type { RecipeComponent } from './recipe-component';
import { refusedWorkflows, workflowRuns, type PipelineWorkflow } from './workflows';

/** What a bake of the simulated Image Builder takes by the virtual clock, in seconds; a figure of the field, not measured. */
const BAKE_SECONDS = 45 * 60;

/** For how long a failed test is rolled back after its image has failed, in seconds; invented. */
const ROLLBACK_SECONDS = 5 * 60;

/** The most characters of a client token. */
const LONGEST_TOKEN = 36;

const WORKFLOW_ID = `wf-${digitsOf('workflow', 8)}`;

/** What Image Builder needs around it. */
export interface ImageBuilderOptions {
  readonly stacks: readonly StackModel[];
  readonly storage: ObjectStorage;
  readonly amis: Amis;
  readonly clock: VirtualClock;
  /** Absent: the simulated account and region. */
  readonly environment?: Environment | undefined;
  readonly shell: PowerShell;
  /** The folder in which the instances live. */
  readonly folder: string;
  readonly dockerFolder: string;
  readonly registries: Readonly<Record<string, string>>;
  /** What a fresh instance from the base AMI says of itself, and the revision that Windows Update offers it now. */
  readonly baseHost: (instanceId: string) => FreshHost;
  readonly onStep: OnStep;
  /** Told of each component that is not run, with its steps. */
  readonly onNotRun?: ((finding: Finding, steps: readonly string[]) => void) | undefined;
  /** Reads a parameter of Systems Manager. */
  readonly readParameter?: ((name: string) => string | undefined) | undefined;
  /** Ends a build that is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** A request that Image Builder refuses, by the name of its API's error. */
export class ImageBuilderRefusal extends Error {
  constructor(name: 'InvalidRequestException', message: string) {
    super(message);
    this.name = name;
  }
}

/** A finished build, as it will be seen once the clock has passed its end. */
interface FinishedBuild extends Omit<ImageBuild, 'endedAt'> {
  readonly reason: string;
  /** The workflow step that failed it, where one did. */
  readonly failedStep?: string;
  /** What the log of the instance says of the step that failed. */
  readonly log?: string | undefined;
  readonly endsAt: Date;
  readonly workflows: readonly PipelineWorkflow[];
}

/**
 * Image Builder: runs the components of a pipeline's recipe on a simulated build instance and, from its disk, on a test
 * instance. The order of work is that of the managed workflows.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/manage-image-workflows.html
 */
export class SimulatedImageBuilder {
  private readonly builds = new Map<string, FinishedBuild>();
  private readonly started = new Map<string, string>();
  private readonly tags = new Map<string, Readonly<Record<string, string>>>();

  constructor(private readonly options: ImageBuilderOptions) {}

  /**
   * Starts a pipeline by hand and gives the ARN of the image build version; the same client token starts nothing again. The
   * image has the tags of the request alone: `ImageTags` of a pipeline are for what its schedule starts.
   *
   * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_StartImagePipelineExecution.html
   */
  async start(
    pipelineArn: string,
    clientToken: string,
    caller: Caller,
    tags: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    caller.require('imagebuilder:StartImagePipelineExecution', pipelineArn);
    caller.require('imagebuilder:TagResource', pipelineArn);
    if (clientToken.length > LONGEST_TOKEN) {
      throw new ImageBuilderRefusal(
        'InvalidRequestException',
        `The client token has ${clientToken.length} characters; at most ${LONGEST_TOKEN} are taken.`,
      );
    }
    const known = this.started.get(clientToken);
    if (known !== undefined) {
      return known;
    }
    const recipe = readRecipe(this.options.stacks, pipelineArn);
    if (recipe.baseAmiParameter !== undefined) {
      // Image Builder reads the parameter with the rights of who starts the pipeline.
      caller.require('ssm:GetParameter', parameterArn(recipe.baseAmiParameter, this.environment));
    }
    const refusal = refusedWorkflows(recipe.workflows);
    if (refusal !== undefined) {
      throw new ImageBuilderRefusal('InvalidRequestException', refusal);
    }
    const number = this.builds.size + 1;
    const imageArn = `${recipe.arn.replace(':image-recipe/', ':image/')}/${number}`;
    if (Object.keys(tags).length > 0) {
      caller.require('imagebuilder:TagResource', imageArn);
    }
    this.tags.set(imageArn, tags);
    this.builds.set(imageArn, await this.build(recipe, imageArn));
    this.started.set(clientToken, imageArn);
    return imageArn;
  }

  /** The state of an image as the API tells it now. */
  state(imageArn: string, caller: Caller): { readonly Status: string; readonly Reason?: string } {
    caller.require('imagebuilder:GetImage', imageArn);
    const build = this.find(imageArn);
    if (build.endsAt > this.options.clock.now()) {
      return { Status: 'BUILDING' };
    }
    return build.reason === '' ? { Status: build.status } : { Status: build.status, Reason: build.reason };
  }

  /** The port of finished builds, as a caller may use it. */
  describer(caller: Caller): ImageBuilds {
    return {
      describe: (imageArn) => {
        caller.require('imagebuilder:GetImage', imageArn);
        this.requireWorkflows(imageArn, caller);
        const build = this.find(imageArn);
        return Promise.resolve({ ...build, endedAt: build.endsAt });
      },
    };
  }

  /** What a caller may ask and do about builds. */
  control(caller: Caller): BakeControl {
    return {
      failedStep: (imageArn) => {
        this.requireWorkflows(imageArn, caller);
        const { endsAt, failedStep, workflows } = this.find(imageArn);
        if (failedStep === undefined) {
          return Promise.resolve(undefined);
        }
        caller.require('imagebuilder:GetWorkflowStepExecution', this.workflowStep);
        const rolledBackAt = endsAt.getTime() + ROLLBACK_SECONDS * 1000;
        const isRolledBack = this.options.clock.now().getTime() >= rolledBackAt;
        return Promise.resolve(failedStepIn(workflowRuns(workflows, failedStep, isRolledBack)));
      },
      launchedInstances: (imageArn) => {
        this.requireWorkflows(imageArn, caller);
        const { buildInstanceId: build, testInstanceId: test } = this.find(imageArn);
        return Promise.resolve({ build, test });
      },
      cancel: (imageArn) => {
        this.cancel(imageArn, caller);
        return Promise.resolve();
      },
    };
  }

  /** The tags of an image. */
  tagsOf(imageArn: string): Readonly<Record<string, string>> {
    return this.tags.get(imageArn) ?? {};
  }

  /** What a person reads in the log of a build that failed: the step, and what it said last. */
  failureInLog(imageArn: string): string | undefined {
    return this.find(imageArn).log;
  }

  /** Ends a build that is under way. */
  cancel(imageArn: string, caller: Caller): void {
    caller.require('imagebuilder:CancelImageCreation', imageArn);
    const build = this.find(imageArn);
    const now = this.options.clock.now();
    if (build.endsAt > now) {
      this.builds.set(imageArn, { ...build, status: 'CANCELLED', reason: '', amis: {}, endsAt: now });
    }
  }

  /** What the workflows of an image tell is asked for with two calls. */
  private requireWorkflows(imageArn: string, caller: Caller): void {
    caller.require('imagebuilder:ListWorkflowExecutions', imageArn);
    caller.require('imagebuilder:ListWorkflowStepExecutions', this.workflow);
  }

  private find(imageArn: string): FinishedBuild {
    const build = this.builds.get(imageArn);
    if (build === undefined) {
      throw unmodelled(`the image ${imageArn}, which no pipeline of this rehearsal started`);
    }
    return build;
  }

  private async build(recipe: Recipe, imageArn: string): Promise<FinishedBuild> {
    const buildInstanceId = `i-${digitsOf(`${imageArn} build`, 17)}`;
    const testInstanceId = `i-${digitsOf(`${imageArn} test`, 17)}`;
    const { workflows } = recipe;
    const startedAt = this.options.clock.now();
    const endsAt = new Date(startedAt.getTime() + BAKE_SECONDS * 1000);
    const times = { startedAt, endsAt };
    const { facts, offeredRevision } = this.options.baseHost(buildInstanceId);
    const folder = join(this.options.folder, buildInstanceId);
    const built = await this.onInstance(buildInstanceId, recipe, async (surroundings, scope) => {
      const host = SimulatedHost.create(folder, facts, surroundings, offeredRevision);
      this.reportNotRun(recipe);
      return { host, ...(await this.runPhases(scope(host), recipe, ['build', 'validate'])) };
    });
    if (!built.succeeded) {
      const ids = {
        buildInstanceId: built.launched ? buildInstanceId : undefined,
        testInstanceId: undefined,
      };
      return { ...times, workflows, ...failedBuild('Build', built), ...ids };
    }
    const tested = await this.onInstance(testInstanceId, recipe, async (surroundings, scope) => {
      const host = built.host.clone(join(this.options.folder, testInstanceId), testInstanceId, surroundings);
      return this.runPhases(scope(host), recipe, ['test']);
    });
    if (!tested.succeeded) {
      const ids = { buildInstanceId, testInstanceId: tested.launched ? testInstanceId : undefined };
      return { ...times, workflows, ...failedBuild('Test', tested), ...ids };
    }
    const amis = { [this.environment.region]: this.options.amis.create(imageArn, recipe.amiTags, endsAt) };
    return { ...times, workflows, status: 'AVAILABLE', reason: '', amis, buildInstanceId, testInstanceId };
  }

  private get workflow(): string {
    const { account, region } = this.environment;
    return `arn:aws:imagebuilder:${region}:${account}:workflow-execution/${WORKFLOW_ID}`;
  }

  private get workflowStep(): string {
    const { account, region } = this.environment;
    return `arn:aws:imagebuilder:${region}:${account}:workflow-step-execution/step-${digitsOf('step', 8)}`;
  }

  private get environment(): Environment {
    return this.options.environment ?? SIMULATED_ENVIRONMENT;
  }

  private reportNotRun({ components }: Recipe): void {
    for (const component of components) {
      if ('notRun' in component) {
        this.options.onNotRun?.(component.notRun, component.steps);
      }
    }
  }

  private async onInstance<T>(
    instanceId: string,
    recipe: Recipe,
    work: (
      surroundings: Parameters<typeof SimulatedHost.create>[2],
      scope: (host: SimulatedHost) => ActionScope,
    ) => Promise<T>,
  ): Promise<T | Failed> {
    const { dockerFolder, registries, shell, signal, storage, stacks } = this.options;
    const roleId = recipe.instanceRole.id;
    const caller = callerOf(stacks, recipe.instanceRole.arn, { 'aws:userid': `${roleId}:${instanceId}` });
    const denied = whySilent(caller);
    if (denied !== undefined) {
      return {
        succeeded: false,
        launched: false,
        reason: `The instance never answered: AccessDenied: ${denied}`,
      };
    }
    const metadata = await startMetadataService(instanceId);
    try {
      return await work({ dockerFolder, registries, metadata: metadata.url }, (host) => ({
        host,
        shell,
        storage,
        caller,
        signal,
        readParameter: this.options.readParameter,
        environment: this.environment,
        restarts: new Restarts(),
      }));
    } finally {
      await metadata.close();
    }
  }

  private async runPhases(
    scope: ActionScope,
    recipe: Recipe,
    phases: readonly PhaseName[],
  ): Promise<{ readonly succeeded: true } | Failed> {
    const memory = new StepMemory();
    for (const phase of phases) {
      for (const { arn, document, parameters } of recipe.components.filter(isRunnable)) {
        const { failure } = await runPhase(scope, document, phase, parameters, this.options.onStep, memory);
        if (failure !== undefined) {
          const { component, reason = 'no reason is known.', step } = failure;
          const log = `step ${step} of component ${component}: ${reason}`;
          return { succeeded: false, launched: true, reason: `Document ${arn} failed!`, log };
        }
      }
    }
    return { succeeded: true };
  }
}

function isRunnable(
  component: RecipeComponent,
): component is Extract<RecipeComponent, { document: unknown }> {
  return 'document' in component;
}

/** What failed on an instance. */
interface Failed {
  readonly succeeded: false;
  /** Whether the instance came up. */
  readonly launched: boolean;
  readonly reason: string;
  readonly log?: string;
}

/** An instance without these two rights never answers Image Builder, and its build ends by the time that it has. */
function whySilent(caller: Caller): string | undefined {
  try {
    caller.require('ssm:UpdateInstanceInformation', '*');
    caller.require('imagebuilder:GetComponent', '*');
    return undefined;
  } catch (error) {
    if (error instanceof AccessDenied) {
      return error.message;
    }
    throw error;
  }
}

/**
 * How a failure shows in the API: a failed component gives its ARN, and never its cause.
 * @see https://github.com/aws-samples/amazon-ec2-image-builder-samples/tree/main/debugging
 */
function failedBuild(stage: 'Build' | 'Test', { launched, log, reason }: Failed) {
  return {
    status: 'FAILED',
    reason: `Workflow Execution ID: '${WORKFLOW_ID}' failed with reason: ${reason}`,
    failedStep: launched ? `Apply${stage}Components` : `Launch${stage}Instance`,
    log,
    amis: {},
  };
}
