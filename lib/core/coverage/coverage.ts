import { formatBytes } from '../../contract/values/printable';
import { formatOsVersion, type OsVersion } from '../../contract/values/os-version';
import { type Compatibility, compatibility } from '../images/compatibility';
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
