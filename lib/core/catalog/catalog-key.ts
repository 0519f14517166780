import type { Release } from '../windows/release';

/** The key of a release's catalog in the bucket. */
export function catalogKey(release: Release): string {
  return `catalog/${release.name}.json`;
}
