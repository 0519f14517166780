import { formatBytes } from '../../contract/values/printable';
import { formatOsVersion, type OsVersion, readOsVersion } from '../../contract/values/os-version';
import { type Release, releaseOfBuild, RELEASES } from '../../contract/values/release';
import { type Compatibility, compatibility } from '../images/compatibility';
import { familyNameIn } from '../images/family';
import type { ImageReference } from '../oci/image-reference';
import type { Layer, LayeredImage } from './layered-image';

/** The hosts that an image is held against: those of the two channels, and those of the bake that comes next. */
export const COVERED_HOSTS = ['current', 'latest', 'next'] as const;

/** One of `current`, `latest`, `next`. */
export type CoveredHost = (typeof COVERED_HOSTS)[number];

/** An image that a host has cached, under the name by which it was pulled. */
export interface CachedImage {
  readonly family: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly platformDigest: string;
  readonly osVersion: string;
}

/** What a host has before its first task. */
export interface HostCache {
  readonly channel: CoveredHost;
  /** Null where there is no such host yet. */
  readonly osVersion: OsVersion | null;
  readonly images: readonly CachedImage[];
  /** The digests of all layers of all its cached images; null where nobody recorded them. */
  readonly layers: ReadonlySet<string> | null;
  /** Why something is not known; null where all is. */
  readonly unknown: string | null;
  /** Own images that the bake could not pull, and why; absent where all could be, or nothing was recorded of it. */
  readonly leftOut?: readonly LeftOutImage[];
}

/** An own image that a bake could not pull. */
interface LeftOutImage {
  readonly family: string;
  readonly repository: string;
  readonly tag: string;
  readonly message: string;
}

/** A layer, and whether a host has it. */
interface CoveredLayer extends Layer {
  readonly cached: boolean | null;
}

/** What a host would still pull of an image. */
export interface HostCoverage {
  readonly channel: CoveredHost;
  /** Whether R1 lets the host run it; null where the host is not known. */
  readonly runs: boolean | null;
  /** Null where a layer that is missing has no bytes on record, or the host is not known. */
  readonly missingBytes: number | null;
  readonly cachedBytes: number | null;
  readonly layers: readonly CoveredLayer[];
}

/** What a host that has cached some layers would still pull of an image: whatever it has not, foreign layers as well. */
export function coverageOn(
  { channel, layers: cached, osVersion }: HostCache,
  image: LayeredImage,
): HostCoverage {
  const layers = image.layers.map(({ bytes, digest }) => ({
    digest,
    bytes,
    cached: cached?.has(digest) ?? null,
  }));
  return {
    channel,
    runs: osVersion === null ? null : compatibility(osVersion, image.osVersion).compatible,
    missingBytes: cached === null ? null : bytesOf(layers.filter((layer) => layer.cached === false)),
    cachedBytes: cached === null ? null : bytesOf(layers.filter((layer) => layer.cached === true)),
    layers,
  };
}

/** The sum of the bytes of layers; null where one has none on record. */
export function bytesOf(layers: readonly Layer[]): number | null {
  return layers.reduce<number | null>(
    (sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes),
    0,
  );
}

/** What is to be said of an image on the hosts; exit code 3 follows from the first two. */
export type CoverageCode = 'CANNOT_RUN' | 'OVER_LIMIT' | 'HOST_UNKNOWN' | 'BYTES_UNKNOWN';

/** The verdict on an image; both are null where there is nothing to say. */
export interface CoverageVerdict {
  readonly code: CoverageCode | null;
  readonly message: string | null;
}

/**
 * The verdict on an image by the first host: it must run there, and where there is a limit, pull no more than that. What is not on record is
 * never within a limit.
 */
export function verdictOn(
  image: LayeredImage,
  hosts: readonly HostCache[],
  maxBytes: number | undefined,
): CoverageVerdict {
  const [first] = hosts;
  if (first === undefined || first.osVersion === null) {
    return { code: 'HOST_UNKNOWN', message: first?.unknown ?? 'No host is known.' };
  }
  const on = compatibility(first.osVersion, image.osVersion);
  if (!on.compatible) {
    return { code: 'CANNOT_RUN', message: cannotRun(on, image, hosts) };
  }
  const { layers, missingBytes } = coverageOn(first, image);
  if (first.layers === null) {
    return { code: 'HOST_UNKNOWN', message: first.unknown };
  }
  if (maxBytes === undefined) {
    return { code: null, message: null };
  }
  const least = layers.reduce((sum, { bytes, cached }) => sum + (cached === true ? 0 : (bytes ?? 0)), 0);
  if (least > maxBytes) {
    const isNear = formatBytes(least) === formatBytes(maxBytes);
    const [pulled, limit] = [least, maxBytes].map((bytes) => (isNear ? `${bytes} B` : formatBytes(bytes)));
    const message = `A host of ${first.channel} still pulls ${pulled} of it, more than the ${limit} of --max-bytes.`;
    return { code: 'OVER_LIMIT', message };
  }
  return missingBytes === null
    ? {
        code: 'BYTES_UNKNOWN',
        message: 'Not every layer that is missing has its bytes on record, so no limit holds.',
      }
    : { code: null, message: null };
}

function cannotRun({ message }: Compatibility, image: LayeredImage, hosts: readonly HostCache[]): string {
  const later = hosts.find(
    ({ osVersion }) => osVersion !== null && compatibility(osVersion, image.osVersion).compatible,
  );
  return later === undefined || later.osVersion === null
    ? message
    : `${message.replace(/\.$/, '')}; a host of ${later.channel}, ${formatOsVersion(later.osVersion)}, runs it.`;
}

/** What becomes of a reference: the tag and digest that hosts have cached, or why it stays; undefined where it is pinned to what they have. */
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
    const family = familyNameIn(repository);
    const extra =
      family === undefined ? OWN_REPOSITORY : `CachedImage.ofFamily, of history --extra ${family}`;
    return { kept: `hosts have cached nothing of its repository; cache it as an extra (${extra})` };
  }
  if (tag === undefined) {
    const isCached = ofRepository.some((image) => image.digest === digest || image.platformDigest === digest);
    return isCached
      ? undefined
      : { kept: `a digest alone does not say of which tag it is; name one: ${have(ofRepository)}` };
  }
  const newest = ofRepository
    .filter((image) => means(tag, image))
    .sort((one, other) => revisionOf(other) - revisionOf(one))[0];
  return newest === undefined
    ? { kept: whyOther(tag, ofRepository) }
    : { tag: newest.tag, digest: newest.digest };
}

const OWN_REPOSITORY = 'CachedImage.fromRepository, of history --extra NAME=REPOSITORY:TAG';

/** Half a sentence: why a tag means none of the images that hosts have of its repository, and the way out. */
function whyOther(tag: string, cached: readonly CachedImage[]): string {
  const wanted = windowsOf(tag);
  const own = cached.flatMap(({ osVersion }) => readOsVersion(osVersion)?.build ?? []);
  if (wanted !== undefined && !own.includes(wanted.build)) {
    const isGuest = wanted.name === '2022' && own.some((build) => releaseOfBuild(build)?.name === '2025');
    const wayOut = isGuest
      ? 'cache it as an extra (CachedImage.ofServer2022)'
      : 'name a tag of their Windows, or a pipeline of this one';
    return `it is of another Windows, ${wanted.name}; ${have(cached)}; ${wayOut}`;
  }
  if (tag === 'latest') {
    return `nobody says of which line its latest image is; name one: ${have(cached)}`;
  }
  const { base, version } = PARTS.exec(tag)?.groups ?? {};
  const isBase = (image: CachedImage) => PARTS.exec(image.tag)?.groups?.['base'] === base;
  if (base !== undefined && !cached.some(isBase)) {
    return `it is of another base, ${base}; ${have(cached)}; cache it as an extra (${OWN_REPOSITORY})`;
  }
  return version === undefined
    ? `it is of another line; ${have(cached)}; name one, or cache it as an extra (${OWN_REPOSITORY})`
    : `it is of another line, ${version}; ${have(cached)}; follow it with gate.lines (--line), or cache it as an extra (${OWN_REPOSITORY})`;
}

/** The release that a tag names by its version or channel; undefined where it names none. */
function windowsOf(tag: string): Release | undefined {
  const full = readOsVersion(tag.replace(/-amd64$/, ''));
  const channel = /(?:^|-)(ltsc\d{4}|1809)(?:-|$)/.exec(tag)?.[1];
  return full === undefined
    ? RELEASES.find((release) => channel !== undefined && channelsOf(release).includes(channel))
    : releaseOfBuild(full.build);
}

/** The tags that hosts have, without those of previous revisions: they are of the same lines. */
function have(images: readonly CachedImage[]): string {
  const lines = images.filter(({ tag }) => readOsVersion(tag) === undefined);
  return `hosts have ${(lines.length === 0 ? images : lines).map(({ tag }) => tag).join(', ')}`;
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
  const release = version && releaseOfBuild(version.build);
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
