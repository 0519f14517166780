import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-api-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The first line in which two texts differ; a comparison of all of it would print thousands. */
function firstDifference(kept: string, right: string): readonly (string | undefined)[] | undefined {
  const [has, needs] = [kept.split('\n'), right.split('\n')];
  const longer = has.length > needs.length ? has : needs;
  const index = longer.findIndex((_, n) => has[n] !== needs[n]);
  return index < 0 ? undefined : [has[index], needs[index]];
}

test('API.md is what jsii sees in the sources; `npm run api` writes it', () => {
  const file = join(folder, 'API.md');
  const script = join(ROOT, 'tools', 'build', 'write-api.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  const right = readFileSync(file, 'utf8');
  expect(firstDifference(readFileSync(join(ROOT, 'API.md'), 'utf8'), right)).toBeUndefined();
  // It is the whole API, and nothing that only our own constructs read.
  for (const name of ['WindowsAmiPipeline', 'WindowsCapacityProvider', 'ImageFamily', 'CachedImage']) {
    expect(right).toContain(`### ${name} <a name`);
  }
  expect(right).not.toMatch(/PipelineBase|_isOfStack|_pointer/);
});
