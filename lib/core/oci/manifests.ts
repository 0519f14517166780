import { isDigest, type Digest } from '../../contract/values/digest';
import { isJsonObject, textAt, type JsonObject } from '../../contract/values/json';
import { RegistryError, parseJsonObject } from './registry';

/**
 * A pointer to content: its digest and its size in bytes.
 * @see https://github.com/opencontainers/image-spec/blob/main/descriptor.md
 */
interface Descriptor {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Whether a digest is of another algorithm than sha256, which base images never have. */
function hasOtherAlgorithm(digest: string | undefined): boolean {
  return digest !== undefined && /^(?!sha256:)[a-z0-9]+(?:[+._-][a-z0-9]+)*:[\w=-]+$/.test(digest);
}

/**
 * What BuildKit marks attestations with; they may have the platform of their image.
 * @see https://docs.docker.com/build/metadata/attestations/attestation-storage/
 */
const REFERENCE_TYPE = 'vnd.docker.reference.type';

/** Some tools write null or an empty text for none. */
function hasArtifactType({ artifactType }: JsonObject): boolean {
  return artifactType !== undefined && artifactType !== null && artifactType !== '';
}

/** Whether a descriptor says by itself that it is of no image. */
function isForeign(descriptor: JsonObject): boolean {
  const mediaType = textAt(descriptor, 'mediaType');
  const annotations = descriptor['annotations'];
  return (
    hasArtifactType(descriptor) ||
    (isJsonObject(annotations) && REFERENCE_TYPE in annotations) ||
    (mediaType !== undefined && !isManifestType(mediaType)) ||
    hasOtherAlgorithm(textAt(descriptor, 'digest'))
  );
}

/** The descriptor in a JSON value; throws a `RegistryError` where digest or size is missing or malformed. */
function parseDescriptor(value: unknown, subject: string): Descriptor {
  const { digest, size } = isJsonObject(value) ? value : {};
  if (!isDigest(digest)) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} has a descriptor without a sha256 digest.`);
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} has a descriptor without a size in bytes.`);
  }
  return { digest, sizeBytes: size };
}

/** For which machine an image is: operating system, processor and, for Windows, the OS version. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** `os.version` as written, if it is there at all. */
  readonly osVersion: string | undefined;
}

/** Whether a platform is the one that Windows container hosts on ECS have. */
export function isWindowsAmd64(platform: Platform): boolean {
  return platform.os === 'windows' && platform.architecture === 'amd64';
}

/**
 * The platform that an image's config blob states; for single manifests the only place that does.
 * Throws a `RegistryError` where the blob is no JSON object.
 * @see https://github.com/opencontainers/image-spec/blob/main/config.md
 */
export function parseImageConfig(body: string, subject: string): Platform {
  const config = parseJsonObject(body, subject);
  return {
    os: textAt(config, 'os') ?? '',
    architecture: textAt(config, 'architecture') ?? '',
    osVersion: textAt(config, 'os.version'),
  };
}

/**
 * The media types that a registry of container images answers with: Docker schema 2 and OCI say the same thing under
 * two names.
 * @see https://github.com/opencontainers/image-spec/blob/main/media-types.md
 */
const INDEX_TYPES: readonly string[] = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];

const MANIFEST_TYPES: readonly string[] = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
];

/** The value of the `Accept` header; without it registries fall back to the retired schema 1. */
export const ACCEPTED_MANIFESTS = [...INDEX_TYPES, ...MANIFEST_TYPES].join(', ');

/** Whether a media type names a list of manifests. */
export function isIndexType(mediaType: string): boolean {
  return INDEX_TYPES.includes(mediaType);
}

/** Whether a media type names the manifest of one image. */
export function isManifestType(mediaType: string): boolean {
  return MANIFEST_TYPES.includes(mediaType);
}

/** One image of an index: its manifest and the platform that it says it is for. */
export interface IndexEntry {
  readonly digest: Digest;
  /** Absent where only the config states it. */
  readonly platform: Platform | undefined;
}

/**
 * The entries of a Docker manifest list or an OCI index that may be images, in its order: nested indexes, artifacts and media types
 * that are unknown here are left out, as the specification asks, and so are malformed ones. Throws a `RegistryError` where the body is
 * neither, or where a malformed entry may have been the image for windows/amd64 and no other may be.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-index.md
 */
export function parseImageIndex(body: string, subject: string): readonly IndexEntry[] {
  const { manifests } = parseJsonObject(body, subject);
  if (!Array.isArray(manifests)) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} is an index without a list of manifests.`);
  }
  const malformed: RegistryError[] = [];
  const entries = manifests.flatMap((value: unknown): readonly IndexEntry[] => {
    if (isJsonObject(value) && isForeign(value)) {
      return [];
    }
    const stated = isJsonObject(value) ? value['platform'] : undefined;
    const platform = isJsonObject(stated) ? parsePlatform(stated) : undefined;
    try {
      return [{ digest: parseDescriptor(value, subject).digest, platform }];
    } catch (error) {
      if (error instanceof RegistryError && mayBeWanted(platform)) {
        malformed.push(error);
      }
      return [];
    }
  });
  const [first] = malformed;
  if (first !== undefined && !entries.some(({ platform }) => mayBeWanted(platform))) {
    throw first;
  }
  return entries;
}

function mayBeWanted(platform: Platform | undefined): boolean {
  return platform === undefined || isWindowsAmd64(platform);
}

function parsePlatform(object: Readonly<Record<string, unknown>>): Platform {
  return {
    os: textAt(object, 'os') ?? '',
    architecture: textAt(object, 'architecture') ?? '',
    osVersion: textAt(object, 'os.version'),
  };
}

/**
 * The media types of an image's config; artifacts such as signatures have another one, or the empty one.
 * @see https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
 */
const CONFIG_TYPES: readonly string[] = [
  'application/vnd.docker.container.image.v1+json',
  'application/vnd.oci.image.config.v1+json',
];

/** Layers of images in all their compressions, those that other servers hold among them. */
const LAYER_TYPE = /^application\/vnd\.(?:oci\.image\.layer|docker\.image\.rootfs)\./;

/** Whether a document is the manifest of an image, and not of an artifact that is stored beside one, or attached to one by `subject`. */
export function isImage(mediaType: string, body: string, name: string): boolean {
  if (!isManifestType(mediaType)) {
    return false;
  }
  const manifest = parseJsonObject(body, name);
  const { config, layers, subject } = manifest;
  const configType = mediaTypeOf(config);
  return (
    !hasArtifactType(manifest) &&
    !isJsonObject(subject) &&
    (configType === undefined || CONFIG_TYPES.includes(configType)) &&
    (!Array.isArray(layers) || layers.every(mayBeLayer))
  );
}

function mayBeLayer(descriptor: unknown): boolean {
  const mediaType = mediaTypeOf(descriptor);
  return mediaType === undefined || LAYER_TYPE.test(mediaType);
}

function mediaTypeOf(descriptor: unknown): string | undefined {
  return isJsonObject(descriptor) ? textAt(descriptor, 'mediaType') : undefined;
}

/** The manifest of one image: where its config is, and its layers, base first. */
export interface ImageManifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/**
 * The image manifest in a body, Docker schema 2 or OCI; throws a `RegistryError` where it is none.
 * @see https://github.com/opencontainers/image-spec/blob/main/manifest.md
 */
export function parseImageManifest(body: string, subject: string): ImageManifest {
  const { config, layers } = parseJsonObject(body, subject);
  if (config === undefined || !Array.isArray(layers)) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} is a manifest without config and layers.`);
  }
  return {
    config: parseDescriptor(config, subject),
    layers: layers.map((layer: unknown) => parseDescriptor(layer, subject)),
  };
}

/** What a pull of the image carries over the network: config and layers. */
export function compressedBytes(manifest: ImageManifest): number {
  return manifest.layers.reduce((sum, layer) => sum + layer.sizeBytes, manifest.config.sizeBytes);
}
