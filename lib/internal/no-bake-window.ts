import type { TimeZone } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkNumber, refuse } from './validate';

/** A day of the week. */
export enum DayOfWeek {
  /** Monday. */
  MONDAY = 'MON',
  /** Tuesday. */
  TUESDAY = 'TUE',
  /** Wednesday. */
  WEDNESDAY = 'WED',
  /** Thursday. */
  THURSDAY = 'THU',
  /** Friday. */
  FRIDAY = 'FRI',
  /** Saturday. */
  SATURDAY = 'SAT',
  /** Sunday. */
  SUNDAY = 'SUN',
}

/** Hours of some days in which no bake starts; one that is due starts at their end. */
export interface NoBakeWindow {
  /** The days on which it begins. */
  readonly days: DayOfWeek[];

  /** The full hour at which it begins, 0 to 23. */
  readonly startHour: number;

  /** The full hour at which it ends, 1 to 24; one that is not after `startHour` is of the next day. */
  readonly endHour: number;

  /** The time zone of the hours. */
  readonly timeZone: TimeZone;
}

/** The windows as `decide` reads them. Ends synthesis where one cannot be used. */
export function noBakeWindows(scope: IConstruct, windows: readonly NoBakeWindow[] = []): string {
  for (const { days, endHour, startHour } of windows) {
    if (days.length === 0) {
      refuse(scope, 'noBakeWindows', 'must name days', '[]', 'Leave the window out to have none.');
    }
    const wayOut = 'It is a full hour.';
    checkNumber(scope, 'noBakeWindows.startHour', startHour, { least: 0, most: 23, wayOut });
    checkNumber(scope, 'noBakeWindows.endHour', endHour, { least: 1, most: 24, wayOut });
  }
  return JSON.stringify(
    windows.map(({ timeZone, ...window }) => ({ ...window, timezone: timeZone.timezoneName })),
  );
}
