import type { FleetDeployment, FleetState } from '../../contract/documents/fleet-state';
import type { FailedPublication, Channel } from '../../contract/documents/publication';
import type { ContainerHost } from '../ports/container-hosts';
import type { FleetGroup, InstanceRefresh } from '../ports/fleet-control';
import type { RolloutPolicy } from './rollout-policy';

/** All that the next action of a rollout depends on, as one look found it. */
export interface FleetWorld {
  readonly now: Date;
  readonly policy: RolloutPolicy;
  /** What the channel shows; undefined before it is seeded. */
  readonly wanted: Channel | undefined;
  /** What of the pipeline's publications has failed on a fleet, as care last noted it. */
  readonly failed: readonly FailedPublication[];
  readonly state: FleetState;
  readonly group: FleetGroup;
  /** The newest refresh of the group. */
  readonly refresh: InstanceRefresh | undefined;
  /** The deployment that is changing the group; undefined where there is none. */
  readonly deployment: FleetDeployment | undefined;
  /** The container instances; read only while a rollout is judged. */
  readonly hosts: readonly ContainerHost[];
}

/** Statuses of a refresh that is still under way. */
const UNDER_WAY: readonly string[] = ['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking'];

/** Whether a refresh is still under way, so that Auto Scaling takes no other. */
export function isUnderWay(refresh: InstanceRefresh | undefined): refresh is InstanceRefresh {
  return refresh !== undefined && UNDER_WAY.includes(refresh.status);
}

/** The instances that run an AMI. */
export function instancesOf({ instances }: FleetGroup, amiId: string): readonly string[] {
  return instances.filter((one) => one.amiId === amiId).map(({ id }) => id);
}
