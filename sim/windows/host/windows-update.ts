/** An update that Windows Update offers a machine. */
export interface OfferedUpdate {
  /** The number of its Knowledge Base article, such as `KB5066782`. */
  readonly kb: string;
  readonly title: string;
}

/**
 * The monthly update that brings a build to a revision. The article's number is synthetic, since hosts at invented
 * revisions have none; the title has the form of Microsoft's own, whose wording differs by release.
 * @see https://support.microsoft.com/topic/windows-server-2022-update-history-e1caa597-00c5-4ab9-9f3e-8212fe80b2ee
 */
export function cumulativeUpdate(build: number, revision: number): OfferedUpdate {
  const kb = `KB${5_000_000 + revision}`;
  return {
    kb,
    title: `Cumulative Update for Microsoft server operating system (${kb}) (${build}.${revision})`,
  };
}

/** Which of the offered updates are wanted. */
export interface UpdateFilter {
  /** Article numbers, or names with `*`; absent: all. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/**
 * Whether an update passes the lists of an UpdateOS step: it must be on the one, where there is one, and not on the other.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-updateos
 */
export function isWanted(update: OfferedUpdate, { include, exclude = [] }: UpdateFilter): boolean {
  const isOn = (list: readonly string[]) => list.some((entry) => names(entry, update));
  return (include === undefined || isOn(include)) && !isOn(exclude);
}

/** Entries are `KB1234567`, `1234567`, or a name with `*` in it. */
function names(entry: string, { kb, title }: OfferedUpdate): boolean {
  if (!entry.includes('*')) {
    return `KB${entry.toUpperCase().replace(/^KB/, '')}` === kb.toUpperCase();
  }
  const pattern = entry
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  return new RegExp(`^${pattern}$`, 'i').test(title);
}
