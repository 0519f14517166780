import { LATE_POLICIES } from '../core/gate/gate-policy';
import { lookAndDecide, type GatePorts } from '../core/gate/order-bake';
import type { Finding } from '../core/resolve/finding';
import { required } from './env';
import { osOf } from './os';

/** What the state machine hands to `decide`. */
export interface DecideEvent {
  readonly trigger?: string;
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
      policy: {
        longestWaitSeconds: Number(required(environment, 'WINBAKE_LONGEST_WAIT_SECONDS')),
        late: LATE_POLICIES.find((policy) => policy === required(environment, 'WINBAKE_LATE')) ?? 'stop',
      },
      parameterPath: required(environment, 'WINBAKE_PARAMETER_PATH'),
      baseAmiParameter: required(environment, 'WINBAKE_BASE_AMI_PARAMETER'),
      recipeArn: required(environment, 'WINBAKE_RECIPE_ARN'),
      scriptsSha256: required(environment, 'WINBAKE_SCRIPTS_SHA256'),
      trigger: event.trigger ?? 'schedule',
    });
    const { decision, reason, findings, order } = answer;
    return order === undefined
      ? { decision, reason, findings }
      : { decision, reason, findings, orderId: order.id, clientToken: order.id };
  };
}
