import type {
  FleetRollout,
  RolloutOutcome,
  WaitsFor,
  FleetState,
  FleetDeployment,
} from '../../contract/documents/fleet-state';
import type { Channel, FailedPublication } from '../../contract/documents/publication';
import type { FleetGroup, ContainerHost, InstanceRefresh } from '../ports/fleets';
import type { RolloutPolicy } from '../../contract/values/rollout-policy';

/** What a person says to a fleet, in whose name and why; `until` where it is to end at another time than by itself. */
export type FleetOrder = FleetWish & { readonly by: string; readonly reason: string };

/** The part of an order that differs by verb. */
export type FleetWish =
  | { readonly verb: 'hold'; readonly until?: Date }
  | { readonly verb: 'unhold' }
  /** Null lifts the floor. */
  | { readonly verb: 'floor'; readonly osVersion: string | null; readonly until?: Date }
  | { readonly verb: 'accept'; readonly publication: string; readonly until?: Date };

/** One of the verbs that change what a fleet does. */
export type FleetVerb = FleetWish['verb'];

/** The next thing to do for a fleet, with the reason for people. */
export type RolloutAction =
  /** The fleet runs what it should. */
  | { readonly kind: 'nothing'; readonly reason: string }
  | { readonly kind: 'wait'; readonly waitsFor: WaitsFor; readonly reason: string }
  /** New instances start from an AMI; the ones there stay. `isEqual`: those count as running it. */
  | {
      readonly kind: 'useForNewInstances';
      readonly amiId: string;
      readonly publication: Channel | null;
      readonly isEqual: boolean;
      readonly reason: string;
    }
  /** A new refresh, with the rollout as it is wished for; `version` is made where it does not fit the group's any more. */
  | {
      readonly kind: 'startRefresh';
      readonly phase: FleetRollout['phase'];
      readonly publication: Channel;
      readonly goingBack: FleetRollout['goingBack'];
      readonly isRetry: boolean;
      readonly autoRollback: boolean;
      readonly reason: string;
    }
  /** The refresh under way is the one that was wished for. */
  | { readonly kind: 'adoptRefresh'; readonly refreshId: string; readonly reason: string }
  /** The refresh under way stops where it is. */
  | {
      readonly kind: 'cancelRefresh';
      readonly goingBack: FleetRollout['goingBack'];
      readonly reason: string;
    }
  /** The refresh under way turns back. */
  | {
      readonly kind: 'rollBackRefresh';
      readonly goingBack: NonNullable<FleetRollout['goingBack']>;
      readonly reason: string;
    }
  /** The rollout has ended. */
  | { readonly kind: 'settle'; readonly outcome: RolloutOutcome; readonly reason: string };

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

/** All that the next action of a rollout depends on, as one poll found it. */
export interface FleetWorld {
  readonly now: Date;
  readonly policy: RolloutPolicy;
  /** What the channel shows; undefined before it is seeded. */
  readonly wanted: Channel | undefined;
  /** What of the pipeline's publications has failed on a fleet, as housekeeping last noted it. */
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
