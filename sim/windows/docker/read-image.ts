import { isJsonObject } from '../../../lib/contract/values/json';
import type { ImageReference } from '../../../lib/core/oci/image-reference';
import { parseImageConfig, type Platform } from '../../../lib/core/oci/manifests';
import { parseJsonObject } from '../../../lib/core/oci/registry';
import { DaemonError, registryFailure } from './docker-failure';
import type { EngineLayer } from './engine-state';
import type { RegistryConnection } from './registry-connection';
import { incompatibility, type ResolvedManifest } from './resolve-manifest';

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
