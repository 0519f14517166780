import { HOST_FAULTS } from '../../../sim/windows/host/host-faults';
import type { RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';
import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { assembly } from '../../support/assembly';
import { pattern, PROMISES } from '../../support/fault-promises';
import type { CommandRun } from '../../support/run-command-line';
import { rehearsing } from '../../support/run-rehearsal';

test('each fault of the build machine has a promise', () => {
  expect(PROMISES.map(({ name }) => name)).toEqual(HOST_FAULTS.map(({ name }) => name));
  expect(new Set(PROMISES.map(({ outcome }) => outcome))).toEqual(new Set(['fails', 'goes on']));
});

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
