import type { Digest } from '../../contract/values/digest';
import { readOsVersion, type OsVersion } from '../../contract/values/os-version';
import { fits } from '../images/choose-image';
import { compatibility } from '../images/compatibility';
import {
  type ImageManifest,
  isImage,
  isIndexType,
  isWindowsAmd64,
  parseImageConfig,
  parseImageIndex,
  parseImageManifest,
  type Platform,
} from '../oci/manifests';
import { type ManifestDocument, type Registry, RegistryError } from '../oci/registry';

/** A layer of an image; its compressed bytes are null where a record does not have them. */
export interface Layer {
  readonly digest: string;
  readonly bytes: number | null;
}

/** An image for windows/amd64 with its layers, base first. */
export interface LayeredImage {
  /** What the reference leads to: the index where it is one. */
  readonly digest: string;
  readonly platformDigest: string;
  readonly osVersion: OsVersion;
  readonly layers: readonly Layer[];
}

/** Why a name leads to no image that a Windows host could run. */
export type NoImageCode = 'NOT_FOUND' | 'LINUX_ONLY' | 'NO_WINDOWS_IMAGE' | 'NO_OS_VERSION';

/** What a name leads to. */
export type ImageReading =
  | { readonly image: LayeredImage; readonly code?: undefined }
  | { readonly code: NoImageCode; readonly message: string };

/** Where an image is, and how people call it. */
export interface ImagePlace {
  readonly registry: Registry;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
  /** The name that a person gave. */
  readonly name: string;
}

/** An entry of an index that may be the image. */
interface Candidate {
  readonly digest: Digest;
  readonly osVersion: OsVersion | undefined;
}

/**
 * Reads the image that a host takes of a name, with three requests: the index, the manifest, and the config where the index
 * has no OS version; one more for each entry before it that turns out to be no image. Of several images of an index the host takes the greatest revision of its build that it may run (R1, R3).
 * Throws a `RegistryError` where the registry cannot be read.
 */
export async function readLayeredImage(
  place: ImagePlace,
  host: OsVersion | undefined,
): Promise<ImageReading> {
  const { name, reference, registry, repository } = place;
  const document = await registry.manifest(repository, reference);
  if (document === undefined) {
    return {
      code: 'NOT_FOUND',
      message: `${name} does not exist, or nobody without a login may know of it.`,
    };
  }
  if (!isIndexType(document.mediaType)) {
    return readManifest(place, document, document, undefined);
  }
  const platforms = parseImageIndex(document.body, name).filter(({ platform }) => platform?.os !== 'unknown');
  const windows = platforms.filter(({ platform }) => platform === undefined || isWindowsAmd64(platform));
  const candidates = inOrder(
    windows.map(({ digest, platform }) => ({ digest, osVersion: versionOf(platform) })),
    host,
  );
  for (const { digest, osVersion } of candidates) {
    const manifest = await registry.manifest(repository, digest);
    if (manifest === undefined) {
      throw new RegistryError(
        'REGISTRY_INVALID',
        `The index of ${name} lists ${digest}, and the registry does not have it.`,
      );
    }
    if (isImage(manifest.mediaType, manifest.body, name)) {
      return readManifest(place, document, manifest, osVersion);
    }
  }
  return notForWindows(
    name,
    platforms.flatMap(({ platform }) => (platform === undefined || isWindowsAmd64(platform) ? [] : platform)),
  );
}

/** The entries as a host prefers them; without a host, or where it can run none, the newest of the first build comes first. */
function inOrder(candidates: readonly Candidate[], host: OsVersion | undefined): readonly Candidate[] {
  const rank = ({ osVersion }: Candidate): number => {
    if (osVersion === undefined || host === undefined) {
      return 0;
    }
    const isOwn = osVersion.build === host.build;
    return (fits(host, osVersion) ? 4 : 0) + (isOwn ? 2 : compatibility(host, osVersion).compatible ? 1 : 0);
  };
  return candidates.toSorted(
    (one, other) =>
      rank(other) - rank(one) ||
      (one.osVersion?.build === other.osVersion?.build
        ? (other.osVersion?.revision ?? 0) - (one.osVersion?.revision ?? 0)
        : 0),
  );
}

async function readManifest(
  { name, registry, repository }: ImagePlace,
  { digest }: ManifestDocument,
  document: ManifestDocument,
  stated: OsVersion | undefined,
): Promise<ImageReading> {
  if (!isImage(document.mediaType, document.body, name)) {
    return { code: 'NO_WINDOWS_IMAGE', message: `${name} is no image but something stored beside one.` };
  }
  const manifest = parseImageManifest(document.body, name);
  const platform = stated === undefined ? await readConfig(registry, repository, name, manifest) : undefined;
  if (platform !== undefined && !isWindowsAmd64(platform)) {
    return notForWindows(name, [platform]);
  }
  const osVersion = stated ?? versionOf(platform);
  if (osVersion === undefined) {
    return {
      code: 'NO_OS_VERSION',
      message: `${name} has no OS version, neither in its index nor in its config; build it anew on an image of Microsoft's.`,
    };
  }
  const layers = manifest.layers.map(({ digest: layer, sizeBytes }) => ({ digest: layer, bytes: sizeBytes }));
  return { image: { digest, platformDigest: document.digest, osVersion, layers } };
}

async function readConfig(
  registry: Registry,
  repository: string,
  name: string,
  { config }: ImageManifest,
): Promise<Platform> {
  const body = await registry.blob(repository, config.digest);
  if (body === undefined) {
    throw new RegistryError('REGISTRY_INVALID', `The registry has ${name} without its config.`);
  }
  return parseImageConfig(body, name);
}

function versionOf(platform: Platform | undefined): OsVersion | undefined {
  return platform?.osVersion === undefined ? undefined : readOsVersion(platform.osVersion);
}

function notForWindows(name: string, platforms: readonly Platform[]): ImageReading {
  const list = [...new Set(platforms.map(({ architecture, os }) => `${os}/${architecture}`))].join(', ');
  return platforms.length > 0 && platforms.every(({ os }) => os === 'linux')
    ? { code: 'LINUX_ONLY', message: `${name} is for Linux only (${list}); Windows hosts cannot run it.` }
    : {
        code: 'NO_WINDOWS_IMAGE',
        message: `${name} has no image for windows/amd64${list === '' ? '' : `, only for ${list}`}.`,
      };
}

/** Where the layers of cached images are read, and what is known of them without asking. */
interface CachedLayers {
  readonly registry: Registry;
  readonly host: OsVersion | undefined;
  readonly known?: (platformDigest: string) => LayeredImage | undefined;
}

/** The digests of all layers of images, by the manifests that were pulled (R3). Throws a `RegistryError` where one cannot be read. */
export async function layersOfImages(
  images: readonly { readonly repository: string; readonly platformDigest: string }[],
  { host, known, registry }: CachedLayers,
): Promise<ReadonlySet<string>> {
  const read = await Promise.all(
    images.map(async ({ platformDigest, repository }) => {
      const onRecord = known?.(platformDigest);
      if (onRecord !== undefined) {
        return onRecord;
      }
      const name = `${repository}@${platformDigest}`;
      const reading = await readLayeredImage({ registry, repository, reference: platformDigest, name }, host);
      if (reading.code !== undefined) {
        throw new RegistryError('REGISTRY_INVALID', reading.message);
      }
      return reading.image;
    }),
  );
  return new Set(read.flatMap(({ layers }) => layers.map(({ digest }) => digest)));
}
