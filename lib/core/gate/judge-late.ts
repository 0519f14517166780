import { lastPatchTuesday } from '../calendar/patch-tuesday';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion } from '../../contract/values/os-version';
import type { GuardedFamily } from './gate-image';
import type { GateInput } from './gate-input';
import type { Sightings } from './sightings';
import { after, toMinute, type Thresholds } from '../../contract/documents/gate-policy';

/** Families that are behind the newest revision, and whether they are still waited for. */
export interface Lateness {
  readonly behind: readonly GuardedFamily[];
  readonly findings: readonly Finding[];
  readonly isWaiting: boolean;
  /** The end of the wait. */
  readonly until: Date;
}

/**
 * Says which families are behind. They are waited for from the first observation of the newer revision on. A revision that
 * the very first look showed is of unknown age: around Patch Tuesday it is taken for that day's, otherwise nothing is waited
 * for.
 */
export function judgeLate(
  { now, policy }: GateInput,
  families: readonly GuardedFamily[],
  newest: number,
  sightings: Sightings,
  at: Thresholds,
): Lateness {
  const behind = families.filter(({ image }) => image?.osVersion.revision !== newest);
  const seen = sightings.firstOf(newest) ?? now;
  const isNews = sightings.beginning !== undefined && seen > sightings.beginning;
  const since = isNews ? seen : lastPatchTuesday(seen);
  const until = after(since, policy.longestWaitSeconds);
  return {
    behind,
    findings: behind.map((one) => lateFinding(one, newest, seen)),
    isWaiting: behind.length > 0 && !at.passed(until),
    until,
  };
}

function lateFinding({ family, image }: GuardedFamily, newest: number, since: Date): Finding {
  const target = formatOsVersion({ build: family.release.build, revision: newest });
  const state = image === undefined ? 'has no image yet' : `is at ${formatOsVersion(image.osVersion)}`;
  return {
    code: 'LATE',
    severity: 'warning',
    family: family.name,
    message: `${family.name} ${state}, while ${target} is out since ${toMinute(since)}.`,
  };
}
