import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { assembly } from '../../support/assembly';
import { runBundle } from '../../support/run-bundle';
import { runCommandLine } from '../../support/run-command-line';
import type { RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';

const folder = mkdtempSync(join(tmpdir(), 'winbake-rehearse-'));
const damaged = join(folder, 'damaged.jsonl');
const notAnAssembly = join(folder, 'empty');
const transcript = (...calls: readonly object[]): string =>
  JSON.stringify({ schema: 'winbake.transcript/1', recordedAt: '2026-11-01', calls });
const WORKFLOWS = { service: 'imagebuilder', operation: 'ListWorkflowBuildVersions', input: {} };
/** What is given as a transcript, by the name of its file. */
const TRANSCRIPTS: Readonly<Record<string, string>> = {
  'history.json': '{"from":"2025-10-14T18:00:00Z"}',
  'cut.json': transcript(WORKFLOWS).slice(0, 60),
  'account.json': transcript({ ...WORKFLOWS, output: { requestId: 'of 111122223333' } }),
  'unsent.json': transcript({ ...WORKFLOWS, operation: 'ListImageRecipes', output: {} }),
  'wrong.json': transcript({ ...WORKFLOWS, output: { workflowSummaryList: {} } }),
  'status.json': transcript({
    service: 'imagebuilder',
    operation: 'GetImage',
    input: {},
    output: { image: { state: { status: 'BAKED' } } },
  }),
  'right.json': transcript({ ...WORKFLOWS, output: { workflowSummaryList: [] } }),
};
const inFolder = (name: string): string => join(folder, name);
const TAKES = 'The option --transcripts takes what prove --record writes. ';
beforeAll(() => {
  Object.entries(TRANSCRIPTS).forEach(([name, text]) => {
    writeFileSync(inFolder(name), text);
  });
  writeFileSync(damaged, '{"from":"2025-10-14T18:00:00Z"\n');
  mkdirSync(notAnAssembly);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  [['--release', '2012'], 2, "A Windows Server release is one of 2016, 2019, 2022, 2025; got: '2012'."],
  [
    ['--as-of', 'soon'],
    2,
    "A moment is an instant such as 2025-10-14T18:00:00Z or a day such as 2025-10-14; got: 'soon'.",
  ],
  [
    ['--as-of', '2099-01-01'],
    2,
    "The history goes from 2018-02-13T19:00:00.000Z to 2026-06-30T23:59:59.999Z; got: '2099-01-01'.",
  ],
  [['--months', '0'], 2, "A number of months is a whole number from 1 to 24; got: '0'."],
  [
    ['--months', '3', '--as-of', '2026-05-13'],
    2,
    'The history ends at 2026-06-30T23:59:59.999Z; got: --months 3 from 2026-05-13T00:00:00.000Z, whose month 3 would begin at 2026-07-14T17:00:00.000Z.',
  ],
  [
    ['--html', __filename, '--app', 'false'],
    2,
    `The file '${__filename}' of --html is there already; name another.`,
  ],
  [['--history', 'missing'], 1, "The file 'missing' does not exist."],
  [
    ['--history', damaged],
    1,
    `History file '${damaged}', line 1 is not JSON; got: {"from":"2025-10-14T18:00:00Z".`,
  ],
  [['--hosts', 'missing'], 1, "The file 'missing' does not exist."],
  [
    ['--cdk-out', notAnAssembly],
    1,
    `${notAnAssembly} is no cloud assembly: it has no manifest.json; run cdk synth first.`,
  ],
  [['--transcripts', 'missing'], 2, `${TAKES}The file 'missing' does not exist.`],
  [
    ['--transcripts', inFolder('right.json'), inFolder('history.json')],
    2,
    `${TAKES}${inFolder('history.json')} has a schema that this version of Winbake does not know; got: null.`,
  ],
  [['--transcripts', inFolder('cut.json')], 2, `${TAKES}${inFolder('cut.json')} is damaged: it is not JSON.`],
  [
    ['--transcripts', inFolder('account.json')],
    2,
    `${TAKES}${inFolder('account.json')} names the account 111122223333; write \${account} in its place.`,
  ],
  [
    ['--transcripts', inFolder('unsent.json')],
    2,
    `${TAKES}${inFolder('unsent.json')} is damaged: calls.0 is of imagebuilder.ListImageRecipes, which Winbake does not send.`,
  ],
  [
    ['--transcripts', inFolder('wrong.json')],
    2,
    `${TAKES}${inFolder('wrong.json')} is damaged: calls.0 has an answer that imagebuilder.ListWorkflowBuildVersions cannot give: workflowSummaryList must be of type list; got: {}.`,
  ],
  [
    ['--transcripts', inFolder('status.json')],
    2,
    /status\.json is damaged: calls\.0 has an answer that imagebuilder\.GetImage cannot give: image\.state\.status: Member must satisfy enum value set: .*; got: "BAKED"\.$/,
  ],
  [['--app', 'false'], 1, "The app 'false' did not synthesize: it ended with exit code 1 and said nothing."],
  [
    ['--app', 'echo one && echo "Error: two" && exit 3'],
    1,
    `The app 'echo one && echo "Error: two" && exit 3' did not synthesize: Error: two.`,
  ],
  [
    ['--app', 'echo "Unhandled exception. System.Exception: two" && echo Aborted && exit 134'],
    1,
    /did not synthesize: Unhandled exception\. System\.Exception: two\.$/,
  ],
  [['--app', 'true'], 1, "The app 'true' did not synthesize: it left no assembly and said nothing."],
  [['--fault', 'nonsense'], 2, /^A fault is one of disk-full, .*, token; got: 'nonsense'\.$/],
  [
    ['--fault', 'ami-fails-tasks', 'ami-never-registers'],
    2,
    "An AMI fails in one way; got: 'ami-never-registers' and 'ami-fails-tasks'.",
  ],
  [
    ['--fault', 'missing:no/such'],
    2,
    /^The fault missing:<repository> takes a repository of the history: .*; got: 'no\/such'\.$/,
  ],
  [
    ['--longest-wait', 'x'],
    2,
    "A duration is a whole number of minutes, hours or days, such as 90m, 36h or 2d; got: 'x'.",
  ],
  [
    ['--late', 'maybe'],
    2,
    "Option '--late <policy>' argument 'maybe' is invalid. Allowed choices are usePrevious, stop.",
  ],
  [['--host-revision', '0'], 2, "A revision is the fourth number of an OS version, such as 4294; got: '0'."],
  [
    ['--release', '2019'],
    2,
    'The assembly has no pipeline for Windows Server 2019; it has: SERVER_2022_CORE.',
  ],
])('%s ends with exit code %i and one sentence', async (args, exitCode, sentence) => {
  const needsAssembly = !args.includes('--app') && !args.includes('--cdk-out');
  const cdkOut = needsAssembly ? ['--cdk-out', await assembly()] : [];
  const run = await runCommandLine('rehearse', '--json', ...cdkOut, ...args);
  expect(run.exitCode).toBe(exitCode);
  expect(JSON.parse(run.stdout)).toEqual({
    schema: 'winbake.error/1',
    error: { code: expect.stringMatching(/^[A-Z_]+$/), message: run.stderr.trimEnd() },
  });
  expect(run.stderr).toMatch(/^[^\n]+\n$/);
  expect(run.stderr).toEqual(typeof sentence === 'string' ? `${sentence}\n` : expect.anything());
  expect(run.stderr.trimEnd()).toMatch(sentence);
});

test('people read why a phase failed once, after its title', async () => {
  const run = await runBundle(['rehearse', '--app', 'false']);
  expect(run).toMatchObject({ exitCode: 1, stdout: '', left: [] });
  expect(run.stderr.split('\n')).toEqual([
    '❯ Synthesize the app',
    '› false',
    '✖ Synthesize the app',
    "The app 'false' did not synthesize: it ended with exit code 1 and said nothing.",
    '',
  ]);
});

describe('on a computer with Node alone', () => {
  const bin = join(folder, 'bin');
  beforeAll(() => {
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
  });

  test('says before any work what is missing, and the command that helps', async () => {
    const environment = { PATH: bin, HOME: folder, DOTNET_ROOT: '' };
    for (const options of [[], ['--json']]) {
      const run = await runBundle(['rehearse', '--cdk-out', await assembly(), ...options], environment);
      expect(run).toEqual({
        exitCode: 1,
        stdout: options.length === 0 ? '' : expect.stringMatching(/^\{\n {2}"schema": "winbake.error\/1"/),
        stderr:
          'A rehearsal runs the scripts of the bake in PowerShell, and this computer has neither .NET nor pwsh; install .NET: ' +
          'curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0\n',
        left: [],
      });
    }
  });

  test('says what dotnet says where PowerShell cannot be restored', async () => {
    const home = join(folder, 'home', '.dotnet');
    mkdirSync(home, { recursive: true });
    writeFileSync(
      join(home, 'dotnet'),
      `#!${process.execPath}\nconsole.log('error NU1301: no network.');\nprocess.exit(1);\n`,
    );
    chmodSync(join(home, 'dotnet'), 0o755);
    const environment = { PATH: bin, HOME: join(folder, 'home'), DOTNET_ROOT: '', NUGET_PACKAGES: undefined };
    const run = await runBundle(['rehearse', '--cdk-out', await assembly()], environment);
    expect(run).toMatchObject({ exitCode: 1, stdout: '', left: [] });
    const [restoring, , sentence] = run.stderr.split('\n').slice(-4);
    expect(restoring).toBe('› Restoring PowerShell 7.6.9 with .NET, once (40 MB).');
    expect(sentence).toMatch(
      /^PowerShell 7.6.9 could not be restored: error NU1301: no network\. .* --channel 10\.0$/,
    );
  });
});

describeWithPowerShell('a rehearsal with transcripts', () => {
  const stopped = async (...files: readonly string[]) => {
    const wait = ['--as-of', '2025-10-14T17:30:00Z', '--longest-wait', '1h', '--late', 'stop'];
    const options = ['--cdk-out', await assembly(), '--json', ...wait];
    const run = await runCommandLine('rehearse', ...options, '--transcripts', ...files);
    return { ...run, report: JSON.parse(run.stdout) as RehearsalReport };
  };

  test('is answered by them first, and counts their answers', async () => {
    const { exitCode, report, stderr } = await stopped(inFolder('right.json'));
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' });
    expect(report.origins.recorded).toBeGreaterThan(0);
  });

  test('says where none of their calls was asked', async () => {
    writeFileSync(
      inFolder('other.json'),
      transcript({ ...WORKFLOWS, input: { nextToken: 'a' }, output: {} }),
    );
    const { exitCode, report, stderr } = await stopped(inFolder('other.json'));
    expect(exitCode).toBe(3);
    expect(report.origins.recorded).toBe(0);
    expect(stderr).toBe(
      'No call of the rehearsal was answered by a transcript: prove writes other names and ids into inputs; put the names of the rehearsal there, or * for any text.\n',
    );
  });
});

describeWithPowerShell('a rehearsal that is ended in the middle of its bake', () => {
  beforeAll(async () => {
    await requirePowerShell();
  });

  test('leaves nothing behind', async () => {
    const run = await runBundle(['rehearse', '--cdk-out', await assembly()], {}, (stderr, end) => {
      if (stderr.includes('› cache-images: SelectImageSet\n')) {
        end('SIGTERM');
      }
    });
    expect(run).toMatchObject({ exitCode: 143, stdout: '', left: [] });
    expect(run.stderr.split('\n').slice(-3)).toEqual([
      '✖ Decide, bake and publish',
      'Ended by SIGTERM; nothing is left behind.',
      '',
    ]);
  });
});

test('a rehearsal that is ended while the app runs ends the app', async () => {
  const app = `${JSON.stringify(process.execPath)} -e "setTimeout(() => {}, 600000)"`;
  const run = await runBundle(['rehearse', '--app', app], {}, (stderr, end) => {
    if (stderr.includes('› ')) {
      setTimeout(end, 200, 'SIGINT');
    }
  });
  expect(run).toMatchObject({ exitCode: 130, stdout: '', left: [] });
  expect(run.stderr).toMatch(/✖ Synthesize the app\nEnded by SIGINT; nothing is left behind\.\n$/);
});
