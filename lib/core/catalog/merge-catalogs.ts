import type { Catalog } from '../../contract/documents/catalog';

/** What a catalog consists of, besides its release. */
export type CatalogEntries = Pick<Catalog, 'observations' | 'sets' | 'hosts' | 'accepted'>;

/**
 * Joins a catalog with entries that were made beside it. Nothing is lost and nothing stands twice, in whatever order and
 * however often it is done; of an entry that was made twice the earlier one stays.
 */
export function mergeCatalogs(catalog: Catalog, entries: Partial<CatalogEntries>): Catalog {
  return {
    ...catalog,
    observations: union(
      [...catalog.observations, ...(entries.observations ?? [])],
      ({ at, repository, tag, digest }) => [at, repository, tag, digest].join(' '),
    ),
    sets: union([...catalog.sets, ...(entries.sets ?? [])], ({ id }) => id).reverse(),
    hosts: union([...catalog.hosts, ...(entries.hosts ?? [])], ({ bake }) => bake),
    accepted: union([...catalog.accepted, ...(entries.accepted ?? [])], ({ finding }) => finding),
  };
}

/** The entries in the order of time, one of each key; the text breaks ties, so that the order never depends on the input's. */
function union<T extends { readonly at: string }>(entries: readonly T[], keyOf: (entry: T) => string): T[] {
  const sorted = entries
    .map((entry) => ({ entry, key: keyOf(entry), time: Date.parse(entry.at), text: JSON.stringify(entry) }))
    .sort(
      (one, other) => one.time - other.time || compare(one.key, other.key) || compare(one.text, other.text),
    );
  const kept = new Map<string, T>();
  for (const { entry, key } of sorted) {
    if (!kept.has(key)) {
      kept.set(key, entry);
    }
  }
  return [...kept.values()];
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
