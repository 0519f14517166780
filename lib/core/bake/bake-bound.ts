/** How long a build may take before the rebake ends it: its workflows give up before that, copies to other regions take time as well. */
export const BAKE_BOUND_SECONDS = 12 * 3600;

/** The time between two looks at a build that is under way, in seconds. */
export const FOLLOW_INTERVAL_SECONDS = 120;
