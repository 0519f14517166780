import type { TimeZone } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { WeeklyWindow as WindowDocument } from '../contract/values/weekly-window';
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

/** Full hours of some days of every week. */
export interface WeeklyWindow {
  /** The days on which it begins. */
  readonly days: DayOfWeek[];

  /** The full hour at which it begins, 0 to 23. */
  readonly startHour: number;

  /** The full hour at which it ends, 1 to 24; one that is not after `startHour` is of the next day. */
  readonly endHour: number;

  /** The time zone of the hours. */
  readonly timeZone: TimeZone;
}

/** The windows as functions read them. Ends synthesis where one cannot be used; `prop` names them. */
export function weeklyWindows(
  scope: IConstruct,
  prop: string,
  windows: readonly WeeklyWindow[] = [],
): readonly WindowDocument[] {
  return windows.map(({ days, endHour, startHour, timeZone }) => {
    if (days.length === 0) {
      refuse(scope, prop, 'must name days', '[]', 'Leave the window out to have none.');
    }
    const wayOut = 'It is a full hour.';
    checkNumber(scope, `${prop}.startHour`, startHour, { least: 0, most: 23, wayOut });
    checkNumber(scope, `${prop}.endHour`, endHour, { least: 1, most: 24, wayOut });
    return { days, startHour, endHour, timeZone: timeZone.timezoneName };
  });
}
