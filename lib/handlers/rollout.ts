import { reconcileFleet, type RolloutAction } from '../core/fleet/reconcile-fleet';
import type { FleetControl } from '../core/ports/fleet-control';
import type { ParameterStore } from '../core/ports/parameter-store';
import { required } from './env';

/** What a rollout works with. */
export interface RolloutPorts {
  readonly fleet: FleetControl;
  readonly parameters: ParameterStore;
}

/** Makes the rollout function over its ports; its environment is `RolloutEnvironment`. It needs nothing of its event. */
export function createRollout(ports: RolloutPorts, environment: NodeJS.ProcessEnv) {
  return async (): Promise<{ readonly action: RolloutAction }> => ({
    action: await reconcileFleet(ports.fleet, ports.parameters, {
      channel: required(environment, 'WINBAKE_CHANNEL_PARAMETER'),
      state: required(environment, 'WINBAKE_FLEET_STATE_PARAMETER'),
    }),
  });
}
