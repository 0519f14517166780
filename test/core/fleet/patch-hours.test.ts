import fc from 'fast-check';
import { patchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import { hoursUnpatched, releasedAt } from '../../../lib/core/fleet/patch-hours';
import { publicationOf } from '../../support/fleet-lab';
import { propertyRuns } from '../../support/property-runs';

const HOUR = 3_600_000;

test.each([
  ['its own day', '2025-10-14T19:00:00.000Z', undefined, '2025-10-14'],
  [
    'the month that it was first seen in',
    '2025-10-14T19:00:00.000Z',
    '2025-09-09T18:00:00.000Z',
    '2025-09-09',
  ],
  ['a day that it was pushed before', '2025-10-14T19:00:00.000Z', '2025-10-14T02:00:00.000Z', '2025-10-14'],
  [
    'its month, where it came out of band',
    '2025-10-24T19:00:00.000Z',
    '2025-10-23T20:00:00.000Z',
    '2025-10-14',
  ],
])('a publication is of %s', (_what, at, revisionSeenAt, day) => {
  const seen = revisionSeenAt === undefined ? {} : { revisionSeenAt };
  expect(
    releasedAt({ ...publicationOf(4171), at, ...seen })
      .toISOString()
      .slice(0, 10),
  ).toBe(day);
});

test('an old revision that was published after Patch Tuesday is unpatched since that day', () => {
  const old = {
    ...publicationOf(4171),
    at: '2025-10-14T19:00:00.000Z',
    revisionSeenAt: '2025-09-09T18:00:00.000Z',
  };
  const now = new Date(Date.parse('2025-10-14T17:00:00.000Z') + 24 * 24 * HOUR);
  expect(hoursUnpatched({ running: [old], wanted: null, now })).toBe(576);
});

test('hours are never fewer than the truth, however late a revision was published', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ month: fc.integer({ min: 0, max: 11 }), lateHours: fc.integer({ min: 0, max: 1500 }) }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      fc.integer({ min: 0, max: 24 * 300 }),
      (hosts, hoursLater) => {
        const released = (month: number) => patchTuesday(2025, month);
        const newest = Math.max(
          ...hosts.map(({ lateHours, month }) => released(month).getTime() + lateHours * HOUR),
        );
        const now = new Date(newest + hoursLater * HOUR);
        const running = hosts.map(({ lateHours, month }) => ({
          ...publicationOf(4000 + month),
          at: new Date(released(month).getTime() + lateHours * HOUR).toISOString(),
          revisionSeenAt: released(month).toISOString(),
        }));
        const truth = Math.max(
          0,
          ...hosts.map(({ month }) => (now.getTime() - released(month + 1).getTime()) / HOUR),
        );
        expect(hoursUnpatched({ running, wanted: null, now })).toBeGreaterThanOrEqual(truth - 0.1);
      },
    ),
    { numRuns: propertyRuns(200) },
  );
});
