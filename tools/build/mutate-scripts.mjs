// Changes the PowerShell of the build machine, and of hosts, in forty places, one at a time, and asks the tests of the scripts whether they
// notice. The places are drawn by a seed, the day unless `--seed` says another; `--skip 10 --count 10` tries the second ten of them.
// Stryker knows no PowerShell. Works on a copy; ends with 1 where fewer are noticed than LEAST_NOTICED percent.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { numbersOf } from './mutate.mjs';
import { projectOf, root, testFiles } from './test-files.cjs';

const LEAST_NOTICED = 80;
/** However slow the computer, a test of a script that ends has ended by then. */
const LONGEST_MILLISECONDS = 600_000;
const COPIED = ['bin', 'docs', 'lib', 'scripts', 'sim', 'test', 'tools', 'jest.config.cjs', 'package.json'];

/** What a line may become: the first change that fits it is made. */
const CHANGES = [
  [/ -eq /, ' -ne '],
  [/ -ne /, ' -eq '],
  [/ -ge /, ' -gt '],
  [/ -gt /, ' -ge '],
  [/ -le /, ' -lt '],
  [/ -lt /, ' -le '],
  [/ -and /, ' -or '],
  [/ -or /, ' -and '],
  [/ -not /, ' '],
  [/\$true\b/, '$false'],
  [/\$false\b/, '$true'],
  [/\bexit \d+/, 'exit 7'],
  [/\b(throw|return|break|continue)\b.*/, ''],
  [/(= ?)(\d+)\b/, (_, equals, number) => `${equals}${Number(number) + 1}`],
];

/** Lines of a script that may be changed, each with what it becomes: no comments, no strings for people, no parameters. */
function mutantsOf(file, text) {
  // Examples in the help of a function are no code.
  const code = text.replaceAll(/<#[^]*?#>/g, (help) => help.replaceAll(/[^\n]/g, ''));
  return code.split('\n').flatMap((line, index) => {
    const change = CHANGES.find(([pattern]) => pattern.test(line));
    const isCode =
      !/^\s*#|Parameter\(|\$script:ErrorActionPreference|Set-StrictMode|CreateNoWindow/.test(line) &&
      // A parameter with its default.
      !/^\s*\[[\w.[\]]+\]\s*\$\w+ = [^=]+$/.test(line);
    return change !== undefined && isCode
      ? [{ file, line: index + 1, before: line.trim(), after: line.replace(change[0], change[1]) }]
      : [];
  });
}

/** The same seed draws the same mutants, each once. */
function drawMutants(mutants, seed, count) {
  const below = numbersOf(seed);
  const left = [...mutants];
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)[0]);
}

/** The test files that name a script, then those that name what calls it, and so on. */
function testsOf(file, scripts, tests) {
  const names = new Set([nameOf(file)]);
  const found = new Set();
  for (const name of names) {
    const pattern = new RegExp(`(?<![\\w-])${name}(?![\\w-])`);
    tests.filter(({ text }) => pattern.test(text)).forEach(({ path }) => found.add(path));
    scripts.filter(({ text }) => pattern.test(text)).forEach(({ path }) => names.add(nameOf(path)));
  }
  return [...found];
}

function nameOf(path) {
  return basename(path).replace(/\.\w+$/, '');
}

/** The scripts' tests need no bundle, which the project would build for each run. */
const JEST_CONFIG = `const { testTimeout, projects } = require('./jest.config.cjs');
const { globalSetup, ...whole } = projects.find(({ displayName }) => displayName === 'whole');
module.exports = { testTimeout, projects: [whole] };
`;

/** A script that never ends is noticed, too; its PowerShell leads a session of its own, and is ended by its folder. */
function isNoticed(folder, tests) {
  return tests.some((path) => {
    const args = ['-i', '--config', 'jest.scripts.cjs', '--runTestsByPath', path];
    const { status } = spawnSync(process.execPath, [join(root, 'node_modules', '.bin', 'jest'), ...args], {
      cwd: folder,
      stdio: 'ignore',
      timeout: LONGEST_MILLISECONDS,
    });
    if (status === null) {
      spawnSync('pkill', ['-f', folder]);
    }
    return status !== 0;
  });
}

function run(seed, count, skip) {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-script-mutants-'));
  try {
    COPIED.forEach((path) => {
      cpSync(join(root, path), join(folder, path), { recursive: true });
    });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'jest.scripts.cjs'), JEST_CONFIG);
    const read = (path) => ({ path, text: readFileSync(join(folder, path), 'utf8') });
    const scripts = readdirSync(join(folder, 'scripts', 'instance'), { recursive: true })
      .filter((path) => /\.psm?1$/.test(path))
      .sort()
      .map((path) => read(`scripts/instance/${path}`));
    const tests = testFiles()
      .filter(
        (path) =>
          path.startsWith('test/scripts/') &&
          projectOf(path) === 'whole' &&
          !path.endsWith('structure.test.ts'),
      )
      .map(read);
    const mutants = drawMutants(
      scripts.flatMap(({ path, text }) => mutantsOf(path, text)),
      seed,
      skip + count,
    ).slice(skip);
    process.stdout.write(`${mutants.length} mutants of the scripts, seed ${seed}:\n`);
    const [first] = mutants;
    if (first !== undefined && isNoticed(folder, testsOf(first.file, scripts, tests))) {
      process.stdout.write(
        `The tests of ${first.file} fail as it is: nothing that they notice would mean anything.\n`,
      );
      return 1;
    }
    let noticed = 0;
    for (const [index, { file, line, before, after }] of mutants.entries()) {
      const { text } = read(file);
      const lines = text.split('\n');
      lines[line - 1] = after;
      writeFileSync(join(folder, file), lines.join('\n'));
      const isKilled = isNoticed(folder, testsOf(file, scripts, tests));
      writeFileSync(join(folder, file), text);
      noticed += Number(isKilled);
      const change = isKilled ? '' : `\n        ${before}\n        ${after.trim()}`;
      process.stdout.write(
        `${index + 1}/${mutants.length} ${isKilled ? 'noticed ' : 'SURVIVED'} ${file}:${line}${change}\n`,
      );
    }
    const percent = Math.round((100 * noticed) / mutants.length);
    process.stdout.write(
      `${noticed} of ${mutants.length} noticed, ${percent} %; at least ${LEAST_NOTICED} % are asked for.\n`,
    );
    return percent >= LEAST_NOTICED ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      count: { type: 'string', default: '40' },
      skip: { type: 'string', default: '0' },
    },
  });
  const seed = Number(values.seed ?? Math.floor(Date.now() / 86_400_000));
  process.exitCode = run(seed, Number(values.count), Number(values.skip));
}
