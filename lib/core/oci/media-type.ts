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
