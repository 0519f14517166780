import { coverWholeWeek, noBakeReason, parseNoBakeWindows } from '../../../lib/core/calendar/no-bake-windows';

const [DAY, NIGHT] = parseNoBakeWindows(
  JSON.stringify([
    { days: ['SAT', 'SUN'], startHour: 8, endHour: 20, timezone: 'Europe/Berlin' },
    { days: ['FRI'], startHour: 22, endHour: 6, timezone: 'America/New_York' },
  ]),
);

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
])('%s in %j: %p', (moment, window, isWithin) => {
  expect(noBakeReason([window!], new Date(moment)) !== undefined).toBe(isWithin);
});

test('the reason names the window', () => {
  expect(noBakeReason([NIGHT!, DAY!], new Date('2025-10-18T10:00:00Z'))).toBe(
    'A bake is due, and none starts on SAT, SUN from 8:00 to 20:00 (Europe/Berlin).',
  );
});

test('a week without any hour for bakes is told apart', () => {
  const now = new Date('2025-10-18T00:00:00Z');
  const all = { days: ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'], startHour: 0, timezone: 'UTC' };
  const windows = (endHour: number) => parseNoBakeWindows(JSON.stringify([{ ...all, endHour }]));
  expect(coverWholeWeek(windows(24), now)).toBe(true);
  expect(coverWholeWeek(windows(23), now)).toBe(false);
});

test.each([
  ['[', "Windows without bakes are a JSON list; got: '['."],
  ['{}', "Windows without bakes are a JSON list; got: '{}'."],
  ['[{"days":["SAT"],"startHour":8,"endHour":20,"timezone":"Mars"}]', 'got: {"days":["SAT"]'],
  ['[{"days":["Sat"],"startHour":8,"endHour":20,"timezone":"UTC"}]', 'days of MON to SUN'],
  ['[{"days":[],"startHour":8,"endHour":20,"timezone":"UTC"}]', 'days of MON to SUN'],
  ['[{"days":["SAT"],"startHour":24,"endHour":20,"timezone":"UTC"}]', 'startHour 0 to 23'],
  ['[{"days":["SAT"],"startHour":8,"endHour":0,"timezone":"UTC"}]', 'endHour 1 to 24'],
])('%s is refused', (text, message) => {
  expect(() => parseNoBakeWindows(text)).toThrow(message);
});

test('no text is no window', () => {
  expect(parseNoBakeWindows('')).toEqual([]);
});
