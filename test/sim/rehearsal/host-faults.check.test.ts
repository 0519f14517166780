import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOST_FAULTS } from '../../../sim/windows/host/host-faults';
import type { RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';
import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { assembly } from '../../support/assembly';
import type { CommandRun } from '../../support/run-command-line';
import { rehearsing } from '../../support/run-rehearsal';

/** The rows of the table of docs/faults.md: fault, what is wrong, outcome, what it says. */
const PROMISES = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'faults.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| `[a-z]/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name = '', , outcome = '', reports = '']) => ({
    name: name.replaceAll('`', ''),
    outcome,
    reports,
  }));

test('each fault of the build machine has a promise', () => {
  expect(PROMISES.map(({ name }) => name)).toEqual(HOST_FAULTS.map(({ name }) => name));
  expect(new Set(PROMISES.map(({ outcome }) => outcome))).toEqual(new Set(['fails', 'goes on']));
});

/** A line of the table, whose ellipses stand for anything. */
function pattern(reports: string): RegExp {
  const parts = reports.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^The bake \\S+ ended as FAILED: ${parts.join('.*')}$`);
}

describeWithPowerShell('a rehearsal with a fault of the build machine', () => {
  const runs = new Map<string, CommandRun>();

  beforeAll(async () => {
    await requirePowerShell();
    const cdkOut = await assembly();
    const left = PROMISES.map(({ name }) => name);
    const work = async () => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) {
        runs.set(name, await rehearsing(cdkOut, '--as-of', '2025-10-16', '--fault', name));
      }
    };
    await Promise.all([work(), work()]);
  });

  test.each(PROMISES.filter(({ outcome }) => outcome === 'fails'))(
    '$name fails the bake in one line that says why',
    ({ name, reports }) => {
      const { exitCode, stdout, stderr } = runs.get(name)!;
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ error: { message: stderr.trimEnd() } });
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr.trim()).toMatch(pattern(reports));
    },
  );

  test.each(PROMISES.filter(({ outcome }) => outcome === 'goes on'))('with $name it goes on', ({ name }) => {
    const { exitCode, stdout, stderr } = runs.get(name)!;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const report = JSON.parse(stdout) as RehearsalReport;
    expect(report).toMatchObject({
      decision: 'bake',
      host: { osVersion: '10.0.20348.4294' },
      rollout: { status: 'finished' },
    });
    expect(report.images).toHaveLength(4);
    expect(report.steps.map(({ status }) => status)).not.toContain('failed');
  });
});
