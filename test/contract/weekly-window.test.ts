import { parseDocument, weeklyWindows } from '../../lib/contract/documents/document';
import {
  coverWholeWeek,
  isIn,
  isOpen,
  WEEKDAYS,
  type WeeklyWindow,
} from '../../lib/contract/values/weekly-window';

const DAY: WeeklyWindow = { days: ['SAT', 'SUN'], startHour: 8, endHour: 20, timeZone: 'Europe/Berlin' };
const NIGHT: WeeklyWindow = { days: ['FRI'], startHour: 22, endHour: 6, timeZone: 'America/New_York' };
const WORK_NIGHTS: WeeklyWindow = {
  days: ['MON', 'TUE', 'WED', 'THU', 'FRI'],
  startHour: 22,
  endHour: 4,
  timeZone: 'Europe/Berlin',
};

// 18 October 2025 is a Saturday; Berlin is two hours ahead of UTC, New York four behind.
test.each([
  ['2025-10-18T05:59:59Z', DAY, false],
  ['2025-10-18T06:00:00Z', DAY, true],
  ['2025-10-19T17:59:59Z', DAY, true],
  ['2025-10-19T18:00:00Z', DAY, false],
  ['2025-10-20T08:00:00Z', DAY, false],
  // Standard time has begun.
  ['2025-10-26T06:30:00Z', DAY, false],
  ['2025-10-26T07:00:00Z', DAY, true],
  ['2025-10-18T01:59:59Z', NIGHT, false],
  ['2025-10-18T02:00:00Z', NIGHT, true],
  ['2025-10-18T09:59:59Z', NIGHT, true],
  ['2025-10-18T10:00:00Z', NIGHT, false],
  ['2025-10-17T05:00:00Z', NIGHT, false],
  ['2025-10-17T21:00:00Z', WORK_NIGHTS, true],
  ['2025-10-18T01:59:00Z', WORK_NIGHTS, true],
  ['2025-10-18T02:00:00Z', WORK_NIGHTS, false],
  ['2025-10-18T21:00:00Z', WORK_NIGHTS, false],
])('%s in %j: %p', (instant, window, isWithin) => {
  expect(isIn(window, new Date(instant))).toBe(isWithin);
});

test.each([
  [[], '2025-10-16T03:00:00Z', true],
  [[DAY, NIGHT], '2025-10-18T02:00:00Z', true],
  [[DAY, NIGHT], '2025-10-20T08:00:00Z', false],
])('%j at %s: open %p', (windows, instant, open) => {
  expect(isOpen(windows, new Date(instant))).toBe(open);
});

const ALWAYS: WeeklyWindow = { days: [...WEEKDAYS], startHour: 0, endHour: 24, timeZone: 'UTC' };
const IN_ZONE = (timeZone: string) => ({ ...ALWAYS, startHour: 6, endHour: 5, timeZone });

test.each([
  ['no window', [], false],
  ['all hours of all days', [ALWAYS], true],
  ['all hours but one', [{ ...ALWAYS, endHour: 23 }], false],
  [
    'two halves of all days',
    [
      { ...ALWAYS, endHour: 12 },
      { ...ALWAYS, startHour: 12 },
    ],
    true,
  ],
  ['all days but one', [{ ...ALWAYS, days: WEEKDAYS.slice(1) }], false],
  ['the free hours of two zones that never meet', [IN_ZONE('UTC'), IN_ZONE('Asia/Tokyo')], true],
  ['the free hours of two zones that meet in winter', [IN_ZONE('UTC'), IN_ZONE('Europe/London')], true],
])('%s: %j, the whole week is covered: %p', (_name, windows, covers) => {
  expect(coverWholeWeek(windows)).toBe(covers);
});

test.each([
  ['[', 'WINDOWS is damaged: it is not JSON.'],
  ['{}', 'WINDOWS is damaged: the document Invalid input: expected array'],
  [[{ ...DAY, timeZone: 'Mars' }], 'WINDOWS is damaged: 0.timeZone is no time zone of the IANA data base'],
  [[{ ...DAY, days: ['Sat'] }], 'WINDOWS is damaged: 0.days.0 '],
  [[{ ...DAY, days: [] }], 'WINDOWS is damaged: 0.days '],
  [[DAY, { ...DAY, startHour: 24 }], 'WINDOWS is damaged: 1.startHour '],
  [[{ ...DAY, endHour: 0 }], 'WINDOWS is damaged: 0.endHour '],
  [[{ ...DAY, timezone: 'UTC' }], 'WINDOWS is damaged: 0 Unrecognized key: "timezone"'],
])('%j is refused', (given, message) => {
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  expect(() => parseDocument(weeklyWindows, text, 'WINDOWS')).toThrow(message);
});
