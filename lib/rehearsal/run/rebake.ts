import { WinbakeError } from '../../contract/values/errors';
import type { BakeControl } from '../../core/ports/bakes';
import type { FinishedBake } from '../../core/publish/publish-bake';
import { createDecide, type DecideAnswer, type DecideEvent } from '../../handlers/decide';
import { createPublish } from '../../handlers/publish';
import { pretendedStores } from '../account/parameter-stores';
import { isJsonObject } from '../../contract/values/json';
import { unmodelled } from '../assembly/unmodelled';
import { callerOf } from '../iam/role-policies';
import type { PretendedImageBuilder } from '../image-builder/pretended-image-builder';
import { copyJson } from '../states/json-value';
import { runStateMachine } from '../states/run-state-machine';
import type { ReportedDecision } from './rehearsal-report';
import { bucketOf, withRegistry, type Stage } from './stage';
import { callTask } from './state-machine-tasks';
import { functionByArn, type TemplateFunction } from './template-functions';
import { WaitingBound } from './waiting-bound';

/** What a rebake adds to the stage. */
export interface RebakeOptions {
  /** Undefined where the rehearsal ends before a bake: then one that is due is not run. */
  readonly imageBuilder: PretendedImageBuilder | undefined;
  /** Variables that replace those of the decide function. */
  readonly policy: Readonly<Record<string, string>>;
  /** What starts it, as the input of the execution says. */
  readonly trigger: string;
  /** Ends it once the gate has answered, before anything comes of the answer. */
  readonly decideOnly?: boolean;
}

/** What the state machine decided, look by look, and whether it came to an end. */
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
export async function rebake(stage: Stage, options: RebakeOptions): Promise<RebakeResult> {
  const { account, clock, signal } = stage;
  const { definition, roleArn, arn } = stage.pipeline.stateMachine;
  const answers: GateAnswer[] = [];
  const logs: string[] = [];
  const surroundings = {
    caller: callerOf(account.stacks, roleArn),
    imageBuilder: options.imageBuilder,
    invoke: invoker(stage, options, answers, logs),
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

/** What the gate said at one look. */
interface GateAnswer {
  readonly reported: ReportedDecision;
  readonly reason: string;
}

/** What the state machine says of a failure; what its log holds takes the place of the address of that log. */
function failureSentence(error = 'no error name', cause = 'no cause is known', log = ''): string {
  const [said = ''] = cause.split('\nLog: ');
  return error === 'BakeFailed'
    ? `${said}${log === '' ? '' : ` Log: ${log}`}`
    : `The state machine failed (${error}): ${said}`;
}

function pipelineIn(parameters: unknown): string {
  const arn = isJsonObject(parameters) ? parameters['ImagePipelineArn'] : undefined;
  if (typeof arn !== 'string') {
    throw unmodelled('a start of Image Builder that names no pipeline');
  }
  return arn;
}

/** Invokes functions of the template, and keeps what `decide` answers, and what it could not know of a failure. */
function invoker(stage: Stage, options: RebakeOptions, answers: GateAnswer[], logs: string[]) {
  const { account, clock, log, pipeline } = stage;
  const { WINBAKE_LONGEST_WAIT_SECONDS } = { ...pipeline.decide.environment, ...options.policy };
  const bound = new WaitingBound(Number(WINBAKE_LONGEST_WAIT_SECONDS));
  return async (functionArn: string, payload: unknown): Promise<unknown> => {
    const target = functionByArn(account.stacks, functionArn);
    const answer = await invoke(stage, options, target, payload);
    const failedImage = target.kind === 'decide' ? failedImageIn(payload) : undefined;
    if (failedImage !== undefined) {
      const isReported = (answer as DecideAnswer).code !== undefined;
      logs.push((isReported ? undefined : options.imageBuilder?.failureInLog(failedImage)) ?? '');
    }
    if (target.kind === 'decide' && isGateAnswer(payload, answer as DecideAnswer)) {
      const { decision, findings, reason } = answer as DecideAnswer;
      const reported = { at: clock.now().toISOString(), decision, findings };
      answers.push({ reported, reason });
      log.tell(reason);
      bound.check(reported, reason);
      if (options.decideOnly === true) {
        throw new RebakeStopped();
      }
    }
    return answer;
  };
}

/** The image build version that failed, where `decide` is told of one. */
function failedImageIn(payload: unknown): string | undefined {
  const failed = isJsonObject(payload) ? payload['failed'] : undefined;
  const bake = isJsonObject(failed) ? failed['bake'] : undefined;
  const arn = isJsonObject(bake) ? bake['ImageBuildVersionArn'] : undefined;
  return typeof arn === 'string' ? arn : undefined;
}

const GATE_DECISIONS = ['bake', 'wait', 'nothing', 'needsOperator'];

/** Whether the gate was asked and answered, and not only told what happened. */
function isGateAnswer(payload: unknown, { decision }: DecideAnswer): boolean {
  const isTold =
    isJsonObject(payload) && (payload['started'] !== undefined || payload['published'] !== undefined);
  return !isTold && GATE_DECISIONS.includes(decision);
}

async function invoke(
  stage: Stage,
  { imageBuilder, policy }: RebakeOptions,
  target: TemplateFunction,
  payload: unknown,
): Promise<unknown> {
  const { account, clock } = stage;
  const caller = callerOf(account.stacks, target.roleArn);
  const environment = { ...target.environment, AWS_REGION: account.environment.region };
  const parameters = account.parameters.store(caller);
  const documents = account.storage.documents(bucketOf(stage), caller);
  const now = () => clock.now();
  const bakes = imageBuilder?.control(caller) ?? NO_BAKES;
  if (target.kind === 'decide') {
    return withRegistry(stage, (registry) =>
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
        { ...environment, ...policy },
      )(payload as DecideEvent),
    );
  }
  if (target.kind === 'publish' && imageBuilder !== undefined) {
    const ports = {
      documents,
      stores: pretendedStores(account.parameters, account.environment, caller),
      builds: imageBuilder.describer(caller),
      tags: account.amis.writer(caller),
      announcer: account.bus.announcer(caller),
      now,
    };
    return createPublish(ports, environment)(payload as FinishedBake);
  }
  throw unmodelled(`a state machine that calls the function '${target.kind}'`);
}
