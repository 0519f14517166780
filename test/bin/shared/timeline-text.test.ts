import fc from 'fast-check';
import { drawTimeline, MARKS, type TimelineRow } from '../../../bin/shared/timeline-text';
import { propertyRuns } from '../../support/property-runs';

const ORIGIN = '2025-10-14T17:00:00.000Z';
const at = (hours: number) => new Date(Date.parse(ORIGIN) + hours * 3_600_000).toISOString();

test('a Patch Tuesday: what came when, over one axis', () => {
  const family = (label: string, hours: number, note = ''): TimelineRow => ({
    label,
    at: at(hours),
    note,
    spans: [
      { from: ORIGIN, until: at(hours), mark: 'waits' },
      { from: at(hours), until: at(8), mark: 'there' },
    ],
  });
  const bake: TimelineRow = {
    label: 'bake',
    at: at(6),
    spans: [{ from: at(4), until: at(6), mark: 'works' }],
  };
  expect(drawTimeline([family('aspnet', 1), family('iis', 4, 'last'), bake], ORIGIN, 72)).toBe(
    [
      'UTC          18:00      20:00       22:00      10-15',
      'aspnet  ░░░░░████████████████████████████████████████  18:00 +1.0 h',
      'iis     ░░░░░░░░░░░░░░░░░░░░░░███████████████████████  21:00 +4.0 h last',
      'bake                          ▓▓▓▓▓▓▓▓▓▓▓              23:00 +6.0 h',
      '',
    ].join('\n'),
  );
});

test('of several days each instant has its day, and what never came says so', () => {
  const rows: readonly TimelineRow[] = [
    { label: 'a', at: at(30), spans: [{ from: ORIGIN, until: at(30), mark: 'waits' }] },
    { label: 'b', at: null, note: 'not yet', spans: [{ from: ORIGIN, until: at(100), mark: 'waits' }] },
  ];
  const text = drawTimeline(rows, ORIGIN, 80);
  expect(text).toContain('10-15 23:00 +30.0 h');
  expect(text).toMatch(/^UTC .*10-15 .*10-16 /);
  expect(text).toMatch(/^b {4}░+ {2}not yet$/m);
});

test('it fits its width, marks stand in order, and the shortest period is seen', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.double({ min: 0, max: 2000, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true })),
        {
          minLength: 1,
          maxLength: 8,
        },
      ),
      fc.integer({ min: 60, max: 200 }),
      (periods, width) => {
        const rows = periods.map(([from, length], index) => ({
          label: `row ${index}`,
          at: at(from + length),
          spans: [{ from: at(from), until: at(from + length), mark: 'works' as const }],
        }));
        const lines = drawTimeline(rows, ORIGIN, width).trimEnd().split('\n');
        expect(lines).toHaveLength(periods.length + 1);
        for (const line of lines) {
          expect(line.length).toBeLessThanOrEqual(width);
        }
        const starts = lines.slice(1).map((line) => line.indexOf(MARKS.works));
        expect(starts).not.toContain(-1);
        const byStart = periods.map(([from], index) => ({ from, column: starts[index]! }));
        byStart.sort((one, other) => one.from - other.from);
        expect(byStart.map(({ column }) => column)).toEqual(
          byStart.map(({ column }) => column).sort((one, other) => one - other),
        );
      },
    ),
    { numRuns: propertyRuns(100) },
  );
});
