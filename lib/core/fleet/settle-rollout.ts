import type { FleetState, RolloutOutcome } from '../../contract/documents/fleet-state';
import type { Channel } from '../../contract/documents/publication';
import { heal, raise } from './fleet-notices';

/** A rollout's end as the state keeps it. */
export interface Settlement {
  readonly publication: Channel;
  readonly outcome: RolloutOutcome;
  readonly reason: string;
  readonly proven: boolean;
}

/** The state after a rollout: what failed is bad for this fleet and told once, what finished heals what was told before. */
export function settleRollout(state: FleetState, settlement: Settlement, now: Date): FleetState {
  const { outcome, proven, publication, reason } = settlement;
  const at = now.toISOString();
  const ended: FleetState = {
    ...state,
    rollout: null,
    last: { publication: publication.id, outcome, at, proven },
  };
  if (outcome === 'finished') {
    return heal(heal(ended, 'rolloutRolledBack:'), 'rolloutFailed:');
  }
  if (outcome !== 'rolledBack' && outcome !== 'failed') {
    return ended;
  }
  const others = state.bad.filter((one) => one.publication !== publication.id);
  const how = outcome === 'rolledBack' ? 'went back from' : 'could neither take nor leave';
  return raise(
    { ...ended, bad: [{ publication: publication.id, reason, at }, ...others] },
    `${outcome === 'rolledBack' ? 'rolloutRolledBack' : 'rolloutFailed'}:${publication.id}`,
    `Fleet ${state.fleet} ${how} ${publication.id}: ${reason}. It is not tried again, until a newer one ` +
      `is there or a person says so: winbake fleet accept ${state.fleet} ${publication.id} --reason "..."`,
    now,
  );
}
