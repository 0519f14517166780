import type { Catalog, Observation } from '../../contract/documents/catalog';
import { after } from './gate-input';
import { readOsVersion } from '../../contract/values/os-version';
import { lastPatchTuesday } from '../calendar/patch-tuesday';
import type { ImageFamily } from '../images/family';

/** An observation of a floating tag, with its revision read out. */
export interface FirstObservation {
  readonly family: ImageFamily;
  readonly at: Date;
  readonly revision: number;
  readonly observation: Observation;
}

/** What the catalog holds of the floating tags of some families, oldest first. */
export class FirstObservations {
  readonly all: readonly FirstObservation[];

  constructor(catalog: Catalog, families: readonly ImageFamily[]) {
    const owners = new Map(
      families.flatMap((family) =>
        family.floatingTags.map((tag) => [`${family.repository}:${tag}`, family] as const),
      ),
    );
    this.all = catalog.observations.flatMap((observation) => {
      const family = owners.get(`${observation.repository}:${observation.tag}`);
      const version = observation.osVersion === null ? undefined : readOsVersion(observation.osVersion);
      return family !== undefined && version?.build === catalog.build
        ? { family, at: new Date(observation.at), revision: version.revision, observation }
        : [];
    });
  }

  /** The first poll of all; a revision that it showed is of unknown age. */
  get beginning(): Date | undefined {
    return this.earliest(() => true);
  }

  /** When a revision was first seen under any family. */
  firstOf(revision: number): Date | undefined {
    return this.earliest((entry) => entry.revision === revision);
  }

  /** When a family first showed anything newer than a revision. */
  firstNewer(family: string, revision: number): Date | undefined {
    return this.earliest((entry) => entry.family.name === family && entry.revision > revision);
  }

  /** When a family first showed a digest. */
  firstDigest(family: string, digest: string): Date | undefined {
    return this.earliest(
      ({ family: { name }, observation }) => name === family && observation.digest === digest,
    );
  }

  /** The sightings of a family. */
  of(family: ImageFamily): readonly FirstObservation[] {
    return this.all.filter((entry) => entry.family.name === family.name);
  }

  private earliest(wanted: (entry: FirstObservation) => boolean): Date | undefined {
    const times = this.all.filter(wanted).map(({ at }) => at.getTime());
    return times.length === 0 ? undefined : new Date(Math.min(...times));
  }
}

/**
 * Whether a revision was released outside Patch Tuesday: it was first seen later than one longest wait after 10:00 Pacific.
 * A revision that the very first poll showed is of unknown age and taken for a regular one.
 */
export function isOutOfBand(
  firstObservations: FirstObservations,
  revision: number,
  longestWaitSeconds: number,
): boolean {
  const seen = firstObservations.firstOf(revision);
  const { beginning } = firstObservations;
  if (seen === undefined || beginning === undefined || seen <= beginning) {
    return false;
  }
  return seen > after(lastPatchTuesday(seen), longestWaitSeconds);
}
