import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BacktestReport } from '../../../sim/rehearsal/backtest/backtest-report';
import type { Explanation } from '../../../bin/local/explain';
import { file, lines, row } from '../../sim/registry/history/event-fixture';
import { readHistory } from '../../../sim/registry/history/read-history';
import { readPage } from '../../support/check-page';
import { runCommandLine } from '../../support/run-command-line';

const YEAR = ['--from', '2025-01-01', '--to', '2025-12-31'];

async function backtest(...args: readonly string[]): Promise<BacktestReport> {
  const run = await runCommandLine('backtest', ...args, '--json');
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  return JSON.parse(run.stdout) as BacktestReport;
}

/** From when all families of a release have a history. */
test.each([
  ['2016', '2021-02-26T14:06:35.000Z'],
  ['2019', '2021-02-26T14:06:35.000Z'],
  ['2022', '2021-08-18T20:36:00.000Z'],
  ['2025', '2025-01-14T21:36:13.000Z'],
])(
  'over all of %s no bake is wrong, nobody is asked, and it follows the last family within one poll',
  async (release, completeFrom) => {
    const report = await backtest('--release', release, '--from', '2018-01-01', '--to', '2026-06-30');
    const { bakes, decisions, summary } = report;
    expect(report).toMatchObject({ from: '2018-01-01T00:00:00.000Z', completeFrom });
    expect(Date.parse(decisions[0]!.at) - Date.parse(completeFrom)).toBeLessThan(15 * 60_000);
    expect(summary).toMatchObject({ wrongImageBakes: 0, stopped: 0, bakes: bakes.length });
    expect(summary.medianHoursAfterLastFamily).toBeLessThanOrEqual(0.25);
    expect(summary.wrongImageBakesOfNaiveWeekly).toBeGreaterThan(0);
    for (const { host, images, target } of bakes) {
      const revision = (version: string) => Number(version.split('.')[3]);
      images.forEach((image) => {
        expect(image.osVersion.split('.')[2]).toBe(target.split('.')[2]);
        expect(revision(image.osVersion)).toBeLessThanOrEqual(revision(host));
      });
    }
  },
);

/** The recorded history and months after it, each with its Patch Tuesday, whose families come one after the other. */
function withLaterMonths(): string {
  const later = ['2026-07-14', '2026-08-11', '2026-09-08', '2026-10-13', '2026-11-10'].flatMap(
    (day, month) => {
      const at = (hours: number, minutes = 0) =>
        new Date(Date.parse(`${day}T17:00:00Z`) + hours * 3_600_000 + minutes * 60_000).toISOString();
      const osVersion = `10.0.20348.${5400 + 100 * month}`;
      const event = (from: string, repository: string, tag: string) => ({
        ...{
          from,
          repository,
          tag,
          osVersion,
          mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        },
        ...{
          digest: `sha256:${String(month).repeat(32)}${repository.length.toString(16).padStart(32, '0')}`,
          evidence: 'synthetic',
        },
      });
      return [
        event(at(1), 'windows/servercore', 'ltsc2022'),
        event(at(4, 40), 'windows/nanoserver', 'ltsc2022'),
        event(at(3), 'windows/servercore/iis', 'windowsservercore-ltsc2022'),
        event(at(4 + 6 * month, 7), 'dotnet/framework/aspnet', '4.8.1-windowsservercore-ltsc2022'),
      ];
    },
  );
  return file(lines(...readHistory().events, ...later));
}

test('months that nobody recorded are judged by the same rules', async () => {
  const args = [
    '--release',
    '2022',
    '--from',
    '2018-01-01',
    '--to',
    '2026-11-30',
    '--history',
    withLaterMonths(),
  ];
  const { bakes, completeFrom, assumed, summary } = await backtest(...args);
  expect(completeFrom).toBe('2021-08-18T20:36:00.000Z');
  expect(bakes.slice(-5).map(({ at, host, mode }) => [at.slice(0, 13), host, mode])).toEqual([
    ['2026-07-14T21', '10.0.20348.5400', 'exact'],
    ['2026-08-12T03', '10.0.20348.5500', 'exact'],
    ['2026-09-09T09', '10.0.20348.5600', 'exact'],
    ['2026-10-14T15', '10.0.20348.5700', 'exact'],
    ['2026-11-11T21', '10.0.20348.5800', 'exact'],
  ]);
  expect(summary).toMatchObject({ stopped: 0, wrongImageBakes: 0 });
  expect(assumed.join('\n')).toContain('aspnet: 5 of ');
});

test('each month follows the lines of its day, and the document says which', async () => {
  const { bakes, recorded } = await backtest(
    '--release',
    '2022',
    '--from',
    '2018-01-01',
    '--to',
    '2022-12-31',
  );
  expect(bakes.filter(({ at }) => at < '2022-09-14').length).toBeGreaterThan(12);
  expect(recorded.from).toBe('2018-02-13T19:00:00.000Z');
  expect(recorded.families.find(({ family }) => family === 'aspnet')).toMatchObject({
    repository: 'dotnet/framework/aspnet',
    lines: [
      { line: '4.8', from: '2021-08-18T20:45:00.000Z' },
      { line: '4.8.1', from: '2022-09-14T00:00:00.000Z' },
    ],
  });
});

test('the document says what is assumed, of bakes, hosts and instants', async () => {
  const { assumed, recorded } = await backtest('--release', '2022', ...YEAR);
  const all = assumed.join('\n');
  for (const part of ['ends in the poll', 'base AMI', '10:00 Pacific', 'iis: ']) {
    expect(all).toContain(part);
  }
  expect(all).not.toContain('aspnet: ');
  const iis = recorded.families.find(({ family }) => family === 'iis')!.evidence;
  const [, few, many] = /iis: (\d+) of (\d+) /.exec(all)!;
  const counts = Object.values(iis).reduce((sum, one) => sum + one, 0);
  expect([Number(few), Number(many)]).toEqual([iis['inferred-month'], counts]);
  const { stdout } = await runCommandLine('backtest', '--release', '2022', ...YEAR);
  expect(stdout).toContain('All families are recorded from 2021-08-18T20:36Z on.');
  expect(stdout).toContain('iis: ');
});

test('a time before all families are recorded is refused with the instant', async () => {
  const run = await runCommandLine(
    'backtest',
    '--release',
    '2019',
    '--from',
    '2020-05-01',
    '--to',
    '2020-12-31',
  );
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(
    'servercore, nanoserver, iis, aspnet are all recorded from 2021-02-26T14:06:35.000Z on',
  );
});

test('decisions are changes, in order, and hold the bakes', async () => {
  const { bakes, decisions } = await backtest('--release', '2022', ...YEAR);
  expect(decisions.map(({ at }) => at)).toEqual(decisions.map(({ at }) => at).sort());
  const ordered = decisions.filter(({ decision }) => decision === 'bake').map(({ at }) => at);
  expect(bakes.every(({ at }) => ordered.includes(at))).toBe(true);
});

test('the table shows a month a line and the comparison', async () => {
  const { stdout } = await runCommandLine('backtest', '--release', '2022', ...YEAR);
  expect(stdout).toMatch(/^2025-10 {6}1 {9}1 {2}2025-10-14T21:00Z 10\.0\.20348\.4294 exact$/m);
  expect(stdout).toMatch(/^winbake +13 +0 +0 +\d+ d$/m);
  expect(stdout).toMatch(/^weekly, floating tags +52 +8 +\d+ +\d+ d$/m);
});

test.each([
  [['--release', '2022', '--from', '2025-01-01'], 'Say --to <instant>; see winbake backtest --help.'],
  [['--release', '2022', '--from', 'x', '--to', '2025-01-01'], "got: 'x'"],
  [['--release', '2022', '--from', '2025-02-01', '--to', '2025-01-01'], 'begins before it ends'],
  [['--release', '2022', '--from', '2025-02-01', '--to', '2035-01-01'], '2026-06-30'],
  [['--release', '2022', ...YEAR, '--late', 'maybe'], 'Allowed choices are usePrevious, stop'],
  [['--release', '2022', ...YEAR, '--line', 'aspnet'], "got: 'aspnet'"],
  [
    ['--release', '2022', ...YEAR, '--line', 'framework-sdk=4.8'],
    'Cache framework-sdk too, or leave its line out',
  ],
  [['--release', '2022', ...YEAR, '--line', 'servercore=4.8'], 'a single line of tags'],
  [['--release', '2022', ...YEAR, '--max-age', '5'], "got: '5'"],
])('backtest %j is wrong usage', async (args, sentence) => {
  const run = await runCommandLine('backtest', ...args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(sentence);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('explain says what each family shows, what counts, and what happens next', async () => {
  const { stdout, exitCode } = await runCommandLine(
    'explain',
    '--release',
    '2022',
    '--as-of',
    '2025-04-10T18:15:00Z',
  );
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Windows Server 2022 at 2025-04-10T18:15Z: nothing\n');
  expect(stdout).toMatch(/^servercore .* 10\.0\.20348\.3328 {2}2025-04-10T18:00Z {2,}10\.0\.20348\.3453$/m);
  expect(stdout).toContain('went back to 10.0.20348.3328');
  expect(stdout).toContain('Baked before: 10.0.20348.3453 exact, at 2025-04-08T23:00Z.');
});

test('explain ends with exit code 3 where an operator is needed', async () => {
  const run = await runCommandLine(
    ...['explain', '--release', '2016', '--as-of', '2025-10-15', '--line', 'aspnet=4.7.2', '--json'],
  );
  expect(run.exitCode).toBe(3);
  expect(JSON.parse(run.stdout) as Explanation).toMatchObject({
    decision: 'needsOperator',
    reason: expect.stringContaining('2016 needs equal revisions'),
  });
});

test.each([
  ['explain', ['--as-of', '2026-03-20']],
  ['backtest', ['--from', '2026-03-11', '--to', '2026-03-20']],
])('%s of a release that the history says nothing of is wrong usage, not an answer', async (verb, when) => {
  const only2022 = file(lines(row()));
  const run = (release: string) =>
    runCommandLine(verb, '--release', release, '--history', only2022, ...when, '--json');
  expect(await run('2025')).toEqual({
    exitCode: 2,
    stdout: expect.stringContaining('"code": "NO_DATA"') as string,
    stderr: expect.stringContaining(
      'The history has no image of Windows Server 2025 (build 26100), neither of servercore',
    ) as string,
  });
  expect((await run('2022')).exitCode).not.toBe(2);
});

test('a release whose hosts no table knows is wrong usage, unless a revision is given', async () => {
  const hosts = file(
    'build,revision,os_version,kb,date,type,hasContainerImage\n20348,9000,10.0.20348.9000,KB1,2026-03-10,B,yes\n',
    'hosts.csv',
  );
  const run = (...args: readonly string[]) =>
    runCommandLine('explain', '--release', '2025', '--hosts', hosts, '--as-of', '2025-10-20', ...args);
  expect(await run()).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining(
      'No host revision is known for Windows Server 2025 (build 26100)',
    ) as string,
  });
  expect((await run('--host-revision', '6899')).exitCode).not.toBe(2);
});

test('explain of a pipeline takes no options of recorded history', async () => {
  const run = await runCommandLine('explain', '2022-core', '--release', '2022', '--as-of', '2025-10-16');
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(
    '--as-of and --release say what of recorded history to explain, and 2022-core is a pipeline of an account; leave one of the two out.',
  );
});

test.each([
  ['2022', [], [0, 1, 2], ['', '@previous']],
  ['2022', ['--previous-revisions', '2'], [0, 1, 2], ['', '@previous', '@previous2']],
  ['2022', ['--previous-revisions', '0'], [0, 1, 2], ['']],
  ['2016', [], [0], ['']],
])(
  'of %s %j it says what each number of previous revisions takes',
  async (release, args, numbers, suffixes) => {
    const span = ['--from', '2025-09-01', '--to', '2025-12-31'];
    const { bakes, cached } = await backtest('--release', release, ...span, ...args);
    expect(cached.map(({ previousRevisions }) => previousRevisions)).toEqual(numbers);
    expect(
      bakes[0]!.images.filter(({ family }) => family.startsWith('aspnet')).map(({ family }) => family),
    ).toEqual(suffixes.map((suffix) => `aspnet${suffix}`));
    const { stdout } = await runCommandLine('backtest', '--release', release, ...span, ...args);
    const table = stdout
      .slice(stdout.indexOf('PREVIOUS'))
      .split('\n')
      .slice(0, numbers.length + 2);
    expect(table[0]).toMatch(
      /^PREVIOUS +DISK +MOST +SNAPSHOT +UNPACKED IN +ASPNET PULL P50 +P90 +P99 +BASE MISSED$/,
    );
    for (const [index, number] of numbers.entries()) {
      expect(table[index + 1]).toMatch(
        new RegExp(
          `^ +${number} +[\\d.]+ GB +[\\d.]+ GB +[\\d.]{4} USD +[\\d.]+ min( +[\\d.]+ [kMG]?B){3} +[\\d.]+ %$`,
        ),
      );
    }
    expect(table.at(-1)).toBe('');
  },
);

describe('--html', () => {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-backtest-'));
  const file = join(folder, 'year.html');
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('writes a page beside what is printed, once', async () => {
    const args = ['backtest', '--release', '2022', ...YEAR, '--json'];
    const plain = await runCommandLine(...args);
    expect(await runCommandLine(...args, '--html', file)).toEqual(plain);
    const text = readFileSync(file, 'utf8');
    expect(readPage(text).errors).toEqual([]);
    const again = await runCommandLine(...args, '--html', file);
    expect(again.exitCode).toBe(2);
    expect(again.stdout).toContain('is there already');
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('the instants of families are those of the history', async () => {
    const { bakes, timelines } = await backtest('--release', '2022', ...YEAR);
    expect(timelines.map(({ target }) => target)).toEqual([...new Set(bakes.map(({ target }) => target))]);
    const july = timelines.find(({ target }) => target === '10.0.20348.3932');
    expect(july).toMatchObject({ released: '2025-07-08T17:00:00.000Z', mode: 'exact' });
    expect(july?.families.map(({ family, isMeasured }) => [family, isMeasured])).toEqual([
      ['servercore', true],
      ['nanoserver', true],
      ['iis', false],
      ['aspnet', true],
    ]);
    for (const { bakedAt, families } of timelines) {
      const shown = families.map(({ shownAt }) => Date.parse(shownAt ?? ''));
      expect(Math.max(...shown)).toBeLessThanOrEqual(Date.parse(bakedAt));
    }
  });
});
