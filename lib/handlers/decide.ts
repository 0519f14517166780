import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { imageBuilderControl } from '../aws/image-builder';
import { eventBridgeAnnouncer, snsNotifier } from '../aws/notices';
import { roleLogins } from '../aws/registry-logins';
import { stepFunctionsExecutions } from '../aws/step-functions';
import { s3DocumentStore } from '../aws/stores/s3-document-store';
import { ssmParameterStore } from '../aws/stores/ssm-parameter-store';
import { gatePolicyOf } from '../contract/documents/gate-policy';
import { clientTokenOf, retryTokenOf } from '../contract/documents/order';
import { required, secretsOf } from '../contract/names/environment';
import { UsageError } from '../contract/values/errors';
import type { Finding } from '../contract/values/finding';
import { osOf } from '../contract/values/release';
import { ENDED_WITHOUT_IMAGE } from '../core/bake/bake-end';
import {
  type EndedOrder,
  endLeasedOrder,
  endOrder,
  type EndOrderPorts,
  type EndOrderRequest,
  noteStartedBake,
  type RebakeFailure,
} from '../core/gate/order-end';
import { type LeasedGateAnswer, orderUnderLease } from '../core/gate/order-bake';
import {
  noteDecision,
  noteFailure,
  notePublished,
  noteTriedAgain,
  type NotifiedRebake,
  type RebakeNoticePorts,
} from '../core/notify/notify-once';
import { openRegistries, withOwnRegistries } from '../registry/registries';
import {
  createRegistryClient,
  type RegistryClient,
  type RegistryClientOptions,
} from '../registry/registry-client';
import { createLog, withLog } from './log';
import { LAMBDA, type Runtime } from './runtime';

/** The data of the state machine where something went wrong, as far as it had come. */
interface FailedState {
  readonly orderId?: string;
  readonly bake?: { readonly ImageBuildVersionArn: string };
  /** What `GetImage` said last. */
  readonly image?: { readonly state: { readonly Status: string; readonly Reason?: string } };
  /** The build did not end in its time. */
  readonly tooLong?: boolean;
  /** Image Builder did not try the test or distribution of a build again, which had failed for this cause. */
  readonly notRetried?: object;
  readonly cause?: string;
  /** What a `Catch` kept. */
  readonly error?: { readonly Error?: string; readonly Cause?: string };
}

/** Reads what went wrong out of the state machine's data. */
function failureIn({ bake, cause, error, image, notRetried, orderId, tooLong }: FailedState): RebakeFailure {
  if (notRetried !== undefined) {
    return {
      orderId,
      image: bake?.ImageBuildVersionArn,
      status: 'FAILED',
      reason: cause ?? 'Image Builder says no more.',
      error: undefined,
    };
  }
  const state = image?.state;
  const ended = ENDED_WITHOUT_IMAGE.find((status) => status === state?.Status);
  return {
    orderId,
    image: bake?.ImageBuildVersionArn,
    status: error === undefined ? (tooLong === true ? 'TIMED_OUT' : ended) : undefined,
    reason: error === undefined ? (state?.Reason ?? 'Image Builder says no more.') : causeIn(error),
    error: error?.Error,
  };
}

/** Lambda's cause is JSON that holds the message of what was thrown. */
function causeIn({ Cause = 'no cause is known' }: { readonly Cause?: string }): string {
  try {
    const parsed: unknown = JSON.parse(Cause);
    return typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed
      ? String(parsed.errorMessage)
      : Cause;
  } catch {
    return Cause;
  }
}

/** The input of an execution of the state machine. */
export interface RebakeInput {
  readonly trigger?: string;
  /** Bakes whether it is due or not. */
  readonly force?: boolean;
  /** An update that must be there afterwards. */
  readonly kb?: string;
  readonly by?: string;
  readonly reason?: string;
}

/** What every event of the state machine holds. */
interface RebakeEvent<Step extends string> {
  readonly step: Step;
  readonly executionArn: string;
  /** What started the execution. */
  readonly input?: RebakeInput;
}

/** Asks whether a bake is due. */
type GateEvent = RebakeEvent<'decide'>;

/** Image Builder has begun an order. */
interface StartEvent extends RebakeEvent<'noteStart'> {
  readonly orderId: string;
  readonly imageBuildVersionArn: string;
}

/** An order is published. */
interface PublicationEvent extends RebakeEvent<'notePublication'> {
  readonly orderId: string;
}

/** Something went wrong; with the data of the state machine. */
interface FailureEvent extends RebakeEvent<'evaluateFailure'> {
  readonly failed: FailedState;
}

/** What the state machine hands to `decide`. */
export type DecideEvent = GateEvent | StartEvent | PublicationEvent | FailureEvent;

/** What the gate says; `orderId` and `clientToken` come with `bake`. */
interface GateVerdict {
  readonly decision: LeasedGateAnswer['decision'];
  readonly reason: string;
  readonly findings: readonly Finding[];
  readonly orderId?: string;
  readonly clientToken?: string;
  /** The build that carries the order out already. */
  readonly bake?: { readonly ImageBuildVersionArn: string };
}

/** The answer to `decide`. */
interface GateAnswer extends GateVerdict {
  readonly step: 'decide';
}

/** The answer to `evaluateFailure`: what the gate says, where it was asked, or how it ended. */
interface FailureAnswer extends Omit<GateVerdict, 'decision'> {
  readonly step: 'evaluateFailure';
  readonly decision: EndedOrder['decision'];
  /** What went wrong, for people. */
  readonly cause: string;
  /** The code of the failure document, where an instance left one. */
  readonly code?: string;
}

/** The answer to what is only noted; the state machine needs nothing of it. */
interface NotedAnswer {
  readonly step: 'noteStart' | 'notePublication';
  readonly orderId: string;
}

/** What the state machine gets from `decide`. */
export type DecideAnswer = GateAnswer | FailureAnswer | NotedAnswer;

/** What the decide function works with. */
export interface DecidePorts extends EndOrderPorts, RebakeNoticePorts {}

/**
 * Makes the decide function over its ports; its environment is `DecideEnvironment`. Throws a `UsageError` for an event without
 * a step that it knows, such as that of an execution that began before a deployment.
 */
export function createDecide(ports: DecidePorts, environment: NodeJS.ProcessEnv) {
  return async (event: DecideEvent): Promise<DecideAnswer> => {
    const { executionArn: execution } = event;
    const notified: NotifiedRebake = { pipeline: required(environment, 'WINBAKE_PIPELINE'), execution };
    switch (event.step) {
      case 'decide': {
        const answer = await orderUnderLease(ports, requestOf(event, environment));
        await notifyOfAnswer(ports, notified, answer);
        return { step: event.step, ...verdictOf(answer) };
      }
      case 'noteStart': {
        const { step, orderId, imageBuildVersionArn: image } = event;
        await noteStartedBake(ports, { execution, orderId, image });
        return { step, orderId };
      }
      case 'notePublication': {
        const { step, orderId } = event;
        await endLeasedOrder(ports, execution, orderId, { ended: 'published' });
        await notePublished(ports, notified.pipeline);
        return { step, orderId };
      }
      case 'evaluateFailure': {
        const failure = failureIn(event.failed);
        const ended = await endOrder(ports, requestOf(event, environment), failure);
        await notifyOfEnd(ports, notified, failure.orderId, ended);
        return { step: event.step, ...failureAnswerOf(ended) };
      }
      default:
        throw new UsageError(
          'The step is one of decide, noteStart, notePublication, evaluateFailure; ' +
            `got: ${JSON.stringify((event as { readonly step?: unknown }).step)}. An execution that began before a deployment ` +
            'ends so; the next one takes its order up.',
        );
    }
  };
}

function failureAnswerOf({
  answer,
  cause,
  code,
  decision,
  retried,
}: EndedOrder): Omit<FailureAnswer, 'step'> {
  return {
    ...(answer === undefined ? { reason: cause, findings: [] } : verdictOf(answer)),
    ...(retried === undefined
      ? {}
      : {
          orderId: retried.orderId,
          clientToken: retryTokenOf({ id: retried.orderId }),
          bake: { ImageBuildVersionArn: retried.image },
        }),
    decision,
    cause,
    ...(code === undefined ? {} : { code }),
  };
}

async function notifyOfAnswer(
  ports: RebakeNoticePorts,
  notified: NotifiedRebake,
  answer: LeasedGateAnswer,
): Promise<void> {
  if (answer.notEvaluated !== true) {
    await noteDecision(ports, notified, answer);
  }
}

/** A failure that asks for a person is notified as the failure that it is. */
async function notifyOfEnd(
  ports: RebakeNoticePorts,
  notified: NotifiedRebake,
  orderId: string | undefined,
  { answer, cause, code, decision, isOutage }: EndedOrder,
): Promise<void> {
  if (decision === 'failed' || decision === 'needsOperator') {
    await noteFailure(ports, notified, { orderId, cause, code, verdict: answer?.reason });
  } else if (answer !== undefined) {
    await notifyOfAnswer(ports, notified, answer);
    if (isOutage === true && decision !== 'nothing') {
      await noteTriedAgain(ports, notified, { cause, verdict: answer.reason });
    }
  }
}

/** What an event asks of the gate, by the environment of `decide`. */
export function requestOf(
  { executionArn, input = {} }: Pick<DecideEvent, 'executionArn' | 'input'>,
  environment: NodeJS.ProcessEnv,
): EndOrderRequest {
  return {
    execution: executionArn,
    release: osOf(required(environment, 'WINBAKE_OS')).release,
    families: required(environment, 'WINBAKE_FAMILIES').split(','),
    policy: gatePolicyOf(environment),
    parameterPath: required(environment, 'WINBAKE_PARAMETER_PATH'),
    baseAmiParameter: required(environment, 'WINBAKE_BASE_AMI_PARAMETER'),
    recipeArn: required(environment, 'WINBAKE_RECIPE_ARN'),
    scriptsSha256: required(environment, 'WINBAKE_SCRIPTS_SHA256'),
    instanceRoleId: required(environment, 'WINBAKE_INSTANCE_ROLE_ID'),
    trigger: input.trigger ?? 'byHand',
    forced: input.force ?? false,
    ...(input.kb === undefined ? {} : { kb: input.kb }),
  };
}

function verdictOf({ decision, findings, image, order, reason }: LeasedGateAnswer): GateVerdict {
  return {
    decision,
    reason,
    findings,
    ...(order === undefined ? {} : { orderId: order.id, clientToken: clientTokenOf(order) }),
    ...(image === undefined ? {} : { bake: { ImageBuildVersionArn: image } }),
  };
}

/** One poll has this many seconds for all its network work. */
const DEADLINE_SECONDS = 30;

/** The runtime of a function that polls a registry. */
export interface PollingRuntime extends Runtime {
  readonly openRegistry: (options: RegistryClientOptions) => RegistryClient;
}

/** The decide function on the services of AWS: observes and decides under the lease, and writes the order of a bake that is due. */
export function create(
  environment: NodeJS.ProcessEnv,
  { now, openRegistry, sleep, write }: PollingRuntime = { ...LAMBDA, openRegistry: createRegistryClient },
) {
  const ports = {
    documents: s3DocumentStore(new S3Client(), required(environment, 'WINBAKE_BUCKET')),
    parameters: ssmParameterStore(new SSMClient(), sleep),
    executions: stepFunctionsExecutions(new SFNClient()),
    bakes: imageBuilderControl(new ImagebuilderClient()),
    notifier: snsNotifier(new SNSClient(), required(environment, 'WINBAKE_TOPIC_ARN')),
    announcer: eventBridgeAnnouncer(new EventBridgeClient()),
    now,
  };
  const login = roleLogins(secretsOf(environment));
  const decide = async (event: DecideEvent): Promise<DecideAnswer> => {
    const registry = openRegistry({
      url: required(environment, 'WINBAKE_REGISTRY'),
      deadlineSeconds: DEADLINE_SECONDS,
    });
    const own = openRegistries({ deadlineSeconds: DEADLINE_SECONDS, login, open: openRegistry });
    try {
      return await createDecide({ ...ports, registry: withOwnRegistries(registry, own) }, environment)(event);
    } finally {
      await Promise.all([registry.close(), own.close()]);
    }
  };
  const log = createLog({ pipeline: required(environment, 'WINBAKE_PIPELINE') }, write);
  return withLog(log, decide, (answer) => ({ ...answer, clientToken: undefined }));
}
