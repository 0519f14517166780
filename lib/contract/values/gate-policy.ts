import type { WeeklyWindow } from './weekly-window';

/** The schema of the document that holds a policy. */
export const GATE_POLICY_SCHEMA = 'winbake.gate-policy/1';

/** What the gate does with a family that is still behind when its time is up. */
export const LATE_POLICIES = ['usePrevious', 'stop'] as const;

/** One of `usePrevious`, `stop`. */
export type LatePolicy = (typeof LATE_POLICIES)[number];

/** What the gate does with images that Microsoft releases outside Patch Tuesday. */
export const OUT_OF_BAND_POLICIES = ['follow', 'waitForHosts', 'ignore'] as const;

/** One of `follow`, `waitForHosts`, `ignore`. */
export type OutOfBandPolicy = (typeof OUT_OF_BAND_POLICIES)[number];

/** Whether a newer base AMI is a reason to bake. */
export const BASE_AMI_POLICIES = ['withNextBake', 'atOnce'] as const;

/** One of `withNextBake`, `atOnce`. */
export type BaseAmiPolicy = (typeof BASE_AMI_POLICIES)[number];

/** What the gate does for a host whose revision is newer than every image. */
export const HOST_WITHOUT_IMAGE_POLICIES = ['nearestLower', 'stop'] as const;

/** One of `nearestLower`, `stop`. */
export type HostWithoutImagePolicy = (typeof HOST_WITHOUT_IMAGE_POLICIES)[number];

/** When a bake is due, for what it waits, and what it caches beside the families. */
export interface GatePolicy {
  /** From the first observation of a newer revision, and from 10:00 Pacific on Patch Tuesday. */
  readonly longestWaitSeconds: number;
  readonly late: LatePolicy;
  readonly outOfBand: OutOfBandPolicy;
  /** A publication older than this is baked again. */
  readonly maxAgeSeconds: number;
  readonly baseAmi: BaseAmiPolicy;
  /** Previews, hotpatches and most out-of-band updates of hosts have no image. Windows Server 2016 always stops. */
  readonly hostWithoutImage: HostWithoutImagePolicy;
  /** Lines of families that replace the live ones, such as `4.8` for `aspnet`. */
  readonly lines: Readonly<Record<string, string>>;
  /** How many revisions before the families' own are cached too, 0 to 2. Windows Server 2016 runs none of them. */
  readonly previousRevisions: number;
  /** What is cached beside the families, in the forms of `EXTRA_FORMS`. */
  readonly extras: readonly string[];
  /** When no bake starts, unless a person forces it. */
  readonly noBakeWindows: readonly WeeklyWindow[];
}

/** The defaults: the latest family seen in five years came 24.7 hours after the first. */
export const DEFAULT_GATE_POLICY: GatePolicy = {
  longestWaitSeconds: 36 * 3600,
  late: 'usePrevious',
  outOfBand: 'follow',
  maxAgeSeconds: 35 * 86_400,
  baseAmi: 'withNextBake',
  hostWithoutImage: 'nearestLower',
  lines: {},
  previousRevisions: 1,
  extras: [],
  noBakeWindows: [],
};

/** The most revisions before the families' own that are cached: hardly an app stands on an older one; docs/costs.md. */
export const MOST_PREVIOUS_REVISIONS = 2;

/** The time between two polls while the gate waits, in seconds. */
export const POLL_INTERVAL_SECONDS = 15 * 60;

/** The time after a failed bake before it is tried once more, in seconds. */
export const RETRY_SECONDS = 3600;

/** The time before an order is tried again that was no attempt, in seconds. */
export const LAUNCH_RETRY_SECONDS = 5 * 60;

/** How often such an order is tried again before it counts as an attempt. */
export const MOST_LAUNCH_RETRIES = 2;

/** How often an order whose build ended without reporting why is tried again before it counts as an attempt. */
export const MOST_INTERRUPTIONS = 2;

/** How often one order is tried before a person is asked. */
export const MOST_ATTEMPTS = 2;

/** How often one order is started in all where the registry or Windows Update fails its bakes, and for how long, in seconds. */
export const MOST_OUTAGE_STARTS = 6;
export const LONGEST_OUTAGE_SECONDS = 86_400;

/** A family behind servercore for longer than this is warned of, and for longer than the second stops the gate. */
export const FROZEN_WARNING_SECONDS = 30 * 86_400;
export const FROZEN_STOP_SECONDS = 60 * 86_400;

/** How far in the future the newest observation may lie before the clock is distrusted, in seconds. */
export const CLOCK_SKEW_SECONDS = 5 * 60;
