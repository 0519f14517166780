// Everything that must hold, in two lanes beside each other: build and tests; types, lint and format.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = join(root, 'node_modules', '.bin');
const report = join(tmpdir(), `winbake-jest-${process.pid}.json`);
const onlyTests = process.argv.slice(2);

const lanes = [
  [['tests', [join(bin, 'jest'), '--json', `--outputFile=${report}`, ...onlyTests]]],
  [
    ['types', [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit']],
    [
      'lint',
      [
        join(bin, 'eslint'),
        '--max-warnings=0',
        '--cache',
        '--cache-location=node_modules/.cache/eslint/',
        '.',
      ],
    ],
    ['format', [join(bin, 'prettier'), '--check', '--log-level=warn', '--cache', '.']],
    // It compiles with jsii, too.
    ['package', [join(root, 'tools', 'build', 'check-package.mjs')]],
  ],
];

const started = Date.now();
const results = await Promise.all(lanes.map(runLane));
const failures = results.flat().filter((step) => step.code !== 0);
for (const step of failures) {
  process.stdout.write(`\n--- ${step.name} failed (exit code ${step.code})\n${step.output}`);
}
process.stdout.write(
  `\n${failures.length === 0 ? 'All checks hold' : `Failed: ${failures.map((f) => f.name).join(', ')}`}`,
);
process.stdout.write(` after ${seconds(started)}.\n${closingLine()}\n`);
rmSync(report, { force: true });
process.exitCode = failures.length === 0 ? 0 : 1;

/** Runs steps one after another; a later one still runs where an earlier one failed, so that all faults are seen. */
async function runLane(steps) {
  const results = [];
  for (const [name, args] of steps) {
    const from = Date.now();
    const { code, output } = await capture(args);
    process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(8)} ${seconds(from)}\n`);
    results.push({ name, code, output });
  }
  return results;
}

function capture(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function closingLine() {
  try {
    const tests = JSON.parse(readFileSync(report, 'utf8'));
    const skipped = tests.testResults
      .flatMap((file) => file.assertionResults)
      .filter((test) => test.status === 'pending' || test.status === 'todo');
    for (const test of skipped) {
      process.stdout.write(`skipped: ${test.fullName}\n`);
    }
    const broken = tests.numRuntimeErrorTestSuites;
    return `Tests: ${tests.numPassedTests} passed, ${tests.numFailedTests + broken} failed, ${skipped.length} skipped`;
  } catch {
    return 'Tests: 0 passed, 1 failed';
  }
}

function seconds(from) {
  return `${((Date.now() - from) / 1000).toFixed(1)} s`;
}
