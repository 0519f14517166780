import type { ImageManifest } from '../../contract/documents/evidence';
import type { PublishedManifest } from '../publish/find-publication';

/** A value before and after; null where it is not known or not there. */
export interface Change<T> {
  readonly from: T | null;
  readonly to: T | null;
  readonly isSame: boolean;
}

/** What a publication has of an image. */
interface DiffedImage {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly osVersion: string;
  readonly mode: string;
  readonly bytesOnDisk: number;
}

/** What differs between two publications of a pipeline. */
export interface PublicationDiff {
  readonly publication: Change<string>;
  readonly published: Change<string>;
  readonly mode: Change<string>;
  readonly osVersion: Change<string>;
  /** Null where one of them does not say which updates Windows had. */
  readonly updates: { readonly added: readonly string[]; readonly removed: readonly string[] } | null;
  /** Docker and agents, by name. */
  readonly software: readonly (Change<string> & { readonly name: string })[];
  /** SHA-256 of the scripts that ran on the instance. */
  readonly scripts: Change<string>;
  readonly recipe: Change<string>;
  readonly baseAmi: Change<string>;
  readonly amis: readonly (Change<string> & { readonly region: string })[];
  /** By family, in the order of the later one. */
  readonly images: readonly (Change<DiffedImage> & { readonly family: string })[];
  /** Of all images on disk, in bytes. */
  readonly bytesOnDisk: Change<number>;
}

/** What differs between two publications; the same two, the other way round, give the same with `from` and `to` exchanged. */
export function diffPublications(before: PublishedManifest, after: PublishedManifest): PublicationDiff {
  const [from, to] = [before.publication, after.publication];
  const [one, other] = [before.manifest, after.manifest];
  const [known, now] = [one.host.updates, other.host.updates];
  return {
    publication: change(from.id, to.id),
    published: change(from.at, to.at),
    mode: change<string>(from.mode, to.mode),
    osVersion: change(one.host.osVersion, other.host.osVersion),
    updates:
      known === undefined || now === undefined
        ? null
        : { added: without(now, known), removed: without(known, now) },
    software: byKey(softwareOf(one), softwareOf(other)).map(({ key, ...rest }) => ({ name: key, ...rest })),
    scripts: change(one.scripts.sha256, other.scripts.sha256),
    recipe: change(from.recipeArn, to.recipeArn),
    baseAmi: change(from.baseAmiId, to.baseAmiId),
    amis: byKey(new Map(Object.entries(from.amis)), new Map(Object.entries(to.amis))).map(
      ({ key, ...rest }) => ({ region: key, ...rest }),
    ),
    images: byKey(imagesOf(one), imagesOf(other)).map(({ key, ...rest }) => ({ family: key, ...rest })),
    bytesOnDisk: change(bytesOf(one), bytesOf(other)),
  };
}

function change<T>(from: T | null, to: T | null): Change<T> {
  return { from, to, isSame: JSON.stringify(from) === JSON.stringify(to) };
}

function without(some: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set(some)].filter((one) => !others.includes(one)).sort();
}

/** What the later one has, in its order, and then what it has no more. */
function byKey<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
): readonly (Change<T> & { readonly key: string })[] {
  const keys = [...after.keys(), ...[...before.keys()].filter((key) => !after.has(key))];
  return keys.map((key) => ({ key, ...change(before.get(key) ?? null, after.get(key) ?? null) }));
}

function softwareOf({ host }: ImageManifest): ReadonlyMap<string, string> {
  return new Map((host.software ?? []).map(({ name, version }) => [name, version]));
}

/** Docker's own id of an image and the time of its pull differ between two bakes of the same. */
function imagesOf({ images }: ImageManifest): ReadonlyMap<string, DiffedImage> {
  return new Map(
    images.map(({ bytesOnDisk, digest, family, mode, osVersion, repository, tag }) => [
      family,
      { repository, tag, digest, osVersion, mode, bytesOnDisk },
    ]),
  );
}

function bytesOf({ images }: ImageManifest): number {
  return images.reduce((sum, { bytesOnDisk }) => sum + bytesOnDisk, 0);
}
