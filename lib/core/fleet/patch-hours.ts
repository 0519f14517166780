import { lastPatchTuesday, nextPatchTuesday, patchTuesdayOf } from '../calendar/patch-tuesday';
import type { Channel } from '../../contract/documents/publication';
import { readOsVersion } from '../../contract/values/os-version';

const HOUR_MILLISECONDS = 60 * 60 * 1000;

/**
 * When Microsoft released what a publication holds: the Patch Tuesday before its revision was first seen, 10:00 Pacific. An
 * out-of-band publication holds that month's updates, too, so that this errs on the strict side only.
 * @see https://learn.microsoft.com/windows/deployment/update/release-cycle
 */
export function releasedAt({ at, revisionSeenAt }: Channel): Date {
  return revisionSeenAt === undefined
    ? lastPatchTuesday(new Date(at))
    : patchTuesdayOf(new Date(revisionSeenAt));
}

/** What a fleet's instances run, what its channel shows, and when. */
export interface PatchFacts {
  /** The publication of each instance; null where none is known. */
  readonly running: readonly (Channel | null)[];
  readonly wanted: { readonly publication: Channel; readonly since: string } | null;
  readonly now: Date;
}

/**
 * Hours for which the fleet's oldest instance has lacked what Microsoft released: from the first Patch Tuesday after its own
 * month, or from a newer out-of-band publication. Measured against what was released, never against what was published.
 */
export function hoursUnpatched({ running, wanted, now }: PatchFacts): number {
  const since = running.map((publication) => {
    // Of what has no publication nothing is known: it counts as unpatched since the last release.
    if (publication === null || publication.mode === 'unbaked') {
      return lastPatchTuesday(now);
    }
    const outOfBand =
      wanted !== null && revisionOf(wanted.publication) > revisionOf(publication)
        ? [new Date(wanted.publication.revisionSeenAt ?? wanted.publication.at)]
        : [];
    const releases = [nextPatchTuesday(releasedAt(publication)), ...outOfBand];
    return new Date(Math.min(...releases.map((one) => one.getTime())));
  });
  return Math.max(0, ...since.map((one) => hoursBetween(one, now)));
}

/** Hours for which an instance has not run what the channel shows; 0 where all do. */
export function hoursBehind({ running, wanted, now }: PatchFacts): number {
  if (wanted === null) {
    return 0;
  }
  const { publication, since } = wanted;
  const isBehind = running.some((one) => one === null || revisionOf(one) < revisionOf(publication));
  return isBehind ? hoursBetween(new Date(since), now) : 0;
}

/** Hours between two instants, to a tenth; none where the second comes first. */
export function hoursBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round(((to.getTime() - from.getTime()) / HOUR_MILLISECONDS) * 10) / 10);
}

function revisionOf({ osVersion }: Channel): number {
  return readOsVersion(osVersion)?.revision ?? 0;
}
