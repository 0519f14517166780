import { lookAndDecide, type GatePorts, type GateRequest } from '../core/gate/order-bake';
import type { Finding } from '../core/resolve/finding';
import { required } from './env';
import { extrasOf, linesOf } from './families';
import { gatePolicyOf } from './gate-policy';
import { osOf } from './os';

/** What the state machine hands to `decide`. */
export interface DecideEvent {
  readonly trigger?: string;
  /** Bakes whether it is due or not. */
  readonly force?: boolean;
  /** The bake that failed since the last answer, and what Image Builder says of it. */
  readonly failure?: { readonly orderId: string; readonly reason: string };
}

/** What the state machine gets from `decide`; `orderId` and `clientToken` come with `bake`. */
export interface DecideAnswer {
  readonly decision: string;
  readonly reason: string;
  readonly findings: readonly Finding[];
  readonly orderId?: string;
  readonly clientToken?: string;
}

/** Makes the decide function over its ports; its environment is `DecideEnvironment`. */
export function createDecide(ports: GatePorts, environment: NodeJS.ProcessEnv) {
  return async (event: DecideEvent): Promise<DecideAnswer> => {
    const answer = await lookAndDecide(ports, {
      release: osOf(required(environment, 'WINBAKE_OS')).release,
      families: required(environment, 'WINBAKE_FAMILIES').split(','),
      lines: linesOf(environment),
      extras: extrasOf(environment),
      policy: gatePolicyOf(environment),
      parameterPath: required(environment, 'WINBAKE_PARAMETER_PATH'),
      baseAmiParameter: required(environment, 'WINBAKE_BASE_AMI_PARAMETER'),
      recipeArn: required(environment, 'WINBAKE_RECIPE_ARN'),
      scriptsSha256: required(environment, 'WINBAKE_SCRIPTS_SHA256'),
      trigger: event.trigger ?? 'schedule',
      forced: event.force ?? false,
      ...reachedIn(event),
    });
    const { decision, reason, findings, order } = answer;
    return order === undefined
      ? { decision, reason, findings }
      : { decision, reason, findings, orderId: order.id, clientToken: order.id };
  };
}

/** A host that stayed below its target names the version that it reached; other failures tell nothing of the host. */
function reachedIn({ failure }: DecideEvent): Pick<GateRequest, 'reached'> {
  const [, revision] = /HOST_BEHIND_TARGET.*?10\.0\.\d+\.(\d+)/s.exec(failure?.reason ?? '') ?? [];
  return failure === undefined || revision === undefined
    ? {}
    : { reached: { order: failure.orderId, revision: Number(revision) } };
}
