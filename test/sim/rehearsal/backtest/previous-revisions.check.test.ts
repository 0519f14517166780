import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_GATE_POLICY } from '../../../../lib/contract/values/gate-policy';
import { parseRelease } from '../../../../lib/contract/values/release';
import { defaultPreviousRevisions } from '../../../../lib/core/images/image-extra';
import type { BacktestReport } from '../../../../sim/rehearsal/backtest/backtest-report';
import { runBacktest } from '../../../../sim/rehearsal/backtest/run-backtest';
import { readHistory } from '../../../../sim/registry/history/read-history';
import { rowsBelow } from '../../../support/page-tables';
import { previousRevisionsRows } from '../../../support/previous-revisions-table';

const ROOT = join(__dirname, '..', '..', '..', '..');
const RELEASES = ['2016', '2019', '2022', '2025'];
const TO = new Date('2026-06-30T00:00:00Z');

const reports = new Map(
  RELEASES.map((name): [string, BacktestReport] => {
    const release = parseRelease(name);
    const policy = { ...DEFAULT_GATE_POLICY, previousRevisions: defaultPreviousRevisions(release) };
    const from = new Date('2025-01-01T00:00:00Z');
    const more = { history: undefined, hosts: undefined, hostRevision: undefined, accepted: [] };
    return [name, runBacktest({ ...more, release, from, to: TO, policy })];
  }),
);

test('docs/costs.md has the figures of none and of one', () => {
  const text = readFileSync(join(ROOT, 'docs', 'costs.md'), 'utf8');
  expect(rowsBelow(text, 'Previous revisions')).toEqual(
    RELEASES.flatMap((name) => previousRevisionsRows(name, reports.get(name)!.cached.slice(0, 2))),
  );
});

test.each(RELEASES.filter((name) => name !== '2016'))(
  'on %s the default leaves nothing to pull on nine days of ten, and none leaves much',
  (name) => {
    const [none, one] = reports.get(name)!.cached;
    const bytesOf = (figures: typeof one) => figures!.missing.flatMap(({ bytes }) => bytes ?? []);
    expect(bytesOf(one)).toMatchObject([{ p50: 0, p90: 0 }]);
    expect(bytesOf(none)[0]!.p90).toBeGreaterThan(1e9);
    expect(one!.missing.map(({ missedPercent }) => missedPercent < 10)).toEqual([true, true, true, true]);
    expect(one!.missing.map(({ days }) => days > 1900)).toEqual([true, true, true, true]);
    expect(none!.missing.every(({ missedPercent }) => missedPercent > 30)).toBe(true);
  },
);

test.each(RELEASES.filter((name) => name !== '2016'))(
  'on %s no revision takes more of the disk than a volume must have for each',
  (name) => {
    const most = reports.get(name)!.cached.map(({ diskBytes }) => diskBytes.most);
    expect(most).toHaveLength(3);
    for (const [index, bytes] of most.entries()) {
      expect(bytes - (most[index - 1] ?? 0)).toBeLessThan(11 * 1024 ** 3);
    }
  },
);

test('a snapshot costs what its page says for what is on the disk', () => {
  const text = readFileSync(join(ROOT, 'docs', 'costs.md'), 'utf8');
  const [, price = ''] = rowsBelow(text, 'Unit prices').find(([symbol]) => symbol === 'pSnapshot') ?? [];
  for (const { diskBytes, snapshotUsd } of [...reports.values()].flatMap(({ cached }) => cached)) {
    for (const part of ['median', 'most'] as const) {
      expect(snapshotUsd[part]).toBeCloseTo((diskBytes[part] / 2 ** 30) * Number(price), 2);
    }
  }
});

test('2016 runs its own revision only, so nothing else is reckoned', () => {
  expect(reports.get('2016')!.cached.map(({ previousRevisions }) => previousRevisions)).toEqual([0]);
});

/** The builds of public images, read apart from the code that is tested. */
const apps = readFileSync(join(ROOT, 'assets', 'history', 'app-builds.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [, until = '', days = ''] = line.split(',');
    return { until, days: days.split(' ') };
  });

test.each([
  ['2019', '4.8-windowsservercore-ltsc2019'],
  ['2022', '4.8.1-windowsservercore-ltsc2022'],
  ['2025', '4.8.1-windowsservercore-ltsc2025'],
])('on %s the bytes are those of the recorded layers, added up another way', (name, tag) => {
  const events = readHistory(undefined).eventsOf('dotnet/framework/aspnet', tag);
  const eventAt = (time: number) => events.findLast((event) => event.time <= time);
  const { bakes, cached } = reports.get(name)!;
  for (const [index, families] of [['aspnet'], ['aspnet', 'aspnet@previous']].entries()) {
    const missing: number[] = [];
    for (const { days, until } of apps) {
      const end = Math.min(Date.parse(`${until}T12:00:00Z`), TO.getTime());
      for (let day = Date.parse('2025-01-01T12:00:00Z'); day <= end; day += 86_400_000) {
        const built = days.findLast((one) => Date.parse(`${one}T12:00:00Z`) <= day)!;
        const app = eventAt(Date.parse(`${built}T12:00:00Z`));
        const bake = bakes.findLast(({ at }) => Date.parse(at) <= day);
        if (bake === undefined || app === undefined || app.layers.some(({ size }) => size === null)) {
          continue;
        }
        const versions = bake.images
          .filter(({ family }) => families.includes(family))
          .map(({ osVersion }) => osVersion);
        const known = versions.flatMap(
          (version) =>
            events.findLast((one) => one.osVersion === version && one.time <= Date.parse(bake.at))!.layers,
        );
        const digests = new Set(known.map(({ digest }) => digest));
        const left = app.layers.filter(({ digest }) => !digests.has(digest));
        missing.push(left.reduce((total, { size }) => total + (size ?? 0), 0));
      }
    }
    missing.sort((one, other) => one - other);
    const at = (percent: number) => missing[Math.ceil((percent / 100) * missing.length) - 1];
    expect(cached[index]!.missing.find(({ family }) => family === 'aspnet')!.bytes).toEqual({
      days: missing.length,
      p50: at(50),
      p90: at(90),
      p99: at(99),
    });
  }
});
