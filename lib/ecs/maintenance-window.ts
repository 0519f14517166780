import type { TimeZone } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { DayOfWeek } from '../bake/no-bake-window';
import type { MaintenanceWindow as OpenWindow } from '../core/calendar/maintenance-window';
import { checkNumber, refuse } from '../internal/validate';

/** Hours of some days in which a rollout may begin, and go on from its canary to the rest. */
export interface MaintenanceWindow {
  /** The days on which it begins. */
  readonly days: DayOfWeek[];

  /** The full hour at which it begins, 0 to 23. */
  readonly startHour: number;

  /** The full hour at which it ends, 1 to 24; one that is not after `startHour` is of the next day. */
  readonly endHour: number;

  /** The time zone of the hours. */
  readonly timeZone: TimeZone;
}

/** In the order in which `core` counts them. */
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** The windows as the rollout reads them. Ends synthesis where one cannot be used. */
export function openWindows(
  scope: IConstruct,
  windows: readonly MaintenanceWindow[] = [],
): readonly OpenWindow[] {
  return windows.map(({ days, endHour, startHour, timeZone }) => {
    if (days.length === 0) {
      refuse(scope, 'rollout.windows', 'must name days', '[]', 'Leave the window out to have none.');
    }
    const wayOut = 'It is a full hour.';
    checkNumber(scope, 'rollout.windows.startHour', startHour, { least: 0, most: 23, wayOut });
    checkNumber(scope, 'rollout.windows.endHour', endHour, { least: 1, most: 24, wayOut });
    return {
      days: days.map((day) => DAYS.indexOf(day)),
      from: startHour * 60,
      to: endHour * 60,
      timeZone: timeZone.timezoneName,
    };
  });
}

/** The most hours in a row in which no window is open; differences of time zones are left aside. */
export function longestClosedHours(windows: readonly OpenWindow[]): number {
  if (windows.length === 0) {
    return 0;
  }
  const week = 7 * 24;
  const open = new Set<number>();
  for (const { days, from, to } of windows) {
    const hours = to > from ? (to - from) / 60 : (to - from) / 60 + 24;
    for (const day of days) {
      for (let hour = 0; hour < hours; hour += 1) {
        open.add((day * 24 + from / 60 + hour) % week);
      }
    }
  }
  let [longest, closed] = [0, 0];
  for (let hour = 0; hour < 2 * week; hour += 1) {
    closed = open.has(hour % week) ? 0 : closed + 1;
    longest = Math.max(longest, closed);
  }
  return longest;
}
