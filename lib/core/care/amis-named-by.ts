/**
 * The AMIs that a parameter below the prefix keeps in use: a channel's publication, or a fleet's state with what it runs,
 * goes to and could go back to. The newest publication of a revision is no use: it goes with its AMI. The text is searched
 * and not parsed, so that a damaged or newer document still keeps what it names.
 */
export function amisNamedBy(prefix: string, name: string, value: string): readonly string[] {
  const path = name.startsWith(`${prefix}/`) ? name.slice(prefix.length + 1) : '';
  if (!/^fleets\/[^/]+\/state$|^[^/]+\/[^/]+\/publication$/.test(path)) {
    return [];
  }
  return [...new Set(value.match(/\bami-[0-9a-f]{8,17}\b/g) ?? [])];
}
