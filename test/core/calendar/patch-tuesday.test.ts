import fc from 'fast-check';
import { lastPatchTuesday, nextPatchTuesday, patchTuesday } from '../../../lib/core/calendar/patch-tuesday';

test.each([
  [2025, 9, '2025-10-14T17:00:00.000Z'],
  [2025, 10, '2025-11-11T18:00:00.000Z'],
  [2025, 3, '2025-04-08T17:00:00.000Z'],
  [2026, 2, '2026-03-10T17:00:00.000Z'],
  [2023, 7, '2023-08-08T17:00:00.000Z'],
  [2026, -1, '2025-12-09T18:00:00.000Z'],
  [2025, 12, '2026-01-13T18:00:00.000Z'],
])('of %i, month %i: %s', (year, month, instant) => {
  expect(patchTuesday(year, month).toISOString()).toBe(instant);
});

test('is a Tuesday from the 8th to the 14th, and last and next enclose every instant', () => {
  const instant = fc.date({ min: new Date('2016-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(instant, (now) => {
      const last = lastPatchTuesday(now);
      const next = nextPatchTuesday(now);
      expect(last <= now && now < next).toBe(true);
      expect(next.getTime() - last.getTime()).toBeLessThanOrEqual(35 * 86_400_000 + 3_600_000);
      for (const day of [last, next]) {
        const pacific = new Date(day.getTime() - 8 * 3_600_000);
        expect([pacific.getUTCDay(), pacific.getUTCDate() > 7 && pacific.getUTCDate() < 15]).toEqual([
          2,
          true,
        ]);
      }
    }),
  );
});
