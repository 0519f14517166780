import { DateTime } from 'luxon';

/**
 * The instant of 10:00 in Redmond on a day, given as `YYYY-MM-DD`: when Microsoft releases updates, daylight saving time
 * regarded. Throws a `RangeError` for a text that is no day.
 * @see https://learn.microsoft.com/windows/deployment/update/release-cycle
 */
export function tenPacific(isoDate: string): Date {
  const day = DateTime.fromFormat(isoDate, 'yyyy-MM-dd', { zone: 'America/Los_Angeles' });
  if (!day.isValid) {
    throw new RangeError(`A day is written YYYY-MM-DD; got: '${isoDate}'.`);
  }
  return day.set({ hour: 10 }).toJSDate();
}
