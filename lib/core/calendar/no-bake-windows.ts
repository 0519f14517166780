import { UsageError } from '../../contract/values/errors';
import { isJsonObject } from '../../contract/values/json';

/** The days of a week, as windows name them. */
export const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;

/** One of `MON` to `SUN`. */
export type Weekday = (typeof WEEKDAYS)[number];

/** Hours of some days in which no bake starts. */
export interface NoBakeWindow {
  /** The days on which it begins. */
  readonly days: readonly Weekday[];
  /** From 0 to 23. */
  readonly startHour: number;
  /** From 1 to 24; one that is not after `startHour` is of the next day. */
  readonly endHour: number;
  /** A zone of the IANA data base, such as `Europe/Berlin`. */
  readonly timezone: string;
}

/** Why no bake may start at a moment, or undefined where one may. */
export function noBakeReason(windows: readonly NoBakeWindow[], moment: Date): string | undefined {
  const window = windows.find((one) => holds(one, moment));
  return (
    window &&
    `A bake is due, and none starts on ${window.days.join(', ')} from ${window.startHour}:00 to ${window.endHour}:00 ` +
      `(${window.timezone}).`
  );
}

/** Whether the windows leave no hour of the next week in which a bake may start. */
export function coverWholeWeek(windows: readonly NoBakeWindow[], now: Date): boolean {
  const quarters = Array.from({ length: 7 * 24 * 4 }, (_, index) => now.getTime() + index * 900_000);
  return quarters.every((time) => noBakeReason(windows, new Date(time)) !== undefined);
}

/**
 * The windows of a text such as `[{"days":["SAT"],"startHour":8,"endHour":20,"timezone":"UTC"}]`; none of an empty one.
 * Throws a `UsageError` for any other text.
 */
export function parseNoBakeWindows(text: string): readonly NoBakeWindow[] {
  const value = text === '' ? [] : parsed(text);
  if (!Array.isArray(value)) {
    throw new UsageError(`Windows without bakes are a JSON list; got: '${text}'.`);
  }
  return value.map(readWindow);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readWindow(value: unknown): NoBakeWindow {
  const { days, endHour, startHour, timezone } = isJsonObject(value) ? value : {};
  if (isDays(days) && isHour(startHour, 0, 23) && isHour(endHour, 1, 24) && isZone(timezone)) {
    return { days, startHour, endHour, timezone };
  }
  throw new UsageError(
    'A window without bakes has days of MON to SUN, startHour 0 to 23, endHour 1 to 24 and an IANA timezone; ' +
      `got: ${JSON.stringify(value)}.`,
  );
}

function isDays(value: unknown): value is readonly Weekday[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((day) => WEEKDAYS.some((known) => known === day))
  );
}

function isHour(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function isZone(value: unknown): value is string {
  if (typeof value !== 'string') {
    return false;
  }
  try {
    Intl.DateTimeFormat('en-US', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** Whether a window holds a moment; after midnight it is still that of the day before. */
function holds({ days, startHour, endHour, timezone }: NoBakeWindow, moment: Date): boolean {
  const { day, hour } = localHour(moment, timezone);
  const begins = (index: number) => days.some((name) => WEEKDAYS.indexOf(name) === index);
  if (endHour > startHour) {
    return begins(day) && hour >= startHour && hour < endHour;
  }
  return (begins(day) && hour >= startHour) || (begins((day + 6) % 7) && hour < endHour);
}

function localHour(moment: Date, timeZone: string): { readonly day: number; readonly hour: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(moment);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return {
    day: WEEKDAYS.findIndex((name) => name === part('weekday').toUpperCase()),
    hour: Number(part('hour')),
  };
}
