/**
 * How long a build may take before the rebake ends it: more than the limits of all steps of build, test and distribution
 * together, so that a build which Image Builder still works at is never ended.
 */
export const BAKE_BOUND_SECONDS = 64 * 3600;

/** The time between two looks at a build that is under way, in seconds, for as long as a bake usually takes. */
export const FOLLOW_INTERVAL_SECONDS = 120;

/** How often a build is looked at in that interval: for four hours. */
export const FOLLOW_LOOKS = 120;

/** The time between two later looks, in seconds; each look has 11 events, of which an execution may have 25,000. */
export const FOLLOW_LATE_INTERVAL_SECONDS = 900;

/** How many looks at a build there are before it is ended. */
export const MOST_LOOKS =
  FOLLOW_LOOKS +
  Math.ceil((BAKE_BOUND_SECONDS - FOLLOW_LOOKS * FOLLOW_INTERVAL_SECONDS) / FOLLOW_LATE_INTERVAL_SECONDS);

/**
 * What a budget of hours counts for a bake: three times what one usually takes, and two hours for a scan of the AMI, of which
 * AWS names no limit and an example of an hour and a half. The limits of steps are no plan; they end what hangs.
 * @see https://docs.aws.amazon.com/inspector/latest/user/machine-image-on-demand.html
 */
export function plannedBakeHours({ scans }: { readonly scans: boolean }): number {
  return scans ? 10 : 8;
}
