/** What becomes of images that Microsoft releases outside Patch Tuesday. */
export enum OutOfBandPolicy {
  /** A bake is tried; where Windows Update does not offer the update to hosts, it ends as nothing. */
  FOLLOW = 'follow',
  /** They are taken by the next bake that the hosts' own updates cause. */
  WAIT_FOR_HOSTS = 'waitForHosts',
  /** They are no reason for a bake. */
  IGNORE = 'ignore',
}
