// `npm run mutate`: changes core in about a hundred places, one at a time, and asks the pure tests whether they notice; Stryker
// does the work. The nightly tier calls it with the day as its seed.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { root } from './test-files.cjs';

const LEAST_NOTICED = 80;

const USAGE = `Usage: npm run mutate -- [--seed N] [--count N]

Changes lib/core, one place at a time, and asks the pure tests whether they
notice; the places are drawn by the seed. Shows what nobody noticed, and what
share was, by folder. Needs Stryker (tools/build/outside-tools.json).

  --seed N   another draw (default: the day)
  --count N  about how many changes (default: 100)

Exit codes: 0 at least ${LEAST_NOTICED} % were noticed; 1 fewer, or Stryker failed; 2 wrong
usage.
`;

/** Whole numbers below a limit, the same for the same seed. */
export function numbersOf(seed) {
  let state = (seed % 2_147_483_646) + 1;
  return (limit) => (state = (state * 48_271) % 2_147_483_647) % limit;
}

/** Ports are types alone, and the rules of AWS have a test each that breaks them. */
function coreFiles() {
  return readdirSync(join(root, 'lib', 'core'), { recursive: true })
    .filter((path) => path.endsWith('.ts') && !/^(ports|aws-rules)\b/.test(path))
    .sort()
    .map((path) => ({
      path: `lib/core/${path}`,
      lines: readFileSync(join(root, 'lib', 'core', path), 'utf8').split('\n').length,
    }));
}

/** Stryker's report, or undefined where it made none. */
function runStryker(mutate) {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-mutants-'));
  const report = join(folder, 'report.json');
  try {
    const globalModules = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
    const stryker = (name, file) => join(globalModules, '@stryker-mutator', name, file);
    const config = {
      testRunner: 'jest',
      plugins: [stryker('jest-runner', 'dist/src/index.js')],
      jest: { projectType: 'custom', configFile: 'tools/build/jest-rules.cjs' },
      coverageAnalysis: 'perTest',
      // What runs while a file is loaded would need every test for each.
      ignoreStatic: true,
      mutate,
      // A sentence for people may change.
      mutator: { excludedMutations: ['StringLiteral'] },
      timeoutMS: 60_000,
      reporters: ['progress-append-only', 'clear-text', 'json'],
      clearTextReporter: { reportTests: false, reportScoreTable: false },
      jsonReporter: { fileName: report },
      tempDirName: join(folder, 'sandbox'),
    };
    const file = join(folder, 'stryker.json');
    writeFileSync(file, JSON.stringify(config));
    spawnSync(process.execPath, [stryker('core', 'bin/stryker.js'), 'run', file], {
      cwd: root,
      stdio: 'inherit',
    });
    return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the command and gives the exit code. */
async function run(args) {
  const { drawRanges, scoresByFolder, scoreTable, totalScore } = await tsImport(
    './mutation-sample.ts',
    import.meta.url,
  );
  const { scriptOptions, wholeNumber } = await tsImport('../script-options.ts', import.meta.url);
  const day = String(Math.floor(Date.now() / 86_400_000));
  let seed, count;
  try {
    const values = scriptOptions('mutate', args, {
      seed: { type: 'string', default: day },
      count: { type: 'string', default: '100' },
      help: { type: 'boolean', short: 'h', default: false },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    seed = wholeNumber('seed', values.seed, 999_999_999);
    count = wholeNumber('count', values.count, 10_000);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  process.stdout.write(`Mutants of core, seed ${seed}:\n`);
  const report = runStryker(drawRanges(coreFiles(), numbersOf(seed), count));
  if (report === undefined) {
    process.stderr.write('Stryker made no report; above is why.\n');
    return 1;
  }
  const scores = scoresByFolder(report);
  const { noticed, evaluated } = totalScore(scores.values());
  process.stdout.write(
    `\n${scoreTable(scores)}\nSeed ${seed}: ${noticed} of ${evaluated} noticed; at least ${LEAST_NOTICED} % are asked for.\n`,
  );
  return evaluated > 0 && 100 * noticed >= LEAST_NOTICED * evaluated ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await run(process.argv.slice(2));
}
