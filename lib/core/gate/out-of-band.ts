import { lastPatchTuesday } from '../calendar/patch-tuesday';
import type { Sightings } from './sightings';
import { after } from '../../contract/documents/gate-policy';

/**
 * Whether a revision was released outside Patch Tuesday: it was first seen later than one longest wait after 10:00 Pacific.
 * A revision that the very first look showed is of unknown age and taken for a regular one.
 */
export function isOutOfBand(sightings: Sightings, revision: number, longestWaitSeconds: number): boolean {
  const seen = sightings.firstOf(revision);
  const { beginning } = sightings;
  if (seen === undefined || beginning === undefined || seen <= beginning) {
    return false;
  }
  return seen > after(lastPatchTuesday(seen), longestWaitSeconds);
}
