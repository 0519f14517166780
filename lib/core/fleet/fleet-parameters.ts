/** The tag of a fleet's group that names what deletes it. */
export const DELETION_TAG = 'winbake:deletion';

/** The names of a fleet's parameters; `prefix` is where all parameters of Winbake begin, such as `/winbake`. */
export function fleetParameters(prefix: string, fleet: string) {
  const path = `${prefix}/fleets/${fleet}`;
  return {
    path,
    state: `${path}/state`,
    words: `${path}/words`,
    /** What pauses the fleet while a deployment changes its group. */
    deployment: `${path}/deployment`,
    /** The log of one month, such as `2026-07`. */
    log: (month: string) => `${path}/log/${month}`,
  };
}
