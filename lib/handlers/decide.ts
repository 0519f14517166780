import { parseNoBakeWindows } from '../core/calendar/no-bake-windows';
import { endLeasedOrder, endOrder, type EndOrderPorts } from '../core/gate/order-end';
import { noteStartedBake } from '../core/gate/order-start';
import {
  orderUnderLease,
  type LeasedGateAnswer,
  type LeasedGateRequest,
} from '../core/gate/order-under-lease';
import type { Finding } from '../core/resolve/finding';
import { failureIn, type FailedState } from './decide-failure';
import { required } from './env';
import { extrasOf, linesOf } from './families';
import { gatePolicyOf } from './gate-policy';
import { osOf } from './os';

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
}

/** Makes the decide function over its ports; its environment is `DecideEnvironment`. */
export function createDecide(ports: EndOrderPorts, environment: NodeJS.ProcessEnv) {
  return async (event: DecideEvent): Promise<DecideAnswer> => {
    const { executionArn: execution, failed, published, started } = event;
    if (started !== undefined) {
      const { orderId, imageBuildVersionArn: image } = started;
      await noteStartedBake(ports, { execution, orderId, image });
      return { decision: 'bake', reason: `${image} carries out the order ${orderId}.`, findings: [] };
    }
    if (published !== undefined) {
      await endLeasedOrder(ports, execution, published.orderId, 'published');
      return { decision: 'nothing', reason: `The order ${published.orderId} is published.`, findings: [] };
    }
    const request = requestOf(event, environment);
    if (failed === undefined) {
      return answerOf(await orderUnderLease(ports, request));
    }
    const { answer, cause, decision } = await endOrder(ports, request, failureIn(failed));
    return {
      ...(answer === undefined ? { reason: cause, findings: [] } : answerOf(answer)),
      decision,
      cause,
    };
  };
}

function requestOf(
  { executionArn, input = {} }: DecideEvent,
  environment: NodeJS.ProcessEnv,
): LeasedGateRequest {
  return {
    execution: executionArn,
    release: osOf(required(environment, 'WINBAKE_OS')).release,
    families: required(environment, 'WINBAKE_FAMILIES').split(','),
    lines: linesOf(environment),
    extras: extrasOf(environment),
    policy: gatePolicyOf(environment),
    parameterPath: required(environment, 'WINBAKE_PARAMETER_PATH'),
    baseAmiParameter: required(environment, 'WINBAKE_BASE_AMI_PARAMETER'),
    recipeArn: required(environment, 'WINBAKE_RECIPE_ARN'),
    scriptsSha256: required(environment, 'WINBAKE_SCRIPTS_SHA256'),
    noBakeWindows: parseNoBakeWindows(environment['WINBAKE_NO_BAKE_WINDOWS'] ?? ''),
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
    ...(order === undefined ? {} : { orderId: order.id, clientToken: order.id }),
    ...(image === undefined ? {} : { bake: { ImageBuildVersionArn: image } }),
  };
}
