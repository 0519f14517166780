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
