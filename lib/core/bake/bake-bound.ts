/** How long a build may take before the rebake ends it: the managed workflow's own steps may take longer than a day. */
export const BAKE_BOUND_SECONDS = 12 * 3600;

/** The time between two looks at a build that is under way, in seconds. */
export const FOLLOW_INTERVAL_SECONDS = 120;
