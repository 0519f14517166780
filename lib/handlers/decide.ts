import { gatePolicyOf } from '../contract/documents/gate-policy';
import { required } from '../contract/names/environment';
import type { Finding } from '../contract/values/finding';
import { osOf } from '../contract/values/release';
import { ENDED_WITHOUT_IMAGE } from '../core/bake/bake-end';
import { clientTokenOf } from '../core/bake/order-id';
import {
  type RebakeFailure,
  endLeasedOrder,
  endOrder,
  type EndedOrder,
  type EndOrderPorts,
  type EndOrderRequest,
  noteStartedBake,
} from '../core/gate/order-end';
import { orderUnderLease, type LeasedGateAnswer } from '../core/gate/order-under-lease';
import {
  noteDecision,
  noteFailure,
  notePublished,
  type RebakeNoticePorts,
  type ToldRebake,
} from '../core/gate/rebake-notices';

/** The data of the state machine where something went wrong, as far as it had come. */
interface FailedState {
  readonly orderId?: string;
  readonly bake?: { readonly ImageBuildVersionArn: string };
  /** What `GetImage` said last. */
  readonly image?: { readonly state: { readonly Status: string; readonly Reason?: string } };
  /** The build did not end in its time. */
  readonly tooLong?: boolean;
  /** What a `Catch` kept. */
  readonly error?: { readonly Error?: string; readonly Cause?: string };
}

/** Reads what went wrong out of the state machine's data. */
function failureIn({ orderId, bake, error, image, tooLong }: FailedState): RebakeFailure {
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

/** What the state machine hands to `decide`: at most one of the three that say what happened since. */
export interface DecideEvent {
  readonly executionArn: string;
  readonly input?: RebakeInput;
  readonly started?: { readonly orderId: string; readonly imageBuildVersionArn: string };
  readonly published?: { readonly orderId: string };
  /** The data of the state machine where something went wrong. */
  readonly failed?: FailedState;
}

/** What the state machine gets from `decide`; `orderId` and `clientToken` come with `bake`. */
export interface DecideAnswer {
  readonly decision: string;
  readonly reason: string;
  readonly findings: readonly Finding[];
  readonly orderId?: string;
  readonly clientToken?: string;
  /** The build that carries the order out already. */
  readonly bake?: { readonly ImageBuildVersionArn: string };
  /** What went wrong, for people. */
  readonly cause?: string;
  /** The code of the failure document, where an instance left one. */
  readonly code?: string;
}

/** What the decide function works with. */
export interface DecidePorts extends EndOrderPorts, RebakeNoticePorts {}

/** Makes the decide function over its ports; its environment is `DecideEnvironment`. */
export function createDecide(ports: DecidePorts, environment: NodeJS.ProcessEnv) {
  return async (event: DecideEvent): Promise<DecideAnswer> => {
    const { executionArn: execution, failed, published, started } = event;
    const told: ToldRebake = { pipeline: required(environment, 'WINBAKE_PIPELINE'), execution };
    if (started !== undefined) {
      const { orderId, imageBuildVersionArn: image } = started;
      await noteStartedBake(ports, { execution, orderId, image });
      return { decision: 'bake', reason: `${image} carries out the order ${orderId}.`, findings: [] };
    }
    if (published !== undefined) {
      await endLeasedOrder(ports, execution, published.orderId, 'published');
      await notePublished(ports, told.pipeline);
      return { decision: 'nothing', reason: `The order ${published.orderId} is published.`, findings: [] };
    }
    const request = requestOf(event, environment);
    if (failed === undefined) {
      const answer = await orderUnderLease(ports, request);
      await tellOfAnswer(ports, told, answer);
      return answerOf(answer);
    }
    const failure = failureIn(failed);
    const ended = await endOrder(ports, request, failure);
    await tellOfEnd(ports, told, failure.orderId, ended);
    const { answer, cause, code, decision } = ended;
    return {
      ...(answer === undefined ? { reason: cause, findings: [] } : answerOf(answer)),
      decision,
      cause,
      ...(code === undefined ? {} : { code }),
    };
  };
}

async function tellOfAnswer(
  ports: RebakeNoticePorts,
  told: ToldRebake,
  answer: LeasedGateAnswer,
): Promise<void> {
  if (answer.notJudged !== true) {
    await noteDecision(ports, told, answer);
  }
}

/** A failure that asks for a person is told as the failure that it is. */
async function tellOfEnd(
  ports: RebakeNoticePorts,
  told: ToldRebake,
  orderId: string | undefined,
  { answer, cause, code, decision }: EndedOrder,
): Promise<void> {
  if (decision === 'failed' || decision === 'needsOperator') {
    await noteFailure(ports, told, { orderId, cause, code, verdict: answer?.reason });
  } else if (answer !== undefined) {
    await tellOfAnswer(ports, told, answer);
  }
}

function requestOf(
  { executionArn, input = {} }: DecideEvent,
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

function answerOf({ decision, findings, image, order, reason }: LeasedGateAnswer): DecideAnswer {
  return {
    decision,
    reason,
    findings,
    ...(order === undefined ? {} : { orderId: order.id, clientToken: clientTokenOf(order) }),
    ...(image === undefined ? {} : { bake: { ImageBuildVersionArn: image } }),
  };
}
