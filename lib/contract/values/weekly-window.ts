/** The days of a week, as windows name them. */
export const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;

/** One of `MON` to `SUN`. */
export type Weekday = (typeof WEEKDAYS)[number];

/** Full hours of some days of every week. */
export interface WeeklyWindow {
  /** The days on which it begins. */
  readonly days: readonly Weekday[];
  /** From 0 to 23. */
  readonly startHour: number;
  /** From 1 to 24; one that is not after `startHour` is of the next day. */
  readonly endHour: number;
  /** A zone of the IANA data base, such as `Europe/Berlin`. */
  readonly timeZone: string;
}

/** Whether a window holds an instant; after midnight it is still that of the day before. */
export function isIn({ days, startHour, endHour, timeZone }: WeeklyWindow, instant: Date): boolean {
  const { day, hour } = localHour(instant, timeZone);
  const begins = (index: number) => days.some((name) => WEEKDAYS.indexOf(name) === index);
  if (endHour > startHour) {
    return begins(day) && hour >= startHour && hour < endHour;
  }
  return (begins(day) && hour >= startHour) || (begins((day + 6) % 7) && hour < endHour);
}

/** Whether something that may begin in windows alone may begin at an instant; at any where there are none. */
export function isOpen(windows: readonly WeeklyWindow[], instant: Date): boolean {
  return windows.length === 0 || windows.some((window) => isIn(window, instant));
}

/** A week of winter and one of summer: zones differ in when they change their clocks. */
const WEEKS = ['2025-01-13T00:00:00Z', '2025-07-14T00:00:00Z'].map((text) => Date.parse(text));

/** Whether windows leave no hour of a week free, in winter or in summer. */
export function coverWholeWeek(windows: readonly WeeklyWindow[]): boolean {
  const quarters = Array.from({ length: 7 * 24 * 4 }, (_, index) => index * 900_000);
  return WEEKS.some((week) =>
    quarters.every((time) => windows.some((window) => isIn(window, new Date(week + time)))),
  );
}

/** The most hours in a row that no window holds; differences of time zones are left aside. */
export function longestClosedHours(windows: readonly WeeklyWindow[]): number {
  if (windows.length === 0) {
    return 0;
  }
  const week = 7 * 24;
  const open = new Set<number>();
  for (const { days, startHour, endHour } of windows) {
    const hours = endHour > startHour ? endHour - startHour : endHour - startHour + 24;
    for (const day of days) {
      for (let hour = 0; hour < hours; hour += 1) {
        open.add((WEEKDAYS.indexOf(day) * 24 + startHour + hour) % week);
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

/** Whether a text names a zone of the IANA data base. */
export function isTimeZone(text: string): boolean {
  try {
    Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function localHour(instant: Date, timeZone: string): { readonly day: number; readonly hour: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(instant);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return {
    day: WEEKDAYS.findIndex((name) => name === part('weekday').toUpperCase()),
    hour: Number(part('hour')),
  };
}
