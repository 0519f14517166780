import type { Catalog, ImageSet, Observation } from '../../contract/documents/catalog';
import type { Release } from '../../contract/values/release';
import { mergeCatalogs } from './merge-catalogs';

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
    : mergeCatalogs(catalog, { sets: [set] });
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
