import {
  CancelImageCreationCommand,
  GetImageCommand,
  ImagebuilderClient,
  ImagebuilderServiceException,
  RetryImageCommand,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder';
import { LambdaServiceException } from '@aws-sdk/client-lambda';
import { ExecutionStatus, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { WinbakeError } from '../../lib/contract/values/errors';
import { isJsonObject } from '../../lib/contract/values/json';
import type { DecideAnswer, DecideEvent } from '../../lib/handlers/decide';
import type { Principal } from '../account/principal';
import { SERVICE_MODELS } from '../account/service-models';
import type { SimulatedExecution } from '../account/services/step-functions';
import { unmodelled } from '../aws/cloudformation/environment';
import { copyJson } from '../aws/states/json-value';
import { runStateMachine } from '../aws/states/run-state-machine';
import type { RehearsalContext } from './rehearsal-context';
import type { ReportedDecision } from './rehearsal-report';
import type { SimulatedAccount } from './simulated-account';
import { schedulesOf } from './template-functions';

/** A call that a Task state makes. */
interface TaskCall {
  readonly resource: string;
  readonly parameters: unknown;
}

const MODEL = SERVICE_MODELS.imagebuilder;

const COMMANDS: Readonly<Record<string, new (input: never) => object>> = {
  StartImagePipelineExecution: StartImagePipelineExecutionCommand,
  GetImage: GetImageCommand,
  CancelImageCreation: CancelImageCreationCommand,
  RetryImage: RetryImageCommand,
};

/**
 * Makes the calls of Task states by the state machine's role; throws for a service integration that has no model.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export async function callTask(
  account: Pick<SimulatedAccount, 'as' | 'invoke'>,
  caller: Principal,
  { parameters, resource }: TaskCall,
): Promise<unknown> {
  const given = isJsonObject(parameters) ? parameters : {};
  if (resource === 'arn:aws:states:::lambda:invoke') {
    try {
      const Payload = await account.invoke(caller, String(given['FunctionName']), given['Payload']);
      return { StatusCode: 200, Payload };
    } catch (error) {
      // What the function threw has its own name, what Lambda refuses the name of its service.
      throw error instanceof LambdaServiceException ? named('Lambda', error) : error;
    }
  }
  const [, initial = '', rest = ''] =
    /^arn:aws:states:::aws-sdk:imagebuilder:([a-z])(\w+)$/.exec(resource) ?? [];
  const operation = `${initial.toUpperCase()}${rest}`;
  const Command = Object.hasOwn(COMMANDS, operation) ? COMMANDS[operation] : undefined;
  const { input, output } = MODEL.operations[operation] ?? {};
  if (Command === undefined || !input || !output) {
    throw unmodelled(`the service integration ${resource}`);
  }
  const command = new Command(renamed(input, given, lowerFirst) as never);
  try {
    const answer: object = await account.as(caller, () => new ImagebuilderClient().send(command as never));
    const members = Object.entries(answer).filter(([name]) => name !== '$metadata');
    return renamed(output, Object.fromEntries(members), upperFirst);
  } catch (error) {
    if (error instanceof WinbakeError) {
      throw error;
    }
    if (!(error instanceof ImagebuilderServiceException)) {
      // No catcher of the state machine may hide it.
      throw new WinbakeError('REHEARSAL_FAILED', `The simulated ${operation} failed: ${String(error)}`, {
        cause: error,
      });
    }
    throw named('Imagebuilder', error);
  }
}

/** An error of a service as Step Functions names it. */
function named(service: string, error: Error): Error {
  return Object.assign(new Error(error.message, { cause: error }), { name: `${service}.${error.name}` });
}

/** Step Functions writes the members of structures with a capital, whatever the service does; keys of maps stay. */
function renamed(shapeName: string, value: unknown, rename: (name: string) => string): unknown {
  const { member = '', members = {}, type, value: item = '' } = MODEL.shapes[shapeName] ?? {};
  if (type === 'list' && Array.isArray(value)) {
    return value.map((one) => renamed(member, one, rename));
  }
  if (!isJsonObject(value) || (type !== 'structure' && type !== 'map')) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (type === 'map') {
        return [key, renamed(item, one, rename)];
      }
      return [rename(key), renamed(members[lowerFirst(key)] ?? '', one, rename)];
    }),
  );
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
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

/** What a rebake adds to the context. */
interface RebakeOptions {
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
 * Runs the pipeline's state machine from the template once: the execution that the deployment began, or a new one as its
 * schedule would start it. Throws a `WinbakeError` with the cause where it fails.
 */
export async function rebake(context: RehearsalContext, options: RebakeOptions): Promise<RebakeResult> {
  const { account, clock, signal } = context;
  const { definition, roleArn } = context.pipeline.stateMachine;
  const execution = await startedExecution(context, options);
  const caller = account.sessionOf(roleArn, execution.name, 'states.amazonaws.com');
  const answers = new GateAnswers(context, options);
  const result = await runStateMachine({
    definition,
    input: copyJson(JSON.parse(execution.input)) ?? null,
    executionName: execution.name,
    executionArn: execution.arn,
    clock,
    random: () => 0.5,
    tasks: async (call) => {
      signal?.throwIfAborted();
      if (call.resource === START_BAKE && account.bake === undefined) {
        throw new RebakeStopped(pipelineIn(call.parameters));
      }
      const answer = await callTask(account, caller, call);
      answers.note(call.parameters, answer);
      return copyJson(answer) ?? null;
    },
  })
    .catch((error: unknown) => {
      if (error instanceof RebakeStopped) {
        return error;
      }
      throw error;
    })
    .finally(() => {
      account.world.states.end(execution.arn, ExecutionStatus.SUCCEEDED, clock.now());
    });
  if (!(result instanceof RebakeStopped) && result.status === 'FAILED') {
    throw new WinbakeError('REHEARSAL_FAILED', failureSentence(result.error, result.cause, answers.log));
  }
  return {
    decisions: answers.all.map(({ reported }) => reported),
    reason: answers.all.at(-1)?.reason ?? '',
    notRun: result instanceof RebakeStopped ? result.imagePipelineArn : undefined,
  };
}

async function startedExecution(
  { account, pipeline }: RehearsalContext,
  { trigger }: RebakeOptions,
): Promise<SimulatedExecution> {
  const { arn: stateMachineArn } = pipeline.stateMachine;
  const { states } = account.world;
  const begun = states.all.find(
    (one) => one.stateMachineArn === stateMachineArn && one.status === ExecutionStatus.RUNNING,
  );
  if (begun !== undefined) {
    return begun;
  }
  const schedule = schedulesOf(pipeline.stack, stateMachineArn).find(
    ({ input }) => input['trigger'] === trigger,
  );
  const caller =
    schedule === undefined
      ? account.administrator
      : account.sessionOf(schedule.roleArn, schedule.name, 'scheduler.amazonaws.com');
  const { executionArn } = await account.as(caller, () =>
    new SFNClient().send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ trigger }) })),
  );
  const started = states.all.find(({ arn }) => arn === executionArn);
  if (started === undefined) {
    throw unmodelled(`the execution ${executionArn ?? ''}, which did not begin`);
  }
  return started;
}

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

/** Keeps what `decide` answers, and what it could not know of a failure. */
class GateAnswers {
  readonly all: GateAnswer[] = [];
  /** What the log of the instance says of the last failure, where no document does. */
  log = '';
  private readonly limit: WaitingLimit;

  constructor(
    private readonly context: RehearsalContext,
    private readonly options: RebakeOptions,
  ) {
    this.limit = new WaitingLimit(context.pipeline.policy.longestWaitSeconds);
  }

  /** Takes the answer to a call of the state machine. */
  note(parameters: unknown, answer: unknown): void {
    const { account, clock, log, pipeline } = this.context;
    const call = isJsonObject(parameters) ? parameters : {};
    if (call['FunctionName'] !== pipeline.decide.arn || !isJsonObject(answer)) {
      return;
    }
    const verdict = answer['Payload'] as DecideAnswer;
    const image = failedImageIn(call['Payload'] as DecideEvent);
    if (image !== undefined && verdict.step === 'evaluateFailure') {
      const build = account.imageBuilder.all.find(({ arn }) => arn === image);
      this.log = verdict.code === undefined ? (build?.outcome.failure?.log ?? '') : '';
    }
    if (isGateAnswer(verdict)) {
      const { decision, findings, reason } = verdict;
      const reported = { at: clock.now().toISOString(), decision, findings };
      this.all.push({ reported, reason });
      log.notify(reason);
      this.limit.check(reported, reason);
      if (this.options.decideOnly === true) {
        throw new RebakeStopped();
      }
    }
  }
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
