import { underLease, type FleetLeasePorts, reconcileFleet } from '../core/fleet/reconcile-fleet';
import type { FleetPorts } from '../core/fleet/fleet-ports';
import { type FleetWorld, runningPublications } from '../core/fleet/fleet-world';
import { hoursBehind, hoursUnpatched } from '../core/fleet/patch-hours';
import type { Measurement, Metrics } from '../core/ports/notices';
import type { Log } from './log';
import { rolloutPolicyOf } from '../contract/documents/fleet-state';
import { failedBeside, fleetParametersBeside } from '../contract/names/parameters';
import { required } from '../contract/names/environment';

/** What a rollout works with. */
export interface RolloutPorts extends FleetPorts, FleetLeasePorts {
  /** Its lines name the fleet. */
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a poll of a fleet did last, and why. */
export interface RolloutAnswer {
  readonly action: string;
  readonly reason: string;
}

/**
 * Makes the rollout function over its ports; its environment is `RolloutEnvironment`. It needs nothing of its event, and of its
 * request the id alone. While another request reconciles the fleet it does nothing: the schedule comes again.
 */
export function createRollout(ports: RolloutPorts, environment: NodeJS.ProcessEnv) {
  return async (by: string): Promise<RolloutAnswer> => {
    const fleet = required(environment, 'WINBAKE_FLEET');
    const state = required(environment, 'WINBAKE_FLEET_STATE_PARAMETER');
    const { deployment, lease, log, overrides } = fleetParametersBeside(state);
    const channel = required(environment, 'WINBAKE_CHANNEL_PARAMETER');
    const names = {
      fleet,
      autoScalingGroup: required(environment, 'WINBAKE_AUTO_SCALING_GROUP'),
      cluster: required(environment, 'WINBAKE_CLUSTER'),
      channel,
      failed: failedBeside(channel),
      state,
      overrides,
      deployment,
      log,
    };
    const policy = rolloutPolicyOf(environment);
    const done = await underLease(ports, { name: lease, by }, () => reconcileFleet(ports, names, policy));
    if (done === undefined) {
      const reason = 'another request reconciles the fleet';
      ports.log.info('Skipped', { kind: 'skip', reason });
      return { action: 'skip', reason };
    }
    const { actions, world } = done;
    actions.forEach((action) => {
      ports.log.info('Reconciled', { ...action });
    });
    ports.metrics.record(measurementsOf(world), world.now);
    const last = actions.at(-1);
    return { action: last?.kind ?? 'nothing', reason: last?.reason ?? '' };
  };
}

/** How far a fleet is behind its channel and behind Microsoft. */
function measurementsOf({ group, now, state }: FleetWorld): readonly Measurement[] {
  const facts = { running: runningPublications(state, group), wanted: state.wanted, now };
  return [
    { name: 'HoursBehind', value: hoursBehind(facts), unit: 'None' },
    { name: 'HoursUnpatched', value: hoursUnpatched(facts), unit: 'None' },
  ];
}
