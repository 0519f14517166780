import { type Digest, isDigest } from '../../contract/values/digest';
import type { FindingCode } from '../../contract/values/finding';
import { readOsVersion, type OsVersion } from '../../contract/values/os-version';
import {
  parseImageConfig,
  parseImageIndex,
  type IndexEntry,
  parseImageManifest,
  isImage,
  isIndexType,
  isWindowsAmd64,
  type Platform,
} from '../oci/manifests';
import { type ManifestDocument, type ManifestHead, type Registry, RegistryError } from '../oci/registry';

/**
 * A registry that asks for each thing named by digest only once: several tags of one poll often lead to one image. What a
 * tag led to is remembered under its digest too; tags themselves are always asked, unless `tags` is to say what they did at first.
 */
export function rememberingRegistry(registry: Registry, { tags = false } = {}): Registry {
  const manifests = new Map<string, Promise<ManifestDocument | undefined>>();
  const blobs = new Map<string, Promise<string | undefined>>();
  const heads = new Map<string, Promise<ManifestHead | undefined>>();
  const lists = new Map<string, Promise<readonly string[] | undefined>>();
  return {
    head: (repository, reference) => {
      const ask = () => registry.head(repository, reference);
      return tags ? once(heads, key(repository, reference), ask) : ask();
    },
    tags: (repository) => {
      const ask = () => registry.tags(repository);
      return tags ? once(lists, repository, ask) : ask();
    },
    blob: (repository, digest) =>
      once(blobs, key(repository, digest), () => registry.blob(repository, digest)),
    manifest: async (repository, reference) => {
      if (tags || isDigest(reference)) {
        return once(manifests, key(repository, reference), () => registry.manifest(repository, reference));
      }
      const document = await registry.manifest(repository, reference);
      if (document !== undefined) {
        manifests.set(key(repository, document.digest), Promise.resolve(document));
      }
      return document;
    },
  };
}

function key(repository: string, reference: string): string {
  return `${repository}@${reference}`;
}

function once<T>(known: Map<string, Promise<T>>, name: string, read: () => Promise<T>): Promise<T> {
  const answer = known.get(name) ?? read();
  known.set(name, answer);
  return answer;
}

/** An image for windows/amd64 that a tag or digest leads to. */
interface FoundImage {
  readonly digest: Digest;
  readonly platformDigest: Digest;
  readonly osVersion: OsVersion;
}

/** What one tag shows: its images of the wanted build, and why there are none. */
interface TagReading {
  readonly images: readonly FoundImage[];
  readonly remarks: readonly Extract<FindingCode, 'NO_OS_VERSION' | 'PLATFORM_MISSING'>[];
}

/**
 * Reads which images of one build a tag leads to. The version is that of the index entry, else that of the config blob;
 * the tag's text is never believed. Undefined where the registry has no such tag. Throws a `RegistryError`.
 */
export async function readImages(
  registry: Registry,
  repository: string,
  reference: string,
  build: number,
): Promise<TagReading | undefined> {
  const document = await registry.manifest(repository, reference);
  if (document === undefined) {
    return undefined;
  }
  const versions = isIndexType(document.mediaType)
    ? await readIndex(registry, repository, document, build)
    : isImage(document.mediaType, document.body, subjectOf(repository, document.digest))
      ? [await readSingle(registry, repository, document)]
      : [];
  const windows = versions.filter((image) => image !== undefined);
  const images = windows.flatMap(({ platformDigest, osVersion }) =>
    osVersion?.build === build ? [{ digest: document.digest, platformDigest, osVersion }] : [],
  );
  return { images, remarks: remarksOn(windows, images.length) };
}

interface WindowsImage {
  readonly platformDigest: Digest;
  readonly osVersion: OsVersion | undefined;
}

/** Beside an image of the build, what states no version may as well be none. */
function remarksOn(windows: readonly WindowsImage[], found: number): TagReading['remarks'] {
  if (found > 0) {
    return [];
  }
  return windows.some((image) => image.osVersion === undefined) ? ['NO_OS_VERSION'] : ['PLATFORM_MISSING'];
}

/**
 * An entry that breaks the rules is left out, unless none of the build is left then; one that is not had now counts as what the index
 * says of it. Docker on Windows takes no entry without a platform, and what is stored beside images often has none: these are
 * read only where no other is of the build.
 */
async function readIndex(
  registry: Registry,
  repository: string,
  index: ManifestDocument,
  build: number,
): Promise<readonly (WindowsImage | undefined)[]> {
  const entries = parseImageIndex(index.body, subjectOf(repository, index.digest));
  const invalid: RegistryError[] = [];
  const unread = ({ digest, platform }: IndexEntry, error: unknown): WindowsImage | undefined => {
    const osVersion = versionOf(platform);
    if (error instanceof RegistryError && error.code === 'REGISTRY_INVALID') {
      invalid.push(error);
      return undefined;
    }
    if (error instanceof RegistryError && osVersion !== undefined) {
      return { platformDigest: digest, osVersion };
    }
    throw error;
  };
  const readAll = (some: readonly IndexEntry[]) =>
    Promise.all(
      some.map((entry) =>
        readEntry(registry, repository, entry, build).catch((error: unknown) => unread(entry, error)),
      ),
    );
  const isOfBuild = (image: WindowsImage | undefined) => image?.osVersion?.build === build;
  const placed = await readAll(entries.filter(({ platform }) => platform !== undefined));
  if (placed.some(isOfBuild)) {
    return placed;
  }
  const images = [...placed, ...(await readAll(entries.filter(({ platform }) => platform === undefined)))];
  const [first] = invalid;
  if (first !== undefined && !images.some(isOfBuild)) {
    throw first;
  }
  return images;
}

/** An artifact may name the platform of the image that it belongs to, so that only its manifest shows which it is. */
async function readEntry(
  registry: Registry,
  repository: string,
  { digest, platform }: IndexEntry,
  build: number,
): Promise<WindowsImage | undefined> {
  if (platform !== undefined && !isWindowsAmd64(platform)) {
    return undefined;
  }
  const osVersion = versionOf(platform);
  const stated = osVersion && { platformDigest: digest, osVersion };
  if (osVersion !== undefined && osVersion.build !== build) {
    return stated;
  }
  const manifest = await registry.manifest(repository, digest);
  if (manifest === undefined) {
    return stated;
  }
  return isImage(manifest.mediaType, manifest.body, subjectOf(repository, digest))
    ? (stated ?? readSingle(registry, repository, manifest))
    : undefined;
}

async function readSingle(
  registry: Registry,
  repository: string,
  document: ManifestDocument,
): Promise<WindowsImage | undefined> {
  const { config } = parseImageManifest(document.body, subjectOf(repository, document.digest));
  const body = await registry.blob(repository, config.digest);
  if (body === undefined) {
    return { platformDigest: document.digest, osVersion: undefined };
  }
  const platform = parseImageConfig(body, subjectOf(repository, config.digest));
  return isWindowsAmd64(platform)
    ? { platformDigest: document.digest, osVersion: versionOf(platform) }
    : undefined;
}

function versionOf(platform: Platform | undefined): OsVersion | undefined {
  return platform?.osVersion === undefined ? undefined : readOsVersion(platform.osVersion);
}

function subjectOf(repository: string, digest: Digest): string {
  return `${repository}@${digest}`;
}
