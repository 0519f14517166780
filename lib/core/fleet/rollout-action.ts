import type { FleetRollout, RolloutOutcome, WaitsFor } from '../../contract/documents/fleet-state';
import type { Channel } from '../../contract/documents/publication';

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
