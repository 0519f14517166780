import type { Digest } from '../../../lib/contract/values/digest';
import type { DeclaredLayer } from './layer-plans';
import { sha256, type PlatformImage, type RecordedImage } from './stored-content';

/** From what an image is written. */
export interface PlatformImageInput {
  /** What tells it from any other image. */
  readonly key: string;
  readonly architecture: 'amd64' | 'arm64';
  readonly osVersion: string | null;
  /** Milliseconds since 1970 of its first appearance. */
  readonly firstSeen: number;
  readonly layers: readonly DeclaredLayer[];
  readonly recorded: RecordedImage;
  /** Whether it is written in OCI's media types in place of Docker's. */
  readonly oci: boolean;
}

const DOCKER = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

const OCI = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

/** Images are made some days before they are released. */
const MADE_BEFORE_RELEASE = 2 * 24 * 3_600_000;

/**
 * Writes manifest and config of an image; equal input gives equal bytes.
 * @see https://distribution.github.io/distribution/spec/manifest-v2-2/
 */
export function platformImage(input: PlatformImageInput): PlatformImage {
  const types = input.oci ? OCI : DOCKER;
  const configBody = JSON.stringify(configOf(input));
  const config = { kind: 'config', digest: sha256(configBody), body: configBody } as const;
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, size: Buffer.byteLength(configBody), digest: config.digest },
    layers: input.layers.map(({ digest, size }) => ({ mediaType: types.layer, size, digest })),
  });
  return {
    manifest: { kind: 'manifest', digest: sha256(body), mediaType: types.manifest, body },
    config,
    layers: input.layers.map((layer) => ({ kind: 'layer', ...layer })),
    compressedBytes: input.layers.reduce((sum, layer) => sum + layer.size, Buffer.byteLength(configBody)),
  };
}

function configOf({
  key,
  architecture,
  osVersion,
  firstSeen,
  layers,
  recorded,
}: PlatformImageInput): unknown {
  const created = new Date(firstSeen - MADE_BEFORE_RELEASE).toISOString();
  return {
    architecture,
    os: 'windows',
    ...(osVersion === null ? {} : { 'os.version': osVersion }),
    created,
    config: { Labels: labelsOf(key, recorded) },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }): Digest => sha256(`unpacked ${digest}`)) },
    history: layers.map((_, index) => ({ created, created_by: `Layer ${index + 1} of ${layers.length}` })),
  };
}

/** Marks what is made up, so that nobody takes it for the image that Microsoft published. */
function labelsOf(key: string, recorded: RecordedImage): Readonly<Record<string, string>> {
  return {
    'io.winbake.image': key,
    'io.winbake.synthetic': 'true',
    'io.winbake.evidence': recorded.evidence,
    'io.winbake.layers': recorded.layers,
    ...(recorded.recordedDigest === null ? {} : { 'io.winbake.recorded-digest': recorded.recordedDigest }),
  };
}
