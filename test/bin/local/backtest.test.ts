import type { BacktestReport } from '../../../sim/rehearsal/backtest/backtest-report';
import type { Explanation } from '../../../bin/local/explain';
import { file, lines, row } from '../../sim/registry/history/event-fixture';
import { runCommandLine } from '../../support/run-command-line';

const YEAR = ['--from', '2025-01-01', '--to', '2025-12-31'];

async function backtest(...args: readonly string[]): Promise<BacktestReport> {
  const run = await runCommandLine('backtest', ...args, '--json');
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  return JSON.parse(run.stdout) as BacktestReport;
}

/** The covered time of each release: where all its families have a history. */
test.each([
  ['2016', '2021-02-27'],
  ['2019', '2021-02-27'],
  ['2022', '2022-09-20'],
  ['2025', '2025-01-15'],
])(
  'over all of %s no bake is wrong, and it follows the last family within one poll',
  async (release, from) => {
    const { bakes, summary } = await backtest('--release', release, '--from', from, '--to', '2025-12-31');
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
  expect(stdout).toMatch(/^servercore .* 10\.0\.20348\.3328 {2}2025-04-10T18:00Z {2}10\.0\.20348\.3453$/m);
  expect(stdout).toContain('went back to 10.0.20348.3328');
  expect(stdout).toContain('Baked before: 10.0.20348.3453 exact, at 2025-04-08T23:00Z.');
});

test('explain ends with exit code 3 where an operator is needed', async () => {
  const run = await runCommandLine(
    ...['explain', '--release', '2022', '--as-of', '2025-12-15', '--line', 'aspnet=4.8', '--json'],
  );
  expect(run.exitCode).toBe(3);
  expect(JSON.parse(run.stdout) as Explanation).toMatchObject({
    decision: 'needsOperator',
    reason: expect.stringContaining('the live line is 4.8.1'),
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
