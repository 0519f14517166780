import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readHistory } from '../../../../sim/registry/history/read-history';
import { packageRoot } from '../../../../sim/package-root';

const FILE = join(packageRoot(), 'assets', 'history', 'registry-timeline.jsonl.gz');

test('is small and packed without a time stamp, so that it is the same bytes each time', () => {
  expect(statSync(FILE).size).toBeLessThan(650_000);
  expect(readFileSync(FILE).readUInt32LE(4)).toBe(0);
});

test('has all events, to the middle of 2026', () => {
  const history = readHistory();
  expect(history.events).toHaveLength(8831);
  expect(history.range()).toEqual({
    first: new Date('2018-02-13T19:00:00Z'),
    last: new Date('2026-06-30T23:59:59.999Z'),
  });
  const counts = Map.groupBy(history.events, (event) => event.repository);
  expect(Object.fromEntries([...counts].map(([repository, events]) => [repository, events.length]))).toEqual({
    'windows/servercore': 1658,
    'windows/nanoserver': 1172,
    'windows/server': 514,
    'windows/servercore/iis': 283,
    'dotnet/framework/runtime': 1534,
    'dotnet/framework/aspnet': 1538,
    'dotnet/framework/sdk': 1012,
    'dotnet/aspnet': 560,
    'dotnet/runtime': 560,
  });
});

test('is read once', () => {
  expect(readHistory()).toBe(readHistory());
});

test.each([
  ['windows/servercore', 'ltsc2022', '2025-04-09T00:00:00Z', '10.0.20348.3453', 'April 2025'],
  ['windows/servercore', 'ltsc2022', '2025-04-11T00:00:00Z', '10.0.20348.3328', 'back to March'],
  [
    'windows/servercore',
    '10.0.20348.3453',
    '2025-04-11T00:00:00Z',
    '10.0.20348.3453',
    'the full-revision tag stays',
  ],
  ['windows/servercore', 'ltsc2022', '2025-04-25T00:00:00Z', '10.0.20348.3566', 'out of band'],
  ['windows/servercore', 'ltsc2016', '2025-04-25T00:00:00Z', '10.0.14393.7969', '2016 returns to April'],
  [
    'dotnet/framework/runtime',
    '4.8-windowsservercore-ltsc2022',
    '2025-12-31T00:00:00Z',
    '10.0.20348.4171',
    'frozen',
  ],
  ['windows/servercore', 'ltsc2022', '2026-06-10T00:00:00Z', '10.0.20348.5256', 'June 2026'],
])('%s:%s at %s is %s: %s', (repository, tag, instant, osVersion) => {
  expect(readHistory().pointsAt(repository, tag, new Date(instant))?.osVersion).toBe(osVersion);
});
