import { lastPatchTuesday, nextPatchTuesday } from '../calendar/patch-tuesday';
import type { GateInput } from './gate-input';
import type { Sightings } from './sightings';
import { after, type Thresholds } from '../../contract/documents/gate-policy';

/** Whether Patch Tuesday's images are still to come, did come, or were waited for in vain. */
export interface Expectation {
  readonly state: 'pending' | 'none' | 'inVain';
  /** Until when, or since when it was in vain. */
  readonly until: Date;
}

/**
 * From 10:00 Pacific on Patch Tuesday a newer revision is expected, for one longest wait. It has come when a floating tag
 * showed more than all looks before that hour; a catalog that began after it cannot tell and expects nothing. Nor does a
 * release after its end of support.
 */
export function expectNewer(
  { now, release, policy }: GateInput,
  sightings: Sightings,
  at: Thresholds,
): Expectation {
  at.passed(nextPatchTuesday(now));
  const tuesday = lastPatchTuesday(now);
  const until = after(tuesday, policy.longestWaitSeconds);
  const before = sightings.all.filter((sighting) => sighting.at < tuesday).map(({ revision }) => revision);
  const known = Math.max(...before);
  const came = sightings.all.some((sighting) => sighting.at >= tuesday && sighting.revision > known);
  const supported = tuesday <= after(new Date(`${release.endOfSupport}T00:00:00Z`), 86_400);
  if (came || !supported) {
    return { state: 'none', until };
  }
  return { state: at.passed(until) ? 'inVain' : 'pending', until };
}
