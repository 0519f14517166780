import type { Release } from '../values/release';

/** The key of the order that the next build instance downloads. */
export const CURRENT_ORDER_KEY = 'bakes/current.json';

/** The key of the lease, which one execution of the state machine holds at a time. */
export const LEASE_KEY = 'bakes/lease.json';

/** The key of the archive of instance scripts that has a SHA-256; those of earlier deployments stay. */
export function scriptsKey(sha256: string): string {
  return `scripts/${sha256}.zip`;
}

/** The key of a release's catalog in the bucket. */
export function catalogKey(release: Release): string {
  return `catalog/${release.name}.json`;
}

/** The key of a publication's record. */
export function publicationKey(id: string): string {
  return `publications/${id}.json`;
}

/**
 * The key of the image manifest that is kept beside a publication. `build` names the image build, such as `1.0.3-1`, so that two builds
 * which take the same number at once never mix their documents.
 */
export function publishedManifestKey(id: string, build: string): string {
  return `publications/${id}.${build}.image-manifest.json`;
}

/** The key of the verification that is kept beside a publication; `build` as for the image manifest. */
export function publishedVerificationKey(id: string, build: string): string {
  return `publications/${id}.${build}.verification.json`;
}
