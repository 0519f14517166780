// `npm test`, `npm run check` and `npm run nightly`: a tier, or a few test files at once.
// `node tools/build/run-tier.mjs <tiers> [options] [files]`; tiers are joined by commas and run one after another.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { duration, runLanes } from './lanes.mjs';
import { filesNamed, projectOf, root } from './test-files.cjs';
import { TIERS } from './tiers.mjs';

const USAGE = `Usage:
  npm test                  types and the everyday tests; needs Node and the
                            .NET SDK 10; 5 min on two idle cores
  npm test -- --rules       the pure tests alone: no bundle, no synthesis, no
                            process; 40 s
  npm test -- FILE...       these test files alone, from any tier, no types; a
                            path, a folder or a part of a path
  npm test -- FILE -t NAME  its tests whose name holds NAME
  npm test -- FILE --watch  again after each change
  npm run check             lint, format, moto, cfn-lint, the package, the
                            example, slow rehearsals; needs Python too; 30 min
  npm run nightly           each border of a call, 10 times the runs of
                            properties, a million changed inputs, a hundred
                            mutants of core, a dozen of the scripts, half an
                            hour of simulated years; needs the tools of
                            tools/build/outside-tools.json; 60 min

A file is in the tier that its name says (x.check.test.ts, x.nightly.test.ts),
otherwise in npm test. Nothing is skipped: what a tier needs and lacks fails.
WINBAKE_PROPERTY_RUNS=10 makes 10 times the runs of each property test.
Exit codes: 0 all passed, 1 something failed, 2 wrong usage.
`;

const [tierNames = 'test', ...rest] = process.argv.slice(2);
const { values, positionals } = readArguments(rest);
if (values.help) {
  process.stdout.write(USAGE);
} else if (positionals.length > 0) {
  process.exitCode = runFiles(positionals);
} else if (values.testNamePattern !== undefined || values.watch) {
  refuse('-t and --watch need a FILE');
} else {
  process.exitCode = await runTiers(values.rules ? ['rules'] : tierNames.split(','));
}

function readArguments(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        rules: { type: 'boolean', default: false },
        testNamePattern: { type: 'string', short: 't' },
        watch: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refuse(error.message.split('. ')[0]);
  }
}

function refuse(reason) {
  process.stderr.write(`${reason}. \`npm test -- --help\` shows what there is.\n`);
  process.exit(2);
}

/** Hands over to Jest with the files and their projects alone: a project that is not named costs nothing. */
function runFiles(names) {
  const files = [...new Set(names.flatMap(filesOf))];
  const projects = [...new Set(files.map(projectOf))];
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', '.bin', 'jest'),
      ...['--selectProjects', ...projects],
      ...(values.testNamePattern === undefined ? [] : ['--testNamePattern', values.testNamePattern]),
      ...(values.watch ? ['--watch'] : []),
      ...['--runTestsByPath', ...files],
    ],
    { cwd: root, stdio: 'inherit' },
  );
  return status === 0 ? 0 : 1;
}

function filesOf(name) {
  const files = filesNamed(name).filter((file) => !values.rules || projectOf(file) === 'rules');
  return files.length > 0 ? files : refuse(`No test file's path is or holds this; got: '${name}'`);
}

async function runTiers(names) {
  const total = { passed: 0, failedTests: 0, skipped: 0, failed: [] };
  for (const name of names) {
    const { budgetMinutes, lanes, needs } = TIERS[name] ?? refuse(`There is no tier '${name}'`);
    const budget = budgetMinutes < 1 ? `${Math.round(budgetMinutes * 60)} s` : `${budgetMinutes} min`;
    process.stdout.write(`${name}: at most ${budget} on two idle cores; needs ${needs}.\n`);
    const started = Date.now();
    const end = await runLanes(lanes());
    total.passed += end.passed;
    total.failedTests += end.failedTests;
    total.skipped += end.skipped;
    total.failed.push(...end.failed.map((step) => `${name}/${step}`));
    const isOver = Date.now() - started > budgetMinutes * 60_000;
    process.stdout.write(
      `${name}: ${end.failed.length === 0 ? 'passed' : `failed (${end.failed.join(', ')})`} after ${duration(started)}` +
        `${isOver ? `, over its budget of ${budget}` : ''}.\n\n`,
    );
  }
  if (names.length > 1) {
    process.stdout.write(
      `${total.failed.length === 0 ? 'All passed' : `Failed: ${total.failed.join(', ')}`}.\n`,
    );
  }
  // CI reads this line.
  process.stdout.write(
    `Tests: ${total.passed} passed, ${total.failedTests} failed, ${total.skipped} skipped\n`,
  );
  return total.failed.length === 0 ? 0 : 1;
}
