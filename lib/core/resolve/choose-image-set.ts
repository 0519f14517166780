import type { ImageSet } from '../contracts/catalog';
import { readOsVersion, type OsVersion } from '../windows/os-version';
import { fits } from './choose-image';
import { modeOf, worstMode, type Mode } from './mode';

/** The set that a host takes, with the mode of each image and of the whole; or why it takes none. */
export type ImageSetChoice =
  | { readonly set: ImageSet; readonly modes: Readonly<Record<string, Mode>>; readonly mode: Mode }
  | { readonly error: 'HOST_BEHIND_TARGET' | 'HOST_WITHOUT_IMAGE' };

/**
 * The rule by which a build instance chooses: of the accepted sets, newest first, the first whose target and images it may
 * all run; a host that stayed below the order's target takes none. `Select-ImageSet` of the instance scripts is the same rule
 * in PowerShell, and one table of cases tests both.
 */
export function chooseImageSet(
  sets: readonly ImageSet[],
  host: OsVersion,
  targetRevision: number,
): ImageSetChoice {
  if (targetRevision > host.revision) {
    return { error: 'HOST_BEHIND_TARGET' };
  }
  const set = sets.find((one) => isRunnable(one, host));
  if (set === undefined) {
    return { error: 'HOST_WITHOUT_IMAGE' };
  }
  const modes = set.images.map(({ family, late, osVersion }): [string, Mode] => [
    family,
    modeOf(host.revision, readOsVersion(osVersion)?.revision ?? 0, late),
  ]);
  return { set, modes: Object.fromEntries(modes), mode: worstMode(modes.map(([, mode]) => mode)) };
}

function isRunnable(set: ImageSet, host: OsVersion): boolean {
  const target = readOsVersion(set.target);
  const images = set.images.map(({ osVersion }) => readOsVersion(osVersion));
  return (
    target?.build === host.build &&
    target.revision <= host.revision &&
    images.every((version) => version !== undefined && fits(host, version))
  );
}
