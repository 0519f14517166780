import { UsageError } from '../../contract/values/errors';

/** Hours of some days of the week in which a rollout may begin; one that ends before it begins ends on the next day. */
export interface MaintenanceWindow {
  /** Days on which it begins, 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight; `to` is no longer in it. */
  readonly from: number;
  readonly to: number;
  /** Such as `Europe/Berlin`. */
  readonly timeZone: string;
}

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FORM =
  /^([A-Z]{3})(?:-([A-Z]{3}))? ([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)(?: ([\w/+-]+))?$/;
const DAY_MINUTES = 24 * 60;

/** Windows as text: `MON-FRI 22:00-04:00 Europe/Berlin`, several with `;` between; UTC where no time zone is said. */
export function parseMaintenanceWindows(text: string): readonly MaintenanceWindow[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseWindow);
}

function parseWindow(text: string): MaintenanceWindow {
  const [, first = '', last = first, ...rest] = FORM.exec(text) ?? [];
  const [fromHour, fromMinute, toHour, toMinute] = rest.slice(0, 4).map(Number);
  const timeZone = rest[4] ?? 'UTC';
  const [begin, end] = [DAYS.indexOf(first), DAYS.indexOf(last)];
  if (begin < 0 || end < 0 || !isTimeZone(timeZone)) {
    throw new UsageError(
      `A maintenance window is written like "MON-FRI 22:00-04:00 Europe/Berlin"; got: '${text}'.`,
    );
  }
  const days = DAYS.map((_, index) => (begin + index) % 7).slice(0, ((end - begin + 7) % 7) + 1);
  return {
    days,
    from: (fromHour ?? 0) * 60 + (fromMinute ?? 0),
    to: (toHour ?? 0) * 60 + (toMinute ?? 0),
    timeZone,
  };
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** Whether a rollout may begin at an instant: in any of the windows, or always where there are none. */
export function isOpen(windows: readonly MaintenanceWindow[], at: Date): boolean {
  return windows.length === 0 || windows.some((window) => isIn(window, at));
}

function isIn({ days, from, to, timeZone }: MaintenanceWindow, at: Date): boolean {
  const { day, minute } = localTime(at, timeZone);
  if (from < to) {
    return days.includes(day) && minute >= from && minute < to;
  }
  const begun = days.includes(day) && minute >= from;
  const fromYesterday = days.includes((day + 6) % 7) && minute < to;
  return begun || fromYesterday;
}

function localTime(at: Date, timeZone: string): { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: DAYS.indexOf((parts['weekday'] ?? '').toUpperCase()),
    minute: (Number(parts['hour']) * 60 + Number(parts['minute'])) % DAY_MINUTES,
  };
}
