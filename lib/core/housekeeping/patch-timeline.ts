import type { Catalog } from '../../contract/documents/catalog';
import type { Channel } from '../../contract/documents/publication';
import { readOsVersion } from '../../contract/values/os-version';
import { lastPatchTuesday, patchTuesdayOf } from '../calendar/patch-tuesday';
import { firstSeenTimes } from '../catalog/catalog';
import { familyNameIn } from '../images/family';

/** What came at the last Patch Tuesday, and when. */
export interface PatchTimeline {
  readonly released: string;
  /** When each family showed it first, or something newer; null where it has not yet. */
  readonly families: readonly { readonly family: string; readonly shownAt: string | null }[];
  /** The first publication with it; null where none is known. */
  readonly publication: Pick<Channel, 'id' | 'at'> | null;
}

/** When what came at the last Patch Tuesday reached families and channels; null where nothing has come since that is of known age. */
export function patchTimeline(
  catalog: Catalog,
  channels: readonly Channel[],
  now: Date,
): PatchTimeline | null {
  const { build, observations, sets } = catalog;
  const released = lastPatchTuesday(now);
  const seenTimes = [...firstSeenTimes(catalog)];
  const beginning = Math.min(...seenTimes.map(([, at]) => at.getTime()));
  const isNew = (at: Date) => at.getTime() > beginning && patchTuesdayOf(at) >= released;
  const before = Math.max(0, ...seenTimes.filter(([, at]) => !isNew(at)).map(([revision]) => revision));
  const since = seenTimes.filter(([revision, at]) => isNew(at) && revision > before);
  if (since.length === 0) {
    return null;
  }
  // What came out of band later has it, too.
  const least = Math.min(...since.map(([revision]) => revision));
  const has = (osVersion: string | null) => {
    const version = readOsVersion(osVersion ?? '');
    return version?.build === build && version.revision >= least;
  };
  // Own images, and extras, come whenever they are built.
  const families = (sets[0]?.images ?? []).filter(
    ({ family, repository }) => !family.includes('@') && familyNameIn(repository) !== undefined,
  );
  const shownIn = (repository: string) =>
    observations
      .filter((one) => one.repository === repository && has(one.osVersion))
      .map(({ at }) => new Date(at).toISOString())
      .sort()[0];
  const [first] = channels
    .filter(({ mode, osVersion }) => mode !== 'unbaked' && has(osVersion))
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return {
    released: released.toISOString(),
    families: families.map(({ family, repository }) => ({ family, shownAt: shownIn(repository) ?? null })),
    publication: first === undefined ? null : { id: first.id, at: first.at },
  };
}
