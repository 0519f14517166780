// Changes core in a hundred places, one at a time, and asks the pure tests whether they notice. The places are drawn by a seed,
// the day unless `--seed` says another; Stryker does the work. Ends with 1 where fewer are noticed than LEAST_NOTICED percent.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from './test-files.cjs';

const LEAST_NOTICED = 80;
const RANGES = 12;
const LINES = 10;

/** Whole numbers below a limit, the same for the same seed. */
export function numbersOf(seed) {
  let state = (seed % 2_147_483_646) + 1;
  return (limit) => (state = (state * 48_271) % 2_147_483_647) % limit;
}

/** The same seed draws the same places: `file:from-to`. */
function drawRanges(files, seed, count = RANGES) {
  const below = numbersOf(seed);
  return Array.from({ length: count }, () => {
    const { path, lines } = files[below(files.length)];
    const from = 1 + below(Math.max(1, lines - LINES));
    return `${path}:${from}-${Math.min(lines, from + LINES - 1)}`;
  });
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

function runStryker(seed) {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-mutants-'));
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
      mutate: drawRanges(coreFiles(), seed),
      // A sentence for people may change.
      mutator: { excludedMutations: ['StringLiteral'] },
      timeoutMS: 60_000,
      reporters: ['progress-append-only', 'clear-text'],
      thresholds: { high: 95, low: LEAST_NOTICED, break: LEAST_NOTICED },
      tempDirName: join(folder, 'sandbox'),
    };
    const file = join(folder, 'stryker.json');
    writeFileSync(file, JSON.stringify(config));
    process.stdout.write(`Mutants of seed ${seed}:\n`);
    const run = spawnSync(process.execPath, [stryker('core', 'bin/stryker.js'), 'run', file], {
      cwd: root,
      stdio: 'inherit',
    });
    return run.status === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { seed: { type: 'string' } } });
  process.exitCode = runStryker(Number(values.seed ?? Math.floor(Date.now() / 86_400_000)));
}
