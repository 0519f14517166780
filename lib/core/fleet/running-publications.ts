import type { FleetState } from '../../contract/documents/fleet-state';
import type { Channel } from '../../contract/documents/publication';
import type { FleetGroup } from '../ports/fleet-control';

/** The publication of each instance's AMI as far as the fleet's state knows it, in the order of the instances. */
export function runningPublications(
  state: FleetState,
  group: Pick<FleetGroup, 'instances'>,
): readonly (Channel | null)[] {
  const { publication, rollout, wanted } = state;
  const known = [publication, rollout?.publication, rollout?.from.publication, wanted?.publication];
  return group.instances.map(({ amiId }) => {
    if (publication !== null && state.equalAmis.includes(amiId)) {
      return publication;
    }
    return known.find((one) => one?.amiId === amiId) ?? null;
  });
}
