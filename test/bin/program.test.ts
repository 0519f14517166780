import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COMMANDS } from '../../bin/commands';
import { runProgram } from '../../bin/program';
import { runCommandLine } from '../support/run-command-line';

const CLI = join(__dirname, '..', '..', 'dist', 'cli', 'winbake.cjs');

/** The words that name each command. */
const PATHS = COMMANDS.flatMap(({ entries, name }) =>
  entries.map((entry) => [...(name === undefined ? [] : [name]), entry.name]),
);

/** A run in a terminal of a width. */
async function runAt(columns: number | undefined, args: readonly string[]): Promise<string> {
  let text = '';
  await runProgram(args, '9.9.9', {
    out: (more) => {
      text += more;
    },
    err: () => undefined,
    ...(columns === undefined ? {} : { columns }),
  });
  return text;
}

test('help goes to stdout with exit code 0, and shows examples', async () => {
  for (const args of [
    ['--help'],
    ['help'],
    ['resolve', '--help'],
    ['compat', '-h'],
    ['registry', 'serve', '--help'],
    ['help', 'resolve'],
    ['pipeline', 'help', 'status'],
  ]) {
    const run = await runCommandLine(...args);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toContain('Usage: winbake');
    expect(run.stdout).toContain('Examples:');
  }
});

test('no command is wrong usage, and the help goes to stderr', async () => {
  for (const args of [[], ['pipeline'], ['fleet'], ['registry']]) {
    const run = await runCommandLine(...args);
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toContain('Usage: winbake');
  }
});

test('the help of the program has a line for every command, grouped', async () => {
  const { stdout } = await runCommandLine('--help');
  for (const path of PATHS) {
    expect(stdout).toMatch(new RegExp(`^  ${path.join(' ')} {2,}\\S`, 'm'));
  }
  expect(stdout.match(/^\S.*:$/gm)).toEqual([
    'Options:',
    'Without an account:',
    'After a deployment:',
    'Operate a pipeline (winbake pipeline VERB NAME):',
    'Operate a fleet (winbake fleet VERB NAME):',
    'Examples:',
  ]);
});

test.each([[], ...PATHS].map((path) => [path.join(' '), path] as const))(
  'the help of "%s" fits 80 columns without a terminal, and a narrower one',
  async (_name, path) => {
    for (const [columns, most] of [
      [undefined, 80],
      [80, 80],
      [200, 100],
    ] as const) {
      const help = await runAt(columns, [...path, '--help']);
      expect(help).toContain('Usage: winbake');
      expect(help.split('\n').filter((line) => line.length > most)).toEqual([]);
    }
  },
);

test('help marks the options that are required', async () => {
  const { stdout } = await runCommandLine('backtest', '--help');
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('2022 or 2025 (required)');
  expect(stdout.match(/\(required\)/g)).toHaveLength(3);
});

test('a misspelled command or option is answered with the nearest one', async () => {
  for (const [args, sentence] of [
    [['reslove'], "Unknown command 'reslove' (Did you mean resolve?)"],
    [['pipeline', 'statsu', '2022-core'], "Unknown command 'statsu' (Did you mean status?)"],
    [['fleet', 'statsu', 'shop'], "Unknown command 'statsu' (Did you mean status?)"],
    [['resolve', '--relase', '2022'], "Unknown option '--relase' (Did you mean --release?)"],
    [['backtest', '--form', '2025-01-01'], "Unknown option '--form' (Did you mean --from?)"],
    [['fleet', 'evidence', 'shop', '--mont', '2025-10'], "Unknown option '--mont' (Did you mean --month?)"],
  ] as const) {
    expect(await runCommandLine(...args)).toEqual({ exitCode: 2, stdout: '', stderr: `${sentence}\n` });
  }
});

test.each([
  ['status -p 2022-core', 'pipeline status 2022-core'],
  ['status --all', 'pipeline status --all'],
  ['status --pipeline=2022-core --account 1', 'pipeline status 2022-core --account 1'],
  ['doctor --pipeline 2022-core', 'pipeline doctor 2022-core'],
  ['hold -p 2022-core --for 3d', 'pipeline hold 2022-core --for 3d'],
  ['prune', 'pipeline prune'],
  ['destroy -p 2022-core --dry-run', 'pipeline destroy 2022-core --dry-run'],
  ['pipeline rebake -p 2022-core --force', 'pipeline rebake 2022-core --force'],
  ['fleet shop', 'fleet status shop'],
  ['fleet --all', 'fleet status --all'],
  ['fleet shop --month 2026-07 --region eu-west-1', 'fleet evidence shop --month 2026-07 --region eu-west-1'],
])('the old form %s names the new one', async (before, now) => {
  const run = await runCommandLine(...before.split(' '));
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toMatch(/^'winbake [^']+' has moved; write: winbake [^\n]+\n$/);
  expect(run.stderr.trimEnd().split('write: winbake ')[1]).toBe(now);
});

test('the name of an old form comes before a finding, and what needs quotes has them', async () => {
  const { stderr } = await runCommandLine('accept', 'FROZEN aspnet', '-p', 'a', '--reason', 'of it');
  expect(stderr).toMatch(/; write: winbake pipeline accept a "FROZEN aspnet" --reason "of it"\n$/);
});

test('with --json an error is the one document of stdout, and a sentence on stderr', async () => {
  for (const [args, exitCode, code] of [
    [['compat', '1', '2', '--json'], 2, 'USAGE'],
    [['status', '-p', 'x', '--json'], 2, 'USAGE'],
    [['resolve', '--json'], 2, 'USAGE'],
    [['compat', '--jsno', '--json'], 2, 'USAGE'],
    [['explain', '--release', '2022', '--history', 'missing', '--json'], 1, 'FILE_UNREADABLE'],
  ] as const) {
    const run = await runCommandLine(...args);
    expect(run.exitCode).toBe(exitCode);
    expect(JSON.parse(run.stdout)).toEqual({
      schema: 'winbake.error/1',
      error: { code, message: run.stderr.trimEnd() },
    });
  }
});

test('the version is the package version', async () => {
  expect(await runCommandLine('--version')).toEqual({ exitCode: 0, stdout: '9.9.9\n', stderr: '' });
});

/** The chunks that the bundled program loads for a command line, with their text. */
function loadedBy(...args: readonly string[]): readonly string[] {
  const hook =
    'import { registerHooks } from "node:module";' +
    'registerHooks({ load(url, context, next) {' +
    ' if (url.startsWith("file:")) process.stderr.write(`loaded ${url}\\n`); return next(url, context); } });';
  const { stderr } = (() => {
    try {
      const options = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, CLI, ...args];
      return {
        stderr: execFileSync(
          'sh',
          ['-c', '"$0" "$@" 2>&1 >/dev/null || true', process.execPath, ...options],
          { encoding: 'utf8' },
        ),
      };
    } catch (error) {
      return { stderr: String(error) };
    }
  })();
  const files = [...stderr.matchAll(/^loaded file:\/\/(.+)$/gm)].map(([, file = '']) => file);
  return files.filter((file) => dirname(file).startsWith(dirname(CLI)));
}

describe('the bundle', () => {
  test.each([
    [['--version'], 110],
    [['--help'], 110],
    [['compat', '10.0.20348.4294', '10.0.20348.4171'], 110],
    [['resolve', '--release', '2012'], 110],
  ])('%j loads neither an SDK nor a schema library, and %i kB at most', (args, most) => {
    const files = loadedBy(...args);
    expect(files[0]).toBe(CLI);
    const texts = files.map((file) => readFileSync(file, 'utf8'));
    expect(texts.filter((text) => /aws-sdk|smithy|ZodType/.test(text)).map((text) => text.length)).toEqual(
      [],
    );
    expect(texts.join('').length / 1024).toBeLessThan(most);
  });

  test('resolve loads what Node has for HTTP, but neither its fetch nor TLS nor the start of programs', () => {
    const script =
      "process.on('exit', () => console.error(process.moduleLoadList.join(' ')));" +
      'process.argv.splice(1, 0, process.env.CLI); require(process.env.CLI);';
    const { stderr } = spawnSync(process.execPath, ['-e', script, 'resolve', '--release', '2012'], {
      encoding: 'utf8',
      env: { ...process.env, CLI },
    });
    const loaded = [...stderr.matchAll(/NativeModule (\S+)/g)].map(([, name = '']) => name);
    expect(loaded).toContain('http');
    expect(loaded.filter((name) => /undici|^https$|^tls$|^child_process$/.test(name))).toEqual([]);
  });

  test('a command that reaches AWS loads its SDK, so that the check above can fail', () => {
    const texts = loadedBy('pipeline', 'status', '--all', '--region', 'x').map((file) =>
      readFileSync(file, 'utf8'),
    );
    expect(texts.some((text) => /aws-sdk|smithy/.test(text))).toBe(true);
    expect(texts.some((text) => text.includes('ZodType'))).toBe(true);
  });
});

test.each([
  ['backtest', '--release', '2022', '--from', '2025-06-01', '--to', '2025-12-31'],
  ['explain', '--release', '2022', '--as-of', '2025-04-10T18:15:00Z'],
  ['compat', '10.0.20348.4294', '10.0.20348.4171'],
])('what %s says fits a terminal of 80 columns, with instants of one form', async (...args) => {
  const text = await runAt(80, args);
  expect(text).not.toBe('');
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).not.toMatch(/T\d\d:\d\d:\d\d/);
});

test.each(['--version', 'compat', 'rehearse'])('an older Node is told so in one sentence: %s', (command) => {
  const program = `Object.defineProperty(process.versions, 'node', { value: '20.19.0' }); require(${JSON.stringify(CLI)});`;
  const run = spawnSync(process.execPath, ['-e', program, '--', CLI, command], { encoding: 'utf8' });
  expect(run).toMatchObject({
    status: 1,
    stdout: '',
    stderr: 'winbake needs Node 22 or later; got: v20.19.0. Install it, and try again.\n',
  });
});
