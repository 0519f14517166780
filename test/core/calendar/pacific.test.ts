import { tenPacific } from '../../../lib/core/calendar/patch-tuesday';

test.each([
  ['2025-01-14', '2025-01-14T18:00:00.000Z', 'winter'],
  ['2025-07-08', '2025-07-08T17:00:00.000Z', 'summer'],
  ['2025-03-09', '2025-03-09T17:00:00.000Z', 'the day on which summer time begins'],
  ['2025-11-02', '2025-11-02T18:00:00.000Z', 'the day on which it ends'],
  ['2024-02-29', '2024-02-29T18:00:00.000Z', 'a leap day'],
])('ten in Redmond on %s is %s: %s', (day, instant) => {
  expect(tenPacific(day).toISOString()).toBe(instant);
  // Whoever changes what it gave changes nothing of the next.
  tenPacific(day).setTime(0);
  expect(tenPacific(day).toISOString()).toBe(instant);
});

test.each(['2025-02-30', '2025-1-14', 'today', ''])('%p is no day', (text) => {
  expect(() => tenPacific(text)).toThrow(RangeError);
});
