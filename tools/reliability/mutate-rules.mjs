// Breaks the rules of docs/design.md in the code, one at a time, and asks simulated years whether their oracle sees it. Works on a copy;
// `--only TEXT` takes those whose rule or sentence holds it. Ends with 1 where one survives.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tsImport } from 'tsx/esm/api';
import { root } from '../build/test-files.cjs';

const { RULE_MUTANTS } = await tsImport('./rule-mutants.ts', import.meta.url);

const COPIED = ['lib', 'sim', 'tools', 'package.json', 'tsconfig.json'];

/** The text of a file with a mutant's changes, each of which fits one place. */
function mutated(text, { changes, file, what }) {
  return changes.reduce((before, [from, to]) => {
    const places = before.split(from).length - 1;
    if (places !== 1) {
      throw new Error(
        `${file} has ${places} places for the mutant "${what}", not one; got: ${JSON.stringify(from)}`,
      );
    }
    return before.replace(from, () => to);
  }, text);
}

/** What a run of the simulation in a folder found first, and after how many fleet-years. */
function simulate(folder, years, seed) {
  const script = join(folder, 'tools', 'reliability', 'simulate.mjs');
  const args = [script, '--years', years, '--seed', seed, '--first', '--json'];
  const { status, stderr, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0 && status !== 3) {
    throw new Error(`The simulation ended with ${status}: ${stderr.slice(-500)}`);
  }
  const { fleetYears, violations } = JSON.parse(stdout);
  return { fleetYears, violation: violations[0] };
}

function run({ only, seed, years }) {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-rule-mutants-'));
  try {
    COPIED.forEach((path) => {
      cpSync(join(root, path), join(folder, path), { recursive: true });
    });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const mutants = RULE_MUTANTS.filter(({ rule, what }) => `${rule}: ${what}`.includes(only));
    const { violation: own } = simulate(folder, years, seed);
    if (own !== undefined) {
      process.stdout.write(`Nothing is broken yet, and the oracle sees ${own.rule}: ${own.what}\n`);
      return 1;
    }
    let survivors = 0;
    process.stdout.write(`${mutants.length} mutants, seed ${seed}, at most ${years} fleet-years each:\n`);
    for (const mutant of mutants) {
      const path = join(folder, mutant.file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, mutated(text, mutant));
      const { fleetYears, violation } = simulate(folder, years, seed);
      writeFileSync(path, text);
      survivors += Number(violation === undefined);
      const found =
        violation === undefined ? 'SURVIVED' : `${fleetYears.toFixed(1).padStart(6)} y  by ${violation.rule}`;
      process.stdout.write(`${mutant.rule.padEnd(10)} ${mutant.what.padEnd(72)} ${found}\n`);
    }
    process.stdout.write(
      `${mutants.length - survivors} of ${mutants.length} caught within ${years} fleet-years.\n`,
    );
    return survivors === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    years: { type: 'string', default: '200' },
  },
});
process.exitCode = run(values);
