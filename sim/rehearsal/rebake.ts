import { WinbakeError } from '../../lib/contract/values/errors';
import { isJsonObject } from '../../lib/contract/values/json';
import type { BakeControl } from '../../lib/core/ports/bakes';
import type { FinishedBake } from '../../lib/core/publish/publish-bake';
import { createDecide, type DecideAnswer, type DecideEvent } from '../../lib/handlers/decide';
import { createPublish } from '../../lib/handlers/publish';
import { simulatedStores } from '../aws/account/stores';
import { unmodelled } from '../aws/cloudformation/environment';
import { type Caller, callerOf } from '../aws/iam/role-policies';
import {
  ImageBuilderRefusal,
  type SimulatedImageBuilder,
} from '../aws/image-builder/simulated-image-builder';
import { copyJson } from '../aws/states/json-value';
import { runStateMachine } from '../aws/states/run-state-machine';
import { bucketOf, withRegistry, type RehearsalContext } from './rehearsal-context';
import type { ReportedDecision } from './rehearsal-report';
import { functionByArn, type TemplateFunction } from './template-functions';

/** A call that a Task state makes. */
interface TaskCall {
  readonly resource: string;
  readonly parameters: unknown;
}

/** What the state machine of a pipeline reaches. */
interface StateMachineSurroundings {
  /** The state machine with its role. */
  readonly caller: Caller;
  readonly imageBuilder: SimulatedImageBuilder | undefined;
  /** Invokes a function with a payload. */
  readonly invoke: (functionArn: string, payload: unknown) => Promise<unknown>;
}

/**
 * Makes the calls of Task states; throws for a service integration that has no model.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export async function callTask(surroundings: StateMachineSurroundings, call: TaskCall): Promise<unknown> {
  try {
    return await answerTo(surroundings, call);
  } catch (error) {
    // An error of an AWS SDK integration has the name of its service in front.
    throw error instanceof ImageBuilderRefusal
      ? Object.assign(error, { name: `Imagebuilder.${error.name}` })
      : error;
  }
}

async function answerTo(surroundings: StateMachineSurroundings, call: TaskCall): Promise<unknown> {
  const { caller, imageBuilder, invoke } = surroundings;
  const parameters = isJsonObject(call.parameters) ? call.parameters : {};
  if (imageBuilder === undefined && call.resource.includes(':imagebuilder:')) {
    throw unmodelled('Image Builder without a PowerShell on this computer');
  }
  switch (call.resource) {
    case 'arn:aws:states:::lambda:invoke': {
      const functionArn = String(parameters['FunctionName']);
      caller.require('lambda:InvokeFunction', functionArn);
      return { StatusCode: 200, Payload: await invoke(functionArn, parameters['Payload']) };
    }
    case 'arn:aws:states:::aws-sdk:imagebuilder:startImagePipelineExecution': {
      const { ImagePipelineArn, ClientToken, Tags } = parameters;
      const ImageBuildVersionArn = await imageBuilder?.start(
        String(ImagePipelineArn),
        String(ClientToken),
        caller,
        isJsonObject(Tags) ? (Tags as Readonly<Record<string, string>>) : {},
      );
      return { ClientToken, ImageBuildVersionArn };
    }
    case 'arn:aws:states:::aws-sdk:imagebuilder:getImage':
      return { Image: { State: imageBuilder?.state(String(parameters['ImageBuildVersionArn']), caller) } };
    case 'arn:aws:states:::aws-sdk:imagebuilder:cancelImageCreation':
      imageBuilder?.cancel(String(parameters['ImageBuildVersionArn']), caller);
      return { ImageBuildVersionArn: parameters['ImageBuildVersionArn'] };
    default:
      throw unmodelled(`the service integration ${call.resource}`);
  }
}

/**
 * Ends a rehearsal in which the gate waits and nothing comes: no wait of the gate lasts longer than its longest wait without
 * any change, and one that did would last for weeks of the virtual clock.
 */
export class WaitingLimit {
  private since: Date | undefined;
  private last: { readonly state: string; readonly at: Date } | undefined;

  constructor(private readonly longestWaitSeconds: number) {}

  /** Takes the next decision; throws a `WinbakeError` with its reason where the gate has waited in vain. */
  check({ decision, findings, at }: ReportedDecision, reason: string): void {
    const now = new Date(at);
    const state = JSON.stringify([decision, findings.map(({ code, family }) => [code, family])]);
    const before = this.last;
    this.last = { state, at: now };
    if (decision !== 'wait' || before?.state !== state || this.since === undefined) {
      this.since = now;
      return;
    }
    // The poll before this one was already later than any wait that ends.
    if (before.at.getTime() - this.since.getTime() > this.longestWaitSeconds * 1000) {
      const codes = [...new Set(findings.map(({ code }) => code))].join(', ');
      const hours = this.longestWaitSeconds / 3600;
      throw new WinbakeError(
        'REHEARSAL_FAILED',
        `The gate waited for more than ${hours} h and nothing changed (${codes || 'no finding'}): ${reason}`,
      );
    }
  }
}

/** What a rebake adds to the stage. */
interface RebakeOptions {
  /** Undefined where the rehearsal ends before a bake: then one that is due is not run. */
  readonly imageBuilder: SimulatedImageBuilder | undefined;
  /** What starts it, as the input of the execution says. */
  readonly trigger: string;
  /** Ends it once the gate has answered, before anything comes of the answer. */
  readonly decideOnly?: boolean;
}

/** What the state machine decided, poll by poll, and whether it came to an end. */
export interface RebakeResult {
  readonly decisions: readonly ReportedDecision[];
  /** Why the gate decided last as it did. */
  readonly reason: string;
  /** The ARN of the Image Builder pipeline whose bake was due and is not run; else undefined. */
  readonly notRun: string | undefined;
}

const START_BAKE = 'arn:aws:states:::aws-sdk:imagebuilder:startImagePipelineExecution';

/**
 * Runs the pipeline's state machine from the template once, as its schedule would start it. Throws a `WinbakeError` with
 * the cause where it fails.
 */
export async function rebake(context: RehearsalContext, options: RebakeOptions): Promise<RebakeResult> {
  const { account, clock, signal } = context;
  const { definition, roleArn, arn } = context.pipeline.stateMachine;
  const answers: GateAnswer[] = [];
  const logs: string[] = [];
  const surroundings = {
    caller: callerOf(account.stacks, roleArn),
    imageBuilder: options.imageBuilder,
    invoke: invoker(context, options, answers, logs),
  };
  const { name, arn: executionArn } = account.executions.begin(arn);
  const result = await runStateMachine({
    definition,
    input: { trigger: options.trigger },
    executionName: name,
    executionArn,
    clock,
    random: () => 0.5,
    tasks: async ({ resource, parameters }) => {
      signal?.throwIfAborted();
      if (resource === START_BAKE && options.imageBuilder === undefined) {
        throw new RebakeStopped(pipelineIn(parameters));
      }
      return copyJson(await callTask(surroundings, { resource, parameters })) ?? null;
    },
  })
    .catch((error: unknown) => {
      if (error instanceof RebakeStopped) {
        return error;
      }
      throw error;
    })
    .finally(() => {
      account.executions.end(executionArn);
    });
  if (!(result instanceof RebakeStopped) && result.status === 'FAILED') {
    throw new WinbakeError('REHEARSAL_FAILED', failureSentence(result.error, result.cause, logs.at(-1)));
  }
  return {
    decisions: answers.map(({ reported }) => reported),
    reason: answers.at(-1)?.reason ?? '',
    notRun: result instanceof RebakeStopped ? result.imagePipelineArn : undefined,
  };
}

/** Before a bake nothing was built that could be asked of. */
const NO_BAKES: BakeControl = {
  failedStep: () => Promise.resolve(undefined),
  launchedInstances: () => Promise.resolve({ build: undefined, test: undefined }),
  cancel: () => Promise.resolve(),
};

/** Ends the state machine where no more of it is wanted, or where a bake is due that is not to be run. */
class RebakeStopped extends WinbakeError {
  constructor(readonly imagePipelineArn?: string) {
    super('REHEARSAL_FAILED', 'The state machine was stopped by the rehearsal.');
  }
}

/** What the gate said at one poll. */
interface GateAnswer {
  readonly reported: ReportedDecision;
  readonly reason: string;
}

/** What the state machine says of a failure; what its log holds takes the place of the address of that log. */
function failureSentence(error = 'no error name', cause = 'no cause is known', log = ''): string {
  const [message = ''] = cause.split('\nLog: ');
  return error === 'BakeFailed'
    ? `${message}${log === '' ? '' : ` Log: ${log}`}`
    : `The state machine failed (${error}): ${message}`;
}

function pipelineIn(parameters: unknown): string {
  const arn = isJsonObject(parameters) ? parameters['ImagePipelineArn'] : undefined;
  if (typeof arn !== 'string') {
    throw unmodelled('a start of Image Builder that names no pipeline');
  }
  return arn;
}

/** Invokes functions of the template, and keeps what `decide` answers, and what it could not know of a failure. */
function invoker(context: RehearsalContext, options: RebakeOptions, answers: GateAnswer[], logs: string[]) {
  const { account, clock, log, pipeline } = context;
  const limit = new WaitingLimit(pipeline.policy.longestWaitSeconds);
  return async (functionArn: string, payload: unknown): Promise<unknown> => {
    const target =
      functionArn === pipeline.decide.arn ? pipeline.decide : functionByArn(account.stacks, functionArn);
    const answer = await invoke(context, options, target, payload);
    if (target.kind !== 'decide') {
      return answer;
    }
    const verdict = answer as DecideAnswer;
    const image = failedImageIn(payload as DecideEvent);
    if (image !== undefined && verdict.step === 'evaluateFailure') {
      const isReported = verdict.code !== undefined;
      logs.push((isReported ? undefined : options.imageBuilder?.failureInLog(image)) ?? '');
    }
    if (isGateAnswer(verdict)) {
      const { decision, findings, reason } = verdict;
      const reported = { at: clock.now().toISOString(), decision, findings };
      answers.push({ reported, reason });
      log.notify(reason);
      limit.check(reported, reason);
      if (options.decideOnly === true) {
        throw new RebakeStopped();
      }
    }
    return answer;
  };
}

/** The image build version that failed, where there was one. */
function failedImageIn(event: DecideEvent): string | undefined {
  return event.step === 'evaluateFailure' ? event.failed.bake?.ImageBuildVersionArn : undefined;
}

const GATE_DECISIONS = ['bake', 'wait', 'nothing', 'needsOperator'];

/** Whether the gate was asked and answered. */
function isGateAnswer(answer: DecideAnswer): answer is Extract<DecideAnswer, { readonly decision: string }> {
  return 'decision' in answer && GATE_DECISIONS.includes(answer.decision);
}

async function invoke(
  context: RehearsalContext,
  { imageBuilder }: RebakeOptions,
  target: TemplateFunction,
  payload: unknown,
): Promise<unknown> {
  const { account, clock } = context;
  const caller = callerOf(account.stacks, target.roleArn);
  const environment = { ...target.environment, AWS_REGION: account.environment.region };
  const parameters = account.parameters.store(caller);
  const documents = account.storage.documents(bucketOf(context), caller);
  const now = () => clock.now();
  const bakes = imageBuilder?.control(caller) ?? NO_BAKES;
  if (target.kind === 'decide') {
    return withRegistry(context, (registry) =>
      createDecide(
        {
          registry,
          documents,
          parameters,
          now,
          bakes,
          executions: account.executions.port(caller),
          notifier: account.topics.notifier(target.environment['WINBAKE_TOPIC_ARN'] ?? '', caller),
          announcer: account.bus.announcer(caller),
        },
        environment,
      )(payload as DecideEvent),
    );
  }
  if (target.kind === 'publish' && imageBuilder !== undefined) {
    const ports = {
      documents,
      stores: simulatedStores(account.parameters, account.environment, caller),
      builds: imageBuilder.describer(caller),
      tags: account.amis.writer(caller),
      announcer: account.bus.announcer(caller),
      now,
    };
    return createPublish(ports, environment)(payload as FinishedBake);
  }
  throw unmodelled(`a state machine that calls the function '${target.kind}'`);
}
