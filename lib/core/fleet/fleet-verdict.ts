import type { FleetState } from '../../contract/documents/fleet-state';

/** Whether a publication does well on a fleet: all instances run it, it failed there, or that is not known yet. */
export type FleetVerdict = 'well' | 'bad' | 'waiting';

/** What a fleet says of a publication; promotion waits for canary fleets and is stopped by one that says `bad`. */
export function fleetVerdict(state: FleetState, publicationId: string): FleetVerdict {
  if (state.bad.some(({ publication }) => publication === publicationId)) {
    return 'bad';
  }
  const { last, rollout } = state;
  if (rollout?.publication.id === publicationId) {
    return rollout.goingBack?.because === 'bad' ? 'bad' : 'waiting';
  }
  return last?.publication === publicationId && last.outcome === 'finished' && last.proven
    ? 'well'
    : 'waiting';
}
