import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import { CURRENT_ORDER_KEY } from '../../lib/contract/names/bucket-keys';
import type { Catalog } from '../../lib/contract/documents/catalog';
import { gatePolicyOf } from '../../lib/contract/documents/gate-policy';
import type { GatePolicy } from '../../lib/contract/values/gate-policy';
import type { Order } from '../../lib/contract/documents/order';
import type { BakeControl } from '../../lib/core/ports/bakes';
import type { Measurement } from '../../lib/core/ports/notices';
import {
  createDecide,
  type DecideAnswer,
  type DecideEvent,
  type RebakeInput,
} from '../../lib/handlers/decide';
import { createPublish } from '../../lib/handlers/publish';
import type { TaskRequest } from '../../sim/aws/states/execution';
import { copyJson, type JsonValue } from '../../sim/aws/states/json-value';
import { runStateMachine, type StateMachineResult } from '../../sim/aws/states/run-state-machine';
import { functionsOf, stateMachineCalling } from '../../sim/rehearsal/template-functions';
import { VirtualClock } from '../../sim/clock/virtual-clock';
import type { FinishedBake } from '../../lib/core/publish/publish-bake';
import { WindowsOs } from '../../lib/ami/windows-os';
import { instanceDocuments } from './instance-documents';
import { memoryDocuments, memoryParameters } from './memory-ports';
import { memoryRegistry, shapeOf } from '../../sim/registry/memory-registry';
import { digestOf } from '../../sim/registry/memory-registry';
import { stackModels } from './stack-models';

const PATH = '/winbake/2022-core';
const REGION = 'us-east-1';
const EXECUTIONS = `arn:aws:states:${REGION}:123456789012:execution:winbake-2022-core-rebake`;

/** The state machine of a pipeline as it is synthesized, with the variables of its functions. */
function synthesizedRebake() {
  const stack = new Stack(new App(), 'Platform');
  new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE, previousRevisions: 0 });
  const [model] = stackModels({ Platform: Template.fromStack(stack).toJSON() });
  const [decide, publish] = ['decide', 'publish'].map((kind) =>
    functionsOf(model!).find((one) => one.kind === kind)!,
  );
  return { decide: decide!, publish: publish!, ...stateMachineCalling(model!, decide!.arn) };
}

let synthesized: ReturnType<typeof synthesizedRebake> | undefined;

/** What becomes of a build: how it ends after how many minutes. */
export interface BuildPlan {
  readonly status: string;
  readonly reason?: string;
  readonly minutes: number;
  /** What the instance wrote of its failure: a document, or the text of a damaged one. */
  readonly failure?: object | string;
  /** It fails on the test instance. */
  readonly inTest?: boolean;
}

const GOOD: BuildPlan = { status: 'AVAILABLE', minutes: 45 };

/** A call that fails: the name of the error, or undefined where it goes well. */
export type Trouble = (resource: string, payload: unknown) => string | undefined;

/** An account with one pipeline, in which rebakes run from the synthesized template on a virtual clock. */
export class RebakeWorld {
  readonly clock: VirtualClock;
  readonly documents = memoryDocuments();
  readonly parameters = memoryParameters();
  /** What the registry shows: the revision of each family. */
  readonly shown = { servercore: 4294, nanoserver: 4294, iis: 4294, aspnet: 4294 };
  /** What becomes of the next builds. */
  readonly plans: BuildPlan[] = [];
  /** What becomes of builds whose test is tried again; by default it fails again. */
  readonly retries: BuildPlan[] = [];
  /** The calls of Task states, by state. */
  readonly calls: string[] = [];
  readonly running = new Set<string>();
  /** The orders of builds that were started. */
  readonly starts: string[] = [];
  readonly answers: DecideAnswer[] = [];
  /** What people and machines were notified. */
  readonly notified: { readonly subject: string; readonly text: string }[] = [];
  readonly events: { readonly type: string; readonly detail: unknown }[] = [];
  readonly measured: Measurement[] = [];
  trouble: Trouble = () => undefined;
  /** The message of such a call. */
  troubleMessage: string | undefined;
  /** What replaces the gate's policy. */
  policy: Partial<GatePolicy> = {};
  private readonly builds = new Map<
    string,
    BuildPlan & { readonly token: string; readonly startedAt: Date }
  >();
  private executions = 0;

  constructor(start: string) {
    this.clock = new VirtualClock(new Date(start));
    synthesized ??= synthesizedRebake();
    const base = synthesized.decide.environment['WINBAKE_BASE_AMI_PARAMETER']!;
    this.parameters.values.set(base, 'ami-0123456789abcdef0');
  }

  get definition(): unknown {
    return synthesized!.definition;
  }

  /** The image that was published last, by its id. */
  get latest(): string | undefined {
    const text = this.parameters.values.get(`${PATH}/latest/publication`);
    return text && (JSON.parse(text) as { id: string }).id;
  }

  json(key: string): unknown {
    return JSON.parse(this.documents.texts.get(key) ?? 'null') as unknown;
  }

  /** A new execution's ARN; it runs until `end`. */
  begin(): string {
    this.executions += 1;
    const arn = `${EXECUTIONS}:run-${this.executions}`;
    this.running.add(arn);
    return arn;
  }

  /** Runs an execution to its end. */
  async rebake(input: RebakeInput = { trigger: 'patchTuesday' }, executionArn = this.begin()) {
    try {
      return await runStateMachine({
        definition: this.definition,
        input: input as JsonValue,
        executionName: executionArn.split(':').at(-1)!,
        executionArn,
        clock: this.clock,
        random: () => 0.5,
        tasks: (request) => this.answer(request),
      });
    } finally {
      this.running.delete(executionArn);
    }
  }

  /** Answers a Task state as the account does. */
  async answer({ resource, parameters, stateName }: TaskRequest): Promise<JsonValue> {
    this.calls.push(stateName);
    const given = parameters as Readonly<Record<string, string>>;
    const name = this.trouble(stateName, given['Payload'] ?? given);
    if (name !== undefined) {
      throw Object.assign(new Error(this.troubleMessage ?? `${name} of ${stateName}`), { name });
    }
    const service = resource.replace(/^arn:aws:states:::/, '');
    switch (service) {
      case 'lambda:invoke':
        return {
          Payload: copyJson(await this.invoke(given['FunctionName']!, given['Payload'])) ?? null,
        };
      case 'aws-sdk:imagebuilder:startImagePipelineExecution':
        return { ImageBuildVersionArn: this.start(given['ClientToken']!) };
      case 'aws-sdk:imagebuilder:getImage':
        return { Image: { State: this.stateOf(given['ImageBuildVersionArn']!) } };
      case 'aws-sdk:imagebuilder:retryImage':
        this.retry(given['ImageBuildVersionArn']!);
        return {};
      case 'aws-sdk:imagebuilder:cancelImageCreation':
        this.cancel(given['ImageBuildVersionArn']!);
        return {};
      default:
        throw new Error(`No model of ${service}.`);
    }
  }

  /** The instances of a build; tests replace it. */
  launchedInstances: BakeControl['launchedInstances'] = (image) => {
    const { buildInstanceId: build, testInstanceId: test } = this.describe(image);
    return Promise.resolve({ build, test: this.builds.get(image)?.inTest === true ? test : undefined });
  };

  /** The step in which a build failed; tests replace it. Image Builder gives a failed component no message. */
  failedStep: BakeControl['failedStep'] = (image) => {
    const isTest = this.builds.get(image)?.inTest === true;
    const step = isTest ? 'ApplyTestComponents' : 'ApplyBuildComponents';
    return Promise.resolve({ step, stage: isTest ? 'TEST' : 'BUILD', message: '' });
  };

  cancel(image: string): void {
    const build = this.builds.get(image)!;
    this.builds.set(image, { ...build, status: 'CANCELLED', reason: '', minutes: 0 });
  }

  /** The ports of the decide function. */
  get ports() {
    return {
      registry: memoryRegistry(shapeOf(this.shown)),
      documents: this.documents,
      parameters: this.parameters,
      now: () => this.clock.now(),
      notifier: {
        notify: (subject: string, text: string) => {
          this.notified.push({ subject, text });
          return Promise.resolve();
        },
      },
      announcer: {
        announce: (type: string, detail: unknown) => {
          this.events.push({ type, detail });
          return Promise.resolve();
        },
      },
      executions: {
        isRunning: (arn: string) => Promise.resolve(this.running.has(arn)),
        stop: (arn: string) => {
          this.running.delete(arn);
          return Promise.resolve();
        },
      },
      bakes: {
        failedStep: (image: string) => this.failedStep(image),
        launchedInstances: (image: string) => this.launchedInstances(image),
        cancel: (image: string) => {
          this.cancel(image);
          return Promise.resolve();
        },
      },
    };
  }

  private async invoke(functionArn: string, payload: unknown): Promise<unknown> {
    const { decide, publish } = synthesized!;
    if (functionArn === decide.arn) {
      const environment = {
        ...decide.environment,
        WINBAKE_INSTANCE_ROLE_ID: 'AROA',
        WINBAKE_GATE_POLICY: JSON.stringify({ ...gatePolicyOf(decide.environment), ...this.policy }),
      };
      const answer = await createDecide(this.ports, environment)(payload as DecideEvent);
      this.answers.push(answer);
      return answer;
    }
    const ports = {
      documents: this.documents,
      parameters: this.parameters,
      now: () => this.clock.now(),
      builds: { describe: (image: string) => Promise.resolve(this.describe(image)) },
      tags: { tag: () => Promise.resolve() },
      announcer: { announce: () => Promise.resolve() },
      stores: { of: () => Promise.resolve(this.parameters) },
    };
    const environment = { ...publish.environment, AWS_REGION: REGION, WINBAKE_INSTANCE_ROLE_ID: 'AROA' };
    const metrics = { record: (some: readonly Measurement[]) => this.measured.push(...some) };
    return createPublish(ports, environment, undefined, metrics)(payload as FinishedBake);
  }

  private start(token: string): string {
    const known = [...this.builds].find(([, build]) => build.token === token);
    if (known !== undefined) {
      return known[0];
    }
    const number = this.builds.size + 1;
    const image = `arn:aws:imagebuilder:${REGION}:123456789012:image/winbake-2022-core/1.0.0/${number}`;
    const plan = this.plans.shift() ?? GOOD;
    this.builds.set(image, { ...plan, token, startedAt: this.clock.now() });
    const { id } = this.json(CURRENT_ORDER_KEY) as Order;
    this.starts.push(id);
    if (plan.status === 'AVAILABLE') {
      this.leaveDocuments(image, id);
    }
    if (plan.failure !== undefined) {
      const { buildInstanceId, testInstanceId } = this.describe(image);
      const text = typeof plan.failure === 'string' ? plan.failure : JSON.stringify(plan.failure);
      const instance = plan.inTest === true ? testInstanceId : buildInstanceId;
      this.documents.texts.set(`failures/AROA:${instance}.json`, text);
    }
    return image;
  }

  private retry(image: string): void {
    const build = this.builds.get(image)!;
    const plan = this.retries.shift() ?? build;
    this.builds.set(image, { ...build, ...plan, startedAt: this.clock.now() });
    if (plan.status === 'AVAILABLE') {
      this.leaveDocuments(image, this.starts.at(-1)!);
    }
  }

  private stateOf(image: string): JsonValue {
    const { minutes, reason, startedAt, status } = this.builds.get(image)!;
    const isOver = this.clock.now().getTime() >= startedAt.getTime() + minutes * 60_000;
    return isOver
      ? { Status: status, ...(reason === undefined ? {} : { Reason: reason }) }
      : { Status: 'BUILDING' };
  }

  private describe(image: string) {
    const { minutes, startedAt } = this.builds.get(image)!;
    const number = image.split('/').at(-1)!;
    const amiId = `ami-${digestOf(image).slice(7, 24)}`;
    return {
      status: 'AVAILABLE',
      amis: { [REGION]: amiId },
      buildInstanceId: `i-build-${number}`,
      testInstanceId: `i-test-${number}`,
      startedAt,
      endedAt: new Date(startedAt.getTime() + minutes * 60_000),
    };
  }

  /** What the instances of a good build upload. */
  private leaveDocuments(image: string, orderId: string): void {
    const { buildInstanceId, endedAt, startedAt, testInstanceId } = this.describe(image);
    const { manifest, verification } = instanceDocuments(
      this.json(`bakes/${orderId}.json`) as Order,
      this.json('catalog/2022.json') as Catalog,
      { startedAt, endedAt },
    );
    this.documents.texts.set(`manifests/AROA:${buildInstanceId}.json`, JSON.stringify(manifest));
    this.documents.texts.set(`verifications/AROA:${testInstanceId}.json`, JSON.stringify(verification));
  }
}

/** The states that an execution went through, without the turns of its loops. */
export function wayOf({ history }: StateMachineResult): string {
  return history
    .map(({ state }) => state)
    .filter((state) => !['Decision', 'ImageState', 'FailureDecision', 'CountPoll', 'Follow'].includes(state))
    .filter((state, index, all) => state !== all[index - 2] || all[index - 1] !== all[index - 3])
    .filter((state, index, all) => state !== all[index - 1])
    .join(' ');
}
