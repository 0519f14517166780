import { readOsVersion, type OsVersion } from './os-version';

/** How an image stands to its host, best first: same revision; older, and nothing nearer exists; older, because late. */
export const MODES = ['exact', 'nearestLower', 'previousRevision'] as const;

/** One of `exact`, `nearestLower`, `previousRevision`. */
export type Mode = (typeof MODES)[number];

/** The mode of an image of revision `imageRevision` on a host of revision `hostRevision`; `late` as its set says. */
export function modeOf(hostRevision: number, imageRevision: number, late = false): Mode {
  if (imageRevision === hostRevision) {
    return 'exact';
  }
  return late ? 'previousRevision' : 'nearestLower';
}

/** The mode of an image on a host; an extra of another release is older by its nature. */
export function modeOfImage(host: OsVersion, osVersion: string, late = false): Mode {
  const image = readOsVersion(osVersion);
  return image?.build === host.build ? modeOf(host.revision, image.revision, late) : 'nearestLower';
}

/** The worst of several modes: what a set as a whole is; `exact` for none. */
export function worstMode(modes: readonly Mode[]): Mode {
  return MODES[Math.max(0, ...modes.map((mode) => MODES.indexOf(mode)))] ?? 'exact';
}
