/** The names of a fleet's parameters; `prefix` is where all parameters of Winbake begin, such as `/winbake`. */
export function fleetParameters(prefix: string, fleet: string) {
  const path = `${prefix}/fleets/${fleet}`;
  return {
    path,
    state: `${path}/state`,
    words: `${path}/words`,
    /** The log of one month, such as `2026-07`. */
    log: (month: string) => `${path}/log/${month}`,
  };
}
