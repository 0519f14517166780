import type { FleetRollout } from '../../lib/contract/documents/fleet-state';
import { betweenRefreshes } from '../../lib/core/fleet/between-refreshes';
import type { RolloutAction } from '../../lib/core/fleet/fleet-world';
import type { InstanceRefresh } from '../../lib/core/ports/fleets';
import { NEW, OLD } from './fleet-lab';
import {
  failedTask,
  fleetWorld,
  hostOf,
  instancesOf,
  refreshOf,
  rolloutOf,
  secondsAgo,
  SET,
  taskOf,
  type WorldChanges,
} from './fleet-world';

/** What differs from a canary whose refresh was stopped at its checkpoint. */
export interface StoppedCase extends WorldChanges {
  readonly rollout?: Partial<FleetRollout>;
  /** Null: the group has had none. */
  readonly refresh?: Partial<InstanceRefresh> | null;
}

/** A canary of one instance of four whose refresh was stopped at its checkpoint, and on which a task has run for an hour. */
export function afterRefresh({
  group,
  refresh = {},
  rollout: given,
  state,
  world,
  ...more
}: StoppedCase = {}): RolloutAction {
  const rollout = rolloutOf(given);
  return betweenRefreshes(
    fleetWorld({
      group: { instances: instancesOf([NEW, OLD, OLD, OLD]), ...group },
      state: { rollout, ...state },
      world: {
        hosts: [hostOf(0, [taskOf()]), hostOf(1, [taskOf()])],
        refresh:
          refresh === null
            ? undefined
            : refreshOf({ status: 'Cancelled', endedAt: new Date(secondsAgo(600)), ...refresh }),
        ...world,
      },
      ...more,
    }),
    rollout,
  );
}

export const BAD = { hosts: [hostOf(0, [failedTask(), failedTask()]), hostOf(1, [taskOf()])] };
export const WAITING = { hosts: [hostOf(0, []), hostOf(1, [taskOf()])] };
export const FLOOR = { floor: { ...SET, osVersion: NEW.osVersion } };
export const BACK = { because: 'bad', reason: 'tasks failed' } as const;
export const OLD_ONES = { instances: instancesOf([OLD, OLD]) };
export const NEW_ONES = { amiId: NEW.amiId, instances: instancesOf([NEW, NEW]) };
export const REVOKED_OLD = { id: OLD.id, amiId: OLD.amiId, by: 'bob', reason: 'leaks', at: secondsAgo(60) };
export const TEMPLATE = { from: 'before', to: 'digest', fromVersion: '6' };
