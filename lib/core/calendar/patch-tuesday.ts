import { DateTime } from 'luxon';

/** Time zones are slow, and the same days are asked for again and again. */
const KNOWN = new Map<string, number>();

/**
 * The instant of 10:00 in Redmond on a day, given as `YYYY-MM-DD`: when Microsoft releases updates, daylight saving time
 * regarded. Throws a `RangeError` for a text that is no day.
 * @see https://learn.microsoft.com/windows/deployment/update/release-cycle
 */
export function tenPacific(isoDate: string): Date {
  const known = KNOWN.get(isoDate);
  if (known !== undefined) {
    return new Date(known);
  }
  const day = DateTime.fromFormat(isoDate, 'yyyy-MM-dd', { zone: 'America/Los_Angeles' });
  if (!day.isValid) {
    throw new RangeError(`A day is written YYYY-MM-DD; got: '${isoDate}'.`);
  }
  const ten = day.set({ hour: 10 }).toJSDate();
  KNOWN.set(isoDate, ten.getTime());
  return ten;
}

/**
 * The instant of 10:00 Pacific on the second Tuesday of a month, when Microsoft releases a month's updates and images.
 * `month` counts from 0, and may lie outside the year.
 * @see https://learn.microsoft.com/windows/deployment/update/release-cycle
 */
export function patchTuesday(year: number, month: number): Date {
  const first = new Date(Date.UTC(year, month, 1));
  const TUESDAY = 2;
  const firstTuesday = 1 + ((TUESDAY - first.getUTCDay() + 7) % 7);
  return tenPacific(new Date(Date.UTC(year, month, firstTuesday + 7)).toISOString().slice(0, 10));
}

/** The last Patch Tuesday at or before an instant. */
export function lastPatchTuesday(now: Date): Date {
  const thisMonth = patchTuesday(now.getUTCFullYear(), now.getUTCMonth());
  return thisMonth <= now ? thisMonth : patchTuesday(now.getUTCFullYear(), now.getUTCMonth() - 1);
}

/** The first Patch Tuesday after an instant. */
export function nextPatchTuesday(now: Date): Date {
  const thisMonth = patchTuesday(now.getUTCFullYear(), now.getUTCMonth());
  return thisMonth > now ? thisMonth : patchTuesday(now.getUTCFullYear(), now.getUTCMonth() + 1);
}

/** Images have been pushed up to a day before the updates that they hold were released. */
const EARLY_MILLISECONDS = 24 * 3600 * 1000;

/** The Patch Tuesday whose release was first seen at an instant. */
export function patchTuesdayOf(firstSeen: Date): Date {
  return lastPatchTuesday(new Date(firstSeen.getTime() + EARLY_MILLISECONDS));
}
