import type { IndexEntry } from '../../core/oci/manifests';
import { incompatibility } from './image-compatibility';

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
export function noMatchingManifest(hostBuild: number): string {
  return `no matching manifest for windows/amd64 10.0.${hostBuild} in the manifest list entries`;
}
