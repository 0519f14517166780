import { history } from './event-fixture';

const timeline = history(
  { from: '2026-04-14T18:00:00Z', osVersion: '10.0.20348.9100' },
  { from: '2026-03-10T18:00:00Z', osVersion: '10.0.20348.9000' },
  { from: '2026-03-10T18:00:00Z', osVersion: '10.0.20348.9000', tag: '10.0.20348.9000' },
  { from: '2026-04-16T18:00:00Z', osVersion: '10.0.20348.9000' },
  { from: '2026-04-15T00:00:00Z', osVersion: '10.0.20348.9100', repository: 'windows/nanoserver' },
);

function pointsAt(instant: string): string | undefined {
  return timeline.pointsAt('windows/servercore', 'ltsc2022', new Date(instant))?.osVersion ?? undefined;
}

test.each<[string, string | undefined, string]>([
  ['2026-03-10T17:59:59.999Z', undefined, 'before its first event'],
  ['2026-03-10T18:00:00Z', '10.0.20348.9000', 'at it'],
  ['2026-04-14T17:59:59Z', '10.0.20348.9000', 'before the next'],
  ['2026-04-14T18:00:00Z', '10.0.20348.9100', 'at the next'],
  ['2026-04-16T18:00:00Z', '10.0.20348.9000', 'after it went back'],
  ['2030-01-01T00:00:00Z', '10.0.20348.9000', 'for ever after the last'],
])('at %s a tag points to %s: %s', (instant, osVersion) => {
  expect(pointsAt(instant)).toBe(osVersion);
});

test('what nobody ever pushed points nowhere', () => {
  const instant = new Date('2026-05-01');
  expect(timeline.pointsAt('windows/servercore', 'ltsc2025', instant)).toBeUndefined();
  expect(timeline.pointsAt('windows/other', 'ltsc2022', instant)).toBeUndefined();
  expect(timeline.tagsAt('windows/other', instant)).toEqual([]);
});

test('tags appear in the order of registries and never disappear', () => {
  expect(timeline.tagsAt('windows/servercore', new Date('2026-03-01'))).toEqual([]);
  expect(timeline.tagsAt('windows/servercore', new Date('2026-05-01'))).toEqual([
    '10.0.20348.9000',
    'ltsc2022',
  ]);
});

test('all tags of all repositories at an instant', () => {
  const at = timeline.eventsAt(new Date('2026-04-15T00:00:00Z'));
  expect(at.map((one) => `${one.repository}:${one.tag} ${one.osVersion ?? ''}`)).toEqual([
    'windows/nanoserver:ltsc2022 10.0.20348.9100',
    'windows/servercore:10.0.20348.9000 10.0.20348.9000',
    'windows/servercore:ltsc2022 10.0.20348.9100',
  ]);
});

test('changes between two instants begin after the first and include the second', () => {
  const changes = (after: string, upTo: string, ...repositories: string[]): (string | null)[] =>
    timeline
      .changesBetween(new Date(after), new Date(upTo), repositories.length > 0 ? repositories : undefined)
      .map((one) => one.from);
  expect(changes('2026-04-14T18:00:00Z', '2026-04-16T18:00:00Z')).toEqual([
    '2026-04-15T00:00:00Z',
    '2026-04-16T18:00:00Z',
  ]);
  expect(changes('2026-04-14T17:59:59Z', '2026-04-14T18:00:00Z')).toEqual(['2026-04-14T18:00:00Z']);
  expect(changes('2026-04-01', '2026-05-01', 'windows/nanoserver')).toEqual(['2026-04-15T00:00:00Z']);
  expect(changes('2026-05-01', '2026-04-01')).toEqual([]);
});

test('the range ends with the month of the last event', () => {
  expect(timeline.range()).toEqual({
    first: new Date('2026-03-10T18:00:00Z'),
    last: new Date('2026-04-30T23:59:59.999Z'),
  });
  expect(history({ from: '2025-12-31T23:59:59Z' }).range().last).toEqual(
    new Date('2025-12-31T23:59:59.999Z'),
  );
});
