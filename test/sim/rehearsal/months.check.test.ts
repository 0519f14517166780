import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeRehearsal } from '../../../bin/local/rehearsal-text';
import type { RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';
import { describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { assembly, changedAssembly } from '../../support/assembly';
import { rehearse } from '../../support/run-rehearsal';

const PATH = '/winbake/2022-core';

/** An assembly whose pipeline keeps one publication, and AMIs for 14 days. */
async function frugalAssembly(): Promise<string> {
  const folder = changedAssembly(await assembly(), () => undefined);
  const file = join(folder, 'WinbakePipeline.template.json');
  const before = readFileSync(file, 'utf8');
  const reported = String.raw`\"retention\":{\"newest\":3,\"minimumAgeDays\":45}`;
  const after = before.replaceAll(reported, String.raw`\"retention\":{\"newest\":1,\"minimumAgeDays\":14}`);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
  return folder;
}

describeWithPowerShell('three Patch Tuesdays in one account, the second with a bad AMI', () => {
  let report: RehearsalReport;

  beforeAll(async () => {
    await requirePowerShell();
    const folder = await frugalAssembly();
    const fault = ['--fault', 'ami-fails-tasks'];
    report = await rehearse(folder, '--as-of', '2025-08-12T17:00:00Z', '--months', '3', ...fault);
  });

  test('show three publications, and a rollout of each', () => {
    expect(
      report.months!.map(({ from, rebakes }) => [
        from.slice(0, 10),
        ...rebakes
          .filter(({ publication }) => publication !== null)
          .map(({ publication, rollout, trigger }) => `${trigger} ${publication!} ${rollout.status}`),
      ]),
    ).toEqual([
      ['2025-08-12', 'deploy 20348.4052-1 finished'],
      ['2025-09-09', 'patchTuesday 20348.4171-1 rolledBack'],
      ['2025-10-14', 'patchTuesday 20348.4294-1 finished'],
    ]);
  });

  test('leave the fleet on the first while the second is bad, and move it to the third', () => {
    const [first, second, third] = report.publications.map(({ amiId }) => amiId);
    const ran = report.months!.map(({ fleets: [fleet] }) => {
      const amis = (when: 'before' | 'during' | 'after') =>
        fleet!.instances.map((one) => one[when]).filter((amiId) => amiId !== null);
      return [amis('before'), amis('during'), amis('after')];
    });
    const [seeded] = ran[0]![0]!;
    expect(ran).toEqual([
      [
        [seeded, seeded],
        [seeded, seeded, first],
        [first, first],
      ],
      [
        [first, first],
        [first, first, second],
        [first, first],
      ],
      [
        [first, first],
        [first, first, third],
        [third, third],
      ],
    ]);
    expect(report.rollout.instances.map(({ after }) => after)).toEqual([third, third]);
    const refreshes = report.months!.map(({ fleets: [fleet] }) => fleet!.refreshes);
    expect(refreshes).toEqual([2, 1, 2]);
    const notified = report.months!.map(({ fleets: [fleet] }) => fleet!.notified.length);
    expect(notified).toEqual([0, 3, 0]);
  });

  test('move the channels', () => {
    expect(report.publications.map(({ channels, id }) => [id, ...channels])).toEqual([
      ['20348.4052-1'],
      ['20348.4171-1', 'previous', 'by-revision'],
      ['20348.4294-1', 'latest', 'current', 'by-revision'],
    ]);
    const [, second, third] = report.publications;
    expect(report.parameters).toMatchObject({
      [`${PATH}/current/ami-id`]: third!.amiId,
      [`${PATH}/previous/ami-id`]: second!.amiId,
    });
    expect(Object.keys(report.parameters).filter((name) => name.includes('4052'))).toEqual([]);
  });

  test('apply the retention, each AMI with its reasons', () => {
    expect(report.publications.map(({ retention }) => retention)).toEqual(['removed', 'keep', 'keep']);
    const [first, second, third] = report.publications.map(({ reasons }) => reasons);
    expect(first).toEqual([
      expect.stringMatching(
        /^removed on 2025-10-\d\d: nothing uses it, and newer ones are there; deprecated since 2025-10-\d\d$/,
      ),
    ]);
    expect(second).toEqual([`used by parameter ${PATH}/previous/publication`]);
    expect(third).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^used by instance i-/),
        'one of the newest 1 publications',
      ]),
    );
  });

  test('measure how long released updates were missing', () => {
    expect(report.months!.map(({ hoursUnpatched }) => hoursUnpatched)).toEqual([7.75, 4.5, 4.75]);
  });

  test('measure how long the last instance was without them, which of the bad month never had it', () => {
    const hours = report.months!.map(({ fleets: [fleet] }) => fleet!.hoursToLastInstance);
    expect(hours[1]).toBeNull();
    expect(hours[0]).toBeGreaterThanOrEqual(7.75);
    expect(hours[0]).toBeLessThan(48);
    // Until October's publication it lacked September's.
    expect(hours[2]).toBeGreaterThan(35 * 24);
    expect(hours[2]).toBeLessThan(37 * 24);
    expect(describeRehearsal(report, 80)).toMatch(
      /^Rehearsed from 2025-08-12T17:00:00Z on, 3 months: 3 publications; rollouts: 2 finished, 1 rolled back\. Longest: [\d.]+ [hd] to current, [\d.]+ d to the last instance, which the month from 2025-09-09 never reached\.\n/,
    );
  });

  test('leave nothing to do', () => {
    expect(report.again).toEqual({
      at: '2025-11-11T17:59:59.000Z',
      decision: 'nothing',
      reason: expect.stringMatching(/\.$/),
    });
  });
});
