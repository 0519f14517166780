import { type Catalog, type ImageSet, type Observation, setFindings } from '../../contract/documents/catalog';
import { readOsVersion } from '../../contract/values/os-version';
import type { Release } from '../../contract/values/release';

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

/** A catalog that knows nothing yet. */
export function emptyCatalog(release: Release): Catalog {
  return {
    schema: 'winbake.catalog/1',
    release: release.name,
    build: release.build,
    observations: [],
    sets: [],
    hosts: [],
    accepted: [],
  };
}

/** A catalog with observations added; one that repeats what its tag last showed adds nothing, and gives the same catalog. */
export function withObservations(catalog: Catalog, observations: readonly Observation[]): Catalog {
  const news = observations.filter(
    (observation) => lastOf(catalog, observation)?.digest !== observation.digest,
  );
  return news.length === 0 ? catalog : mergeCatalogs(catalog, { observations: news });
}

/** A catalog with a set accepted, newest first; a set that it knows adds nothing. */
export function withImageSet(catalog: Catalog, set: ImageSet): Catalog {
  return catalog.sets.some((known) => known.id === set.id)
    ? catalog
    : mergeCatalogs(catalog, { sets: [{ ...set, findings: setFindings(set.findings) }] });
}

/** A catalog with the revision that the host of a bake reached. */
export function withHost(catalog: Catalog, at: Date, revision: number, bake: string): Catalog {
  return catalog.hosts.some((host) => host.bake === bake)
    ? catalog
    : mergeCatalogs(catalog, { hosts: [{ at: at.toISOString(), revision, bake }] });
}

/** A catalog in which an operator passes one finding, by its name; see `findingKey`. */
export function withAccepted(catalog: Catalog, finding: string, by: string, at: Date): Catalog {
  return catalog.accepted.some((known) => known.finding === finding)
    ? catalog
    : mergeCatalogs(catalog, { accepted: [{ finding, by, at: at.toISOString() }] });
}

/** What the tag of an observation showed last before it. */
function lastOf(catalog: Catalog, { at, repository, tag }: Observation): Observation | undefined {
  return catalog.observations.findLast(
    (one) => one.repository === repository && one.tag === tag && Date.parse(one.at) <= Date.parse(at),
  );
}

/** When each revision was first seen, as a tag or on the host of a bake. */
export function firstSeenTimes({ build, hosts, observations }: Catalog): ReadonlyMap<number, Date> {
  const seenTimes = [
    ...observations.flatMap(({ at, osVersion }) => {
      const version = osVersion === null ? undefined : readOsVersion(osVersion);
      return version?.build === build ? [{ revision: version.revision, at: new Date(at) }] : [];
    }),
    ...hosts.map(({ at, revision }) => ({ revision, at: new Date(at) })),
  ].sort((one, other) => other.at.getTime() - one.at.getTime());
  return new Map(seenTimes.map(({ at, revision }) => [revision, at]));
}
