import { sha256 } from './sha256';
import type { ManifestContent, PlatformImage } from './stored-content';

/** An image of a list and the platform that its entry states. */
export interface ListedImage {
  readonly image: PlatformImage;
  readonly architecture: string;
  readonly osVersion: string | null;
}

/**
 * Writes a manifest list or an OCI index of Windows images; `key` stands in its annotations, so that lists with equal
 * entries that were published apart have different digests.
 * @see https://distribution.github.io/distribution/spec/manifest-v2-2/#manifest-list
 */
export function manifestList(
  mediaType: string,
  key: string,
  images: readonly ListedImage[],
): ManifestContent {
  const list = {
    schemaVersion: 2,
    mediaType,
    manifests: images.map(({ image: { manifest }, architecture, osVersion }) => ({
      mediaType: manifest.mediaType,
      size: Buffer.byteLength(manifest.body),
      digest: manifest.digest,
      platform: { architecture, os: 'windows', ...(osVersion === null ? {} : { 'os.version': osVersion }) },
    })),
    annotations: { 'io.winbake.image': key, 'io.winbake.synthetic': 'true' },
  };
  const body = JSON.stringify(list);
  return { kind: 'manifest', digest: sha256(body), mediaType, body };
}
