import type { FleetState } from '../../contract/documents/fleet-state';
import type { Channel } from '../../contract/documents/publication';

/** Which fleet a state is of. */
export interface FleetIdentity {
  readonly fleet: string;
  readonly autoScalingGroup: string;
  readonly cluster: string;
  /** The parameter of what it follows. */
  readonly channel: string;
}

/** The state of a fleet at its first look: it runs what its deployment started it from. */
export function newFleetState(
  identity: FleetIdentity,
  amiId: string,
  publication: Channel | null,
  at: Date,
): FleetState {
  return {
    schema: 'winbake.fleet-state/1',
    ...identity,
    amiId,
    publication,
    wanted: null,
    rollout: null,
    last: null,
    equalAmis: [],
    bad: [],
    hold: null,
    floor: null,
    accepted: null,
    notices: {},
    waiting: null,
    at: at.toISOString(),
  };
}
