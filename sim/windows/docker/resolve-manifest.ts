import type { Digest } from '../../../lib/contract/values/digest';
import { formatImageReference, type ImageReference } from '../../../lib/core/oci/image-reference';
import {
  type IndexEntry,
  parseImageIndex,
  parseImageManifest,
  type ImageManifest,
  isIndexType,
  parseImageConfig,
  type Platform,
} from '../../../lib/core/oci/manifests';
import { type ManifestDocument, type Registry, parseJsonObject } from '../../../lib/core/oci/registry';
import { DaemonError, registryFailure } from './docker-failure';
import { isJsonObject } from '../../../lib/contract/values/json';
import type { EngineLayer } from './engine-state';
import type { RegistryConnection } from './registry-connection';

/**
 * Why Docker refuses an image of that `os.version` on a host of that build: its build is later than the host's. The
 * revision is not looked at, and a version without three parts, or none at all, passes.
 *
 * Source: moby v25.0.6 `distribution/pull_v2_windows.go`, checkImageCompatibility; unchanged in v28.
 * @see https://github.com/moby/moby/issues/36184
 */
export function incompatibility(osVersion: string | undefined, hostBuild: number): string | undefined {
  const [major, minor, build] = (osVersion ?? '').split('.');
  if (major === undefined || minor === undefined || build === undefined) {
    return undefined;
  }
  return Number(build) > hostBuild
    ? `a Windows version ${major}.${minor}.${build}-based image is incompatible with a 10.0.${hostBuild} host`
    : undefined;
}

/**
 * The entries of an index that Docker considers on a Windows host of that build, its first choice first.
 *
 * Entries of another processor or system are dropped, and those of a later build; one without `os.version` stays. Those
 * of the host's own build come first, otherwise the index's order stands: revisions are never compared, and an image of an
 * older build is taken where there is no other. Docker 25 is what the ECS-optimized AMIs carry; its containerd image
 * store, which compares differently, is off there.
 *
 * Source: moby v25.0.6 `distribution/pull_v2_windows.go`, filterManifests and manifestsByVersion.
 * @see https://github.com/moby/moby/blob/v25.0.6/distribution/pull_v2_windows.go
 */
export function chooseManifests(entries: readonly IndexEntry[], hostBuild: number): readonly IndexEntry[] {
  const matches = entries.filter(
    ({ platform }) =>
      platform?.architecture === 'amd64' &&
      platform.os.toLowerCase() === 'windows' &&
      incompatibility(platform.osVersion, hostBuild) === undefined,
  );
  const ofHostBuild = ({ platform }: IndexEntry): boolean =>
    platform?.osVersion?.startsWith(`10.0.${hostBuild}.`) === true;
  return [...matches.filter(ofHostBuild), ...matches.filter((entry) => !ofHostBuild(entry))];
}

/** Docker's words where no entry is left. Source: moby v25.0.6 `distribution/pull_v2.go`, noMatchesErr, and formatPlatform. */
function noMatchingManifest(hostBuild: number): string {
  return `no matching manifest for windows/amd64 10.0.${hostBuild} in the manifest list entries`;
}

/** The manifest or index that a pull begins with; a tag is resolved to its digest first, as the engine does. */
export async function readTopManifest(
  registry: Registry,
  reference: ImageReference,
): Promise<ManifestDocument> {
  const digest = reference.digest ?? (await registry.head(reference.repository, reference.tag ?? ''))?.digest;
  const document = digest && (await registry.manifest(reference.repository, digest));
  if (document === undefined) {
    const name = formatImageReference(reference);
    throw new DaemonError(`manifest for ${name} not found: manifest unknown: manifest unknown`);
  }
  return document;
}

/** The manifest of the one image that a host gets, and whether an index led to it. */
export interface ResolvedManifest {
  readonly manifest: ImageManifest;
  readonly fromIndex: boolean;
}

/**
 * The manifest that a host of that build gets of a document. Of an index only the first match counts: the engine does not
 * go on to the next where that one fails. Source: moby v25.0.6 `distribution/pull_v2.go`, pullManifestList.
 */
export async function resolveManifest(
  registry: Registry,
  { repository }: ImageReference,
  top: ManifestDocument,
  hostBuild: number,
): Promise<ResolvedManifest> {
  if (!isIndexType(top.mediaType)) {
    return { manifest: parseImageManifest(top.body, subjectOf(repository, top.digest)), fromIndex: false };
  }
  const entries = parseImageIndex(top.body, subjectOf(repository, top.digest));
  const [chosen] = chooseManifests(entries, hostBuild);
  if (chosen === undefined) {
    throw new DaemonError(noMatchingManifest(hostBuild));
  }
  const document = await registry.manifest(repository, chosen.digest);
  if (document === undefined) {
    throw new DaemonError('manifest unknown: manifest unknown');
  }
  return {
    manifest: parseImageManifest(document.body, subjectOf(repository, chosen.digest)),
    fromIndex: true,
  };
}

function subjectOf(repository: string, digest: Digest): string {
  return `${repository}@${digest}`;
}

/** An image as the registry describes it, before any layer is asked for. */
export interface DescribedImage {
  /** The digest of its config. */
  readonly id: string;
  /** The bytes of the config, which a pull carries over. */
  readonly configBytes: number;
  readonly platform: Platform;
  readonly layers: readonly EngineLayer[];
}

/**
 * Reads the config of an image and refuses what the engine refuses on a Windows host of that build, before it downloads
 * any layer. Source: moby v25.0.6 `distribution/pull_v2.go`, pullSchema2Layers.
 */
export async function readImage(
  connection: RegistryConnection,
  { repository }: ImageReference,
  { manifest, fromIndex }: ResolvedManifest,
  hostBuild: number,
): Promise<DescribedImage> {
  const { digest, sizeBytes } = manifest.config;
  const subject = `config ${repository}@${digest}`;
  const body = await connection.client.blob(repository, digest).catch((error: unknown) => {
    throw registryFailure(error, connection.host, 'error pulling image configuration: ');
  });
  if (body === undefined) {
    throw new DaemonError('error pulling image configuration: unknown blob');
  }
  const platform = parseImageConfig(body, subject);
  const diffIds = diffIdsOf(body, subject);
  const refusal = platform.os === 'windows' ? incompatibility(platform.osVersion, hostBuild) : undefined;
  if (refusal !== undefined) {
    throw new DaemonError(refusal);
  }
  if (diffIds.length !== manifest.layers.length) {
    throw new DaemonError("layers from manifest don't match image configuration");
  }
  // Where an index says for which system the image is, its word is taken for it.
  if (!fromIndex && platform.os.toLowerCase() !== 'windows') {
    throw new DaemonError(
      `cannot download image with operating system "${platform.os}" when requesting "windows"`,
    );
  }
  const layers = manifest.layers.map((layer, index) => ({
    digest: layer.digest,
    diffId: diffIds[index] ?? '',
    compressedBytes: layer.sizeBytes,
  }));
  return { id: digest, configBytes: sizeBytes, platform, layers };
}

function diffIdsOf(body: string, subject: string): readonly string[] {
  const { rootfs } = parseJsonObject(body, subject);
  const ids: unknown = isJsonObject(rootfs) ? rootfs['diff_ids'] : undefined;
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
    throw new DaemonError('invalid rootfs in image configuration');
  }
  return ids;
}
