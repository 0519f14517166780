import { readOsVersion } from '../../contract/values/os-version';
import { type Release, RELEASES } from '../../contract/values/release';
import type { ImageReference } from '../oci/image-reference';
import type { CachedImage } from './coverage';

/** What becomes of a reference: the tag and digest that hosts have cached, or why it stays; undefined where it is no base image of theirs. */
export type Pin =
  | { readonly tag: string; readonly digest: string; readonly kept?: undefined }
  | { readonly kept: string }
  | undefined;

/**
 * The tag and digest by which hosts have cached the image that a reference means: of the same repository, line and Windows release. A
 * tag of an older revision, or of one day, means the line that it is of; another line or release is another image, and stays.
 */
export function pinOf(
  { digest, repository, tag }: Pick<ImageReference, 'digest' | 'repository' | 'tag'>,
  cached: readonly CachedImage[],
): Pin {
  const ofRepository = cached.filter((image) => image.repository === repository);
  if (ofRepository.length === 0) {
    return undefined;
  }
  if (tag === undefined) {
    const isCached = ofRepository.some((image) => image.digest === digest || image.platformDigest === digest);
    return isCached
      ? undefined
      : { kept: `a digest alone does not say of which tag it is; ${have(ofRepository)}` };
  }
  const newest = ofRepository
    .filter((image) => means(tag, image))
    .sort((one, other) => revisionOf(other) - revisionOf(one))[0];
  return newest === undefined
    ? { kept: `it is of another line or Windows; ${have(ofRepository)}` }
    : { tag: newest.tag, digest: newest.digest };
}

function have(images: readonly CachedImage[]): string {
  return `hosts have ${images.map(({ tag }) => tag).join(', ')}`;
}

function revisionOf({ osVersion }: CachedImage): number {
  return readOsVersion(osVersion)?.revision ?? -1;
}

/** The names that tags give the releases; the Nano Server of 2019 is called by its version. */
function channelsOf({ name }: Release): readonly string[] {
  return name === '2019' ? ['ltsc2019', '1809'] : [`ltsc${name}`];
}

/** A tag in its parts: a version such as `4.8.1`, a day, the base such as `windowsservercore`, a release, and what follows. */
const PARTS =
  /^(?:(?<version>\d+(?:\.\d+)+)(?:-|$))?(?:(?<day>\d{8})(?:-|$))?(?:(?<base>windowsservercore|nanoserver)(?:-|$))?(?:(?<channel>ltsc\d{4}|1809)(?:-|$))?(?:KB\d+(?:-|$))?(?<architecture>amd64)?$/i;

/** Whether a tag means the image of a line that hosts have cached under a tag of its own. */
function means(tag: string, image: CachedImage): boolean {
  const version = readOsVersion(image.osVersion);
  // An older revision that stands beside the newer one has its full version as its tag.
  if (readOsVersion(image.tag) !== undefined) {
    return false;
  }
  const full = readOsVersion(tag.replace(/-amd64$/, ''));
  if (full !== undefined) {
    return full.build === version?.build;
  }
  const wanted = PARTS.exec(tag)?.groups;
  const own = PARTS.exec(image.tag)?.groups;
  if (tag === image.tag || wanted === undefined) {
    // Where a repository has several lines, nobody says of which its latest image is.
    return tag === image.tag || (tag === 'latest' && own?.['version'] === undefined);
  }
  const release = RELEASES.find(({ build }) => build === version?.build);
  const isRelease =
    wanted['channel'] === undefined ||
    (release !== undefined && channelsOf(release).includes(wanted['channel']));
  const isBase =
    wanted['base'] === undefined || own?.['base'] === undefined || wanted['base'] === own['base'];
  return isRelease && isBase && isLine(wanted['version'], own?.['version']);
}

/** Patches of .NET have a third number more than their line. */
function isLine(wanted: string | undefined, own: string | undefined): boolean {
  if (own === undefined || wanted === undefined) {
    return own === wanted;
  }
  return (
    wanted === own ||
    (/^\d+\.\d+$/.test(own) &&
      /^\d+\.\d+\.\d+$/.test(wanted) &&
      Number.parseInt(own) >= 5 &&
      wanted.startsWith(`${own}.`))
  );
}
