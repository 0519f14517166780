import fc from 'fast-check';
import { patchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import { hoursUnpatched, releasedAt } from '../../../lib/core/fleet/patch-hours';
import { fleetLab, overrideAt, publicationOf } from '../../support/fleet-lab';
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

const TUESDAY = new Date('2025-11-11T18:00:00.000Z');
const NOVEMBER = { ...publicationOf(4350), at: '2025-11-11T20:00:00.000Z' };
const SUNDAYS = [{ days: ['SUN' as const], startHour: 2, endHour: 3, timeZone: 'UTC' }];

/** A fleet that waits for its window, and to whose channel something comes, at once or hours later. */
async function waitingLab({
  comes = 0,
  isHeld = false,
}: {
  readonly comes?: number;
  readonly isHeld?: boolean;
}) {
  const lab = fleetLab({ startedAt: TUESDAY, policy: isHeld ? {} : { windows: SUNDAYS } });
  await lab.poll();
  if (isHeld) {
    lab.setOverrides({ hold: overrideAt(TUESDAY, 1000) });
  }
  return { lab, comes };
}

/** What people were notified of the budget, by the hours since Patch Tuesday. */
async function budgetNotices({
  comes,
  lab,
}: Awaited<ReturnType<typeof waitingLab>>): Promise<readonly string[]> {
  const notices: string[] = [];
  for (let hours = 1; hours <= 110; hours += 1) {
    if (hours === comes + 1) {
      lab.publish(NOVEMBER);
    }
    await lab.wait(1);
    const late = lab.notified.splice(0).filter((text) => text.includes('patching is'));
    notices.push(...late.map((text) => `${hours} h: ${text.split(':')[1]!.trim()}`));
  }
  return notices;
}

test.each<[string, Parameters<typeof waitingLab>[0], readonly string[]]>([
  [
    'at three quarters and at its end, where something else is waited for',
    {},
    ['54 h: patching is running late', '72 h: patching is overdue'],
  ],
  [
    'at its end alone while a person holds the fleet, who knows',
    { isHeld: true },
    ['72 h: patching is overdue'],
  ],
  ['not of what its channel lacks, which the pipeline says', { comes: 1000 }, []],
  [
    'once, where its channel was late and it has had a quarter of the budget itself',
    { comes: 80 },
    ['99 h: patching is overdue'],
  ],
])('people are notified of the budget %s', async (_, given, expected) => {
  expect(await budgetNotices(await waitingLab(given))).toEqual(expected);
});
