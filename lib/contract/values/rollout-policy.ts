import type { WeeklyWindow } from './weekly-window';

/** The schema of the document with what a stack says of a fleet. */
export const FLEET_SETTINGS_SCHEMA = 'winbake.fleet-settings/1';

/** What a stack says of a fleet to its rollouts; the parameter `<prefix>/fleets/<fleet>/settings`. */
export interface RolledFleet {
  readonly fleet: string;
  /** The parameter with the publication to run, such as `/winbake/2022-core/current/publication`. */
  readonly channel: string;
  /** The account whose AMIs it takes; undefined takes any. */
  readonly amiOwner?: string | undefined;
  readonly autoScalingGroup: string;
  readonly launchTemplateId: string;
  /** The name of the ECS cluster. */
  readonly cluster: string;
  /** The topic that notifies people; empty where there is the log alone. */
  readonly topicArn: string;
  readonly policy: RolloutPolicy;
}

/** How a fleet takes a publication. */
export interface RolloutPolicy {
  /** The first part of the group that is replaced, at least one instance, and then watched. */
  readonly canaryPercentage: number;
  readonly watchSeconds: number;
  /** How many instances there may be during a rollout, of the desired capacity: what is above 100 is replaced at once. */
  readonly maxHealthyPercentage: number;
  /** A canary is bad whose first tasks run so many times later after launch than those of before; null compares nothing. */
  readonly maxFirstTaskSlowdown: number | null;
  /** How long after the channel moved a rollout may begin. */
  readonly delaySeconds: number;
  /** People are notified of a refresh that has made no progress for so long. */
  readonly stallSeconds: number;
  /** Tasks that keep an instance from ending are stopped after so long; null lets them run. */
  readonly drainLimitSeconds: number | null;
  /** When a refresh may begin; always, where there are none. */
  readonly windows: readonly WeeklyWindow[];
  /** Names of CloudWatch alarms that turn a rollout back; at most ten. */
  readonly alarms: readonly string[];
  /** Replaces instances for a publication of their own OS version and mode, too. */
  readonly rollEqualRevision: boolean;
  /** Replaces instances whose launch template differs from the group's in more than its AMI. */
  readonly rollTemplateChanges: boolean;
  /** The fleet's wave, 0 the first; null where it waits for no other fleet's success. */
  readonly ring: number | null;
  /** How much longer each ring waits at most for the ones before it. */
  readonly ringLimitSeconds: number;
  /** The time from Microsoft's release to the last instance. */
  readonly patchWithinSeconds: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** The policy of a fleet that says nothing else. */
export const DEFAULT_ROLLOUT_POLICY: RolloutPolicy & { readonly maxFirstTaskSlowdown: number } = {
  canaryPercentage: 10,
  watchSeconds: 30 * MINUTE,
  maxHealthyPercentage: 125,
  maxFirstTaskSlowdown: 3,
  delaySeconds: 0,
  stallSeconds: 4 * HOUR,
  drainLimitSeconds: null,
  windows: [],
  alarms: [],
  rollEqualRevision: false,
  rollTemplateChanges: true,
  ring: null,
  ringLimitSeconds: 12 * HOUR,
  patchWithinSeconds: 72 * HOUR,
};
