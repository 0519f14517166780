import { join } from 'node:path';
import type { Finding } from '../../../lib/contract/values/finding';
import type { ActionScope, InstanceStorage } from '../../windows/awstoe/action';
import type { PhaseName } from '../../windows/awstoe/parsed-component';
import { runPhase, type OnStep } from '../../windows/awstoe/run-phase';
import { StepMemory } from '../../windows/awstoe/step-memory';
import { Restarts } from '../../windows/awstoe/step-result';
import type { FreshHost } from '../../windows/host/host-faults';
import { startMetadataService, SimulatedHost, type AskAws } from '../../windows/host/simulated-host';
import type { PowerShell } from '../../windows/powershell/powershell-session';
import { digitsOf } from '../cloudformation/physical-names';
import type { Recipe } from './read-recipe';
import type { RecipeComponent } from './recipe-component';

/** What an instance reaches of AWS by its role. */
export interface InstanceAccess {
  readonly storage: InstanceStorage;
  readonly readParameter: (name: string) => string | undefined;
  /** Why it never answers Image Builder: a right that its role lacks. */
  readonly silence: string | undefined;
  readonly ask: AskAws;
}

/** What bakes run on. */
export interface BakeOptions {
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
  /** Ends a bake that is under way. */
  readonly signal?: AbortSignal | undefined;
}

/** What failed on an instance. */
export interface BakeFailure {
  readonly stage: 'Build' | 'Test';
  /** Whether the instance came up. */
  readonly launched: boolean;
  /** What the API says of it. */
  readonly reason: string;
  /** The step of the workflow that failed; absent: the one that launches the instance, or that runs its components. */
  readonly step?: string;
  /** What the log of the instance says of the step that failed. */
  readonly log?: string;
}

/** What came of the instances of a bake. */
export interface BakeOutcome {
  readonly failure: BakeFailure | undefined;
  /** Undefined where it never came up. */
  readonly buildInstanceId: string | undefined;
  readonly testInstanceId: string | undefined;
  /** Steps that failed while their workflow went on, as it does after one with `Continue`. */
  readonly continued?: readonly string[];
  /** Runs a failed test again, on another instance of the same disk. */
  readonly retest?: () => Promise<BakeOutcome>;
}

/**
 * Runs the components of a recipe on a simulated build instance and, from its disk, on a test instance. The order of work is
 * that of the managed workflows.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/manage-image-workflows.html
 */
export async function runBake(
  options: BakeOptions,
  recipe: Recipe,
  imageArn: string,
  accessOf: (instanceId: string) => InstanceAccess,
): Promise<BakeOutcome> {
  const buildInstanceId = `i-${digitsOf(`${imageArn} build`, 17)}`;
  const { facts, offeredRevision } = options.baseHost(buildInstanceId);
  const build = new Instance(options, buildInstanceId, accessOf(buildInstanceId));
  const folder = join(options.folder, buildInstanceId);
  const built = await build.run(async (surroundings, scope) => {
    const host = SimulatedHost.create(folder, facts, surroundings, offeredRevision);
    reportNotRun(options, recipe);
    return { host, failed: await runPhases(options, scope(host), recipe, ['build', 'validate']) };
  });
  if ('reason' in built || built.failed !== undefined) {
    const failed = 'reason' in built ? built : built.failed;
    return {
      failure: { stage: 'Build', launched: true, reason: '', ...failed },
      buildInstanceId: failed?.launched === false ? undefined : buildInstanceId,
      testInstanceId: undefined,
    };
  }
  const runTest = async (attempt: string): Promise<BakeOutcome> => {
    const testInstanceId = `i-${digitsOf(`${imageArn} ${attempt}`, 17)}`;
    const test = new Instance(options, testInstanceId, accessOf(testInstanceId));
    const tested = await test.run(async (surroundings, scope) => {
      const host = built.host.clone(join(options.folder, testInstanceId), testInstanceId, surroundings);
      return { failed: await runPhases(options, scope(host), recipe, ['test']) };
    });
    const failed = 'reason' in tested ? tested : tested.failed;
    return {
      failure: failed && { stage: 'Test', ...failed },
      buildInstanceId,
      testInstanceId: failed?.launched === false ? undefined : testInstanceId,
      ...(failed === undefined ? {} : { retest: () => runTest(`${attempt} again`) }),
    };
  };
  return runTest('test');
}

type Failed = Omit<BakeFailure, 'stage'>;

class Instance {
  constructor(
    private readonly options: BakeOptions,
    private readonly id: string,
    private readonly access: InstanceAccess,
  ) {}

  /** Does what happens on it, unless it never answers. */
  async run<T>(
    work: (
      surroundings: Parameters<typeof SimulatedHost.create>[2],
      scope: (host: SimulatedHost) => ActionScope,
    ) => Promise<T>,
  ): Promise<T | Failed> {
    const { dockerFolder, registries, shell, signal } = this.options;
    const { ask, readParameter, silence, storage } = this.access;
    if (silence !== undefined) {
      return { launched: false, reason: `The instance never answered: ${silence}` };
    }
    const metadata = await startMetadataService(this.id, ask);
    try {
      return await work({ dockerFolder, registries, metadata: metadata.url }, (host) => ({
        host,
        shell,
        storage,
        signal,
        readParameter,
        restarts: new Restarts(),
      }));
    } finally {
      await metadata.close();
    }
  }
}

/** A failed component gives its ARN, and never its cause. */
async function runPhases(
  { onStep }: BakeOptions,
  scope: ActionScope,
  recipe: Recipe,
  phases: readonly PhaseName[],
): Promise<Failed | undefined> {
  const memory = new StepMemory();
  for (const phase of phases) {
    for (const { arn, document, parameters } of recipe.components.filter(isRunnable)) {
      const { failure } = await runPhase(scope, document, phase, parameters, onStep, memory);
      if (failure !== undefined) {
        const { component, reason = 'no reason is known.', step } = failure;
        const log = `step ${step} of component ${component}: ${reason}`;
        return { launched: true, reason: `Document ${arn} failed!`, log };
      }
    }
  }
  return undefined;
}

function reportNotRun({ onNotRun }: BakeOptions, { components }: Recipe): void {
  for (const component of components) {
    if ('notRun' in component) {
      onNotRun?.(component.notRun, component.steps);
    }
  }
}

function isRunnable(
  component: RecipeComponent,
): component is Extract<RecipeComponent, { document: unknown }> {
  return 'document' in component;
}
