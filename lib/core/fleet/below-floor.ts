import { readOsVersion } from '../../contract/values/os-version';

/** Whether an OS version is older than the floor; one that is not known is. */
export function isBelowFloor(osVersion: string | undefined, floor: string | undefined): boolean {
  const [wanted, version] = [readOsVersion(floor ?? ''), readOsVersion(osVersion ?? '')];
  if (wanted === undefined) {
    return false;
  }
  return (
    version === undefined ||
    version.build < wanted.build ||
    (version.build === wanted.build && version.revision < wanted.revision)
  );
}
