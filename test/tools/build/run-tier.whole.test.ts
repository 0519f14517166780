import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tools from '../../../tools/build/outside-tools.json';

const ROOT = join(__dirname, '..', '..', '..');

/** Runs a module of JavaScript that may import the scripts of tools/build. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

function runTier(...args: readonly string[]) {
  return run([join('tools', 'build', 'run-tier.mjs'), ...args]);
}

test('the help fits 80 columns and names the tiers', () => {
  const { status, stdout } = runTier('test', '--help');
  expect(status).toBe(0);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toMatch(/npm test[^]*--rules[^]*npm run check[^]*npm run nightly/);
});

test.each([
  [['--rule'], "Unknown option '--rule'. "],
  [['no-such-test'], "No test file's path is or holds this; got: 'no-such-test'. "],
  [['--rules', 'test/app.test.ts'], "No test file's path is or holds this; got: 'test/app.test.ts'. "],
  [['-t', 'x'], '-t and --watch need a FILE. '],
])('%j is wrong usage', (args, message) => {
  expect(runTier('test', ...args)).toEqual({
    status: 2,
    stdout: '',
    stderr: `${message}\`npm test -- --help\` shows what there is.\n`,
  });
});

test('one file of rules runs alone, with no bundle', () => {
  const { status, stderr } = runTier('test', 'test/core/calendar/pacific.test.ts');
  expect(status).toBe(0);
  expect(stderr).toContain('PASS rules test/core/calendar/pacific.test.ts');
  expect(stderr).toContain('Test Suites: 1 passed, 1 total');
});

/** Runs lanes of scripts, and gives what was printed and the result. */
function lanes(...scripts: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-lanes-'));
  try {
    const steps = scripts.map((script, index) => {
      const file = join(folder, `${index}.cjs`);
      writeFileSync(file, script);
      return { name: `step${index}`, args: [file, 'progress-reporter'] };
    });
    const program = join(folder, 'program.mjs');
    writeFileSync(
      program,
      `import { runLanes } from ${JSON.stringify(join(ROOT, 'tools', 'build', 'lanes.mjs'))};
       console.log(JSON.stringify(await runLanes([${JSON.stringify(steps)}])));`,
    );
    const { stdout } = run([program]);
    const lines = stdout.trim().split('\n');
    return { printed: lines.slice(0, -1).join('\n'), result: JSON.parse(lines.at(-1)!) as object };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const PASSING =
  "process.send({ kind: 'start', files: 1 });" +
  "process.send({ kind: 'file', done: 1, files: 1, file: 'a.test.ts', skipped: ['later'] });" +
  "process.send({ kind: 'end', passed: 3, failed: 0, skipped: 1 }, () => process.exit(0));";

const FAILING =
  "process.send({ kind: 'file', done: 1, files: 2, file: 'b.test.ts', failure: 'expected 1' });" +
  "process.send({ kind: 'end', passed: 1, failed: 1, skipped: 0 }, () => process.exit(1));";

test('counts are summed, failures and skipped tests are shown', () => {
  const { printed, result } = lanes(PASSING, FAILING);
  expect(result).toEqual({ failed: ['step1'], passed: 4, failedTests: 1, skipped: 1 });
  expect(printed).toMatch(/^skipped {2}a\.test\.ts: later$/m);
  expect(printed).toMatch(/^ok {6}step0 .*, 1\/1 files$/m);
  expect(printed).toMatch(/^FAILED {3}b\.test\.ts\nexpected 1$/m);
});

test('a Jest that ends without results is one failure, and what it said is shown', () => {
  const { printed, result } = lanes("console.log('no config'); process.exit(1)");
  expect(result).toEqual({ failed: ['step0'], passed: 0, failedTests: 1, skipped: 0 });
  expect(printed).toContain('no config');
});

test('an outside tool of another version, or none, is named with the way to get it', () => {
  const script = join(ROOT, 'tools', 'build', 'check-outside-tools.mjs');
  const wrongWith = (versions: Readonly<Record<string, string>>) => {
    const program = `import { listedTools, wrongTools } from ${JSON.stringify(script)};
      const versions = ${JSON.stringify(versions)};
      console.log(JSON.stringify(wrongTools(listedTools(), (ask) => versions[ask.join(' ')])));`;
    return JSON.parse(run(['--input-type=module', '--eval', program]).stdout) as string[];
  };
  const asked = (name: keyof typeof tools) => tools[name].ask.join(' ');
  const right = {
    [asked('dotnet')]: '10.0.204',
    [asked('moto')]: '5.2.1',
    [asked('cfn-lint')]: '1.51.0',
    [asked('jsii-pacmak')]: '1.140.0',
    [asked('stryker')]: '10.0.0',
    [asked('chromium')]: '156.0.8078.114',
    [asked('renovate')]: '42.99.0',
  };
  expect(wrongWith(right)).toEqual([]);
  expect(wrongWith({ ...right, [asked('cfn-lint')]: '1.51.1' })).toEqual([
    'cfn-lint 1.51.0 is needed; got: 1.51.1. Install it: pip install cfn-lint==1.51.0',
  ]);
  expect(
    wrongWith(Object.fromEntries(Object.entries(right).filter(([ask]) => ask !== asked('dotnet')))),
  ).toEqual(['dotnet 10 is needed; got: none. Install it: the .NET SDK 10 from Microsoft']);
});

test('more runs of properties are a whole number of times', () => {
  const factor = (text: string) => {
    const before = process.env['WINBAKE_PROPERTY_RUNS'];
    process.env['WINBAKE_PROPERTY_RUNS'] = text;
    try {
      let runs = 0;
      jest.isolateModules(() => {
        runs = jest
          .requireActual<{ propertyRuns: (usual: number) => number }>('../../support/property-runs')
          .propertyRuns(25);
      });
      return runs;
    } finally {
      if (before === undefined) {
        delete process.env['WINBAKE_PROPERTY_RUNS'];
      } else {
        process.env['WINBAKE_PROPERTY_RUNS'] = before;
      }
    }
  };
  expect(factor('2')).toBe(50);
  expect(() => factor('0')).toThrow("WINBAKE_PROPERTY_RUNS must be a whole number from 1; got: '0'.");
  expect(() => factor('many')).toThrow("got: 'many'");
});
