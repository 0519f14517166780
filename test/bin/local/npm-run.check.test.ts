import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RehearsalReport } from '../../../sim/rehearsal/rehearsal-report';
import { describeWithPowerShell } from '../../scripts/support/power-shell';

const ROOT = join(__dirname, '..', '..', '..');

/** Runs a script of the repository as the README has it, and gives its standard output. */
async function npmRun(...args: readonly string[]): Promise<string> {
  const options = { cwd: ROOT, maxBuffer: 1e8, shell: process.platform === 'win32' };
  return (await promisify(execFile)('npm', ['run', ...args], options)).stdout;
}

describeWithPowerShell('a rehearsal by npm', () => {
  test('with -s and --json standard output is one JSON document', async () => {
    const report = JSON.parse(
      await npmRun('-s', 'rehearse', '--', '--json', '--as-of', '2025-10-16'),
    ) as RehearsalReport;
    expect(report).toMatchObject({ decision: 'bake', rollout: { status: 'finished' } });
  });
});
