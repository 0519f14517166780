// The three tiers: what runs in each, and how long it may take on two idle cores.
import { join } from 'node:path';
import { projectOf, propertyFiles, root, testFiles } from './test-files.cjs';

const bin = join(root, 'node_modules', '.bin');
const build = join(root, 'tools', 'build');

/** How many times as many runs of each property the nightly tier makes. */
const NIGHTLY_RUNS = '10';

/** Computers differ twofold: years end by the clock, so that the rest has its time. */
const NIGHTLY_YEARS = {
  core: ['--years', '2200', '--minutes', '20'],
  account: ['--years', '40', '--minutes', '12'],
};

export const TIERS = {
  test: {
    budgetMinutes: 5,
    needs: 'Node and the .NET SDK 10',
    lanes: () => [
      [jest('tests', '--selectProjects', 'rules', 'whole')],
      [{ name: 'types', args: [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit'] }],
    ],
  },
  rules: {
    budgetMinutes: 40 / 60,
    needs: 'Node',
    lanes: () => [[jest('rules', '--selectProjects', 'rules')]],
  },
  check: {
    budgetMinutes: 30,
    needs: 'as npm test, and Python with moto and cfn-lint',
    // One after another: each bundles the sources, and lint beside the tests slows them by half.
    lanes: () => [
      [
        {
          name: 'lint',
          args: [
            join(bin, 'eslint'),
            '--max-warnings=0',
            '--cache',
            '--cache-location=node_modules/.cache/eslint/',
            '.',
          ],
        },
        { name: 'format', args: [join(bin, 'prettier'), '--check', '--log-level=warn', '--cache', '.'] },
        jest('check', '--selectProjects', 'check'),
        { name: 'package', args: [join(build, 'check-package.mjs')] },
      ],
    ],
  },
  nightly: {
    budgetMinutes: 60,
    needs: 'what tools/build/outside-tools.json lists, at these versions',
    lanes: () => [
      [
        { name: 'tools', args: [join(build, 'check-outside-tools.mjs')] },
        ...nightlyFiles(),
        // Each file once more, with more runs of its properties.
        {
          ...jest('properties', '--runTestsByPath', ...propertyFiles()),
          env: { WINBAKE_PROPERTY_RUNS: NIGHTLY_RUNS },
        },
        { name: 'fuzz', args: [join(build, '..', 'fuzz', 'fuzz.mjs')] },
        { name: 'mutants', args: [join(build, 'mutate.mjs')] },
      ],
      // Beside them, since each lane has a core; the day is its seed.
      [
        simulation('simulate', ...NIGHTLY_YEARS.core),
        simulation('simulate accounts', '--level', 'account', ...NIGHTLY_YEARS.account),
        { name: 'script mutants', args: [join(build, 'mutate-scripts.mjs'), '--count', '12'] },
      ],
    ],
  },
};

function simulation(name, ...args) {
  const seed = String(Math.floor(Date.now() / 86_400_000));
  return { name, args: [join(build, '..', 'reliability', 'simulate.mjs'), ...args, '--seed', seed] };
}

function nightlyFiles() {
  const isNightly = testFiles().some((file) => projectOf(file) === 'nightly');
  return isNightly ? [jest('nightly', '--selectProjects', 'nightly')] : [];
}

function jest(name, ...args) {
  return { name, args: [join(bin, 'jest'), `--reporters=${join(build, 'progress-reporter.cjs')}`, ...args] };
}
