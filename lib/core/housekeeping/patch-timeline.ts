import type { Catalog } from '../../contract/documents/catalog';
import type { Channel } from '../../contract/documents/publication';
import { readOsVersion } from '../../contract/values/os-version';
import { lastPatchTuesday, patchTuesdayOf } from '../calendar/patch-tuesday';
import { firstSeenTimes } from '../catalog/catalog';
import { familyNameIn } from '../images/family';
import type { DocumentStore } from '../ports/stores';
import { readPublication } from '../publish/record-publication';

/** What came at the last Patch Tuesday, and when. */
export interface PatchTimeline {
  readonly released: string;
  /** When each family showed it first, or something newer; null where it has not yet. */
  readonly families: readonly { readonly family: string; readonly shownAt: string | null }[];
  /** The first publication with it; null where none is known. */
  readonly publication: Pick<Channel, 'id' | 'at'> | null;
}

/** When what came at the last Patch Tuesday reached families and publications; null where nothing has come since that is of known age. */
export async function readPatchTimeline(
  documents: Pick<DocumentStore, 'read'>,
  catalog: Catalog,
  channels: readonly Channel[],
  now: Date,
): Promise<PatchTimeline | null> {
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
  const shown = channels.filter(({ mode, osVersion }) => mode !== 'unbaked' && has(osVersion));
  const versions = [
    ...since.map(([revision]) => `${build}.${revision}`),
    ...shown.map(({ id }) => id.split('-')[0] ?? ''),
  ];
  const firsts = await Promise.all(
    [...new Set(versions)].map((version) => firstPublicationOf(documents, version, shown)),
  );
  const [first] = firsts
    .filter((one) => one !== null)
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return {
    released: released.toISOString(),
    families: families.map(({ family, repository }) => ({ family, shownAt: shownIn(repository) ?? null })),
    publication: first === undefined ? null : { id: first.id, at: first.at },
  };
}

/** The publication of a version's least number; a channel may show a rebake of it. */
async function firstPublicationOf(
  documents: Pick<DocumentStore, 'read'>,
  version: string,
  shown: readonly Channel[],
): Promise<PatchTimeline['publication']> {
  const numbers = shown.flatMap(({ id }) => (id.startsWith(`${version}-`) ? Number(id.split('-')[1]) : []));
  for (let number = 1; number <= Math.max(1, ...numbers); number += 1) {
    const id = `${version}-${number}`;
    const first = shown.find((one) => one.id === id) ?? (await readPublication(documents, id));
    if (first !== undefined) {
      return first;
    }
  }
  return null;
}
