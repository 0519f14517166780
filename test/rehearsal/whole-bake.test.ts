import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RehearsalReport } from '../../lib/rehearsal/run/rehearsal-report';
import { runCommandLine } from '../support/run-command-line';

const folder = mkdtempSync(join(tmpdir(), 'winbake-whole-bake-'));
const assembly = join(folder, 'cdk.out');
const AS_OF = '2025-10-16T00:00:00Z';

beforeAll(() => {
  const env = { ...process.env, CDK_OUTDIR: assembly };
  execFileSync(process.execPath, [require.resolve('tsx/cli'), 'bin/app.ts'], { env });
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function rehearse(cdkOut: string, ...args: readonly string[]) {
  const run = await runCommandLine('rehearse', '--cdk-out', cdkOut, ...args, '--json');
  return { ...run, report: run.stdout === '' ? undefined : (JSON.parse(run.stdout) as RehearsalReport) };
}

/** A copy of the assembly whose pipeline template is changed as text. */
function changed(name: string, change: (template: string) => string): string {
  const copy = join(folder, name);
  cpSync(assembly, copy, { recursive: true });
  const file = join(copy, 'WinbakePipeline.template.json');
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(file, after);
  return copy;
}

test('a whole bake: exact images, an AMI under its parameters, a fleet that took it', async () => {
  const { exitCode, stderr, report } = await rehearse(assembly, '--as-of', AS_OF);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(report).toMatchObject({
    decision: 'bake',
    target: '10.0.20348.4294',
    host: { osVersion: '10.0.20348.4294' },
    rollout: { status: 'finished' },
  });
  expect(report!.images.map(({ family, osVersion, mode }) => `${family} ${osVersion} ${mode}`)).toEqual(
    ['servercore', 'nanoserver', 'iis', 'aspnet'].map((family) => `${family} 10.0.20348.4294 exact`),
  );
  const ami = report!.ami!.id;
  expect(report!.parameters).toMatchObject({
    '/winbake/2022-core/latest/ami-id': ami,
    '/winbake/2022-core/current/ami-id': ami,
    '/winbake/2022-core/current/os-version': '10.0.20348.4294',
    '/winbake/2022-core/by-revision/20348.4294': expect.stringContaining('"id":"20348.4294-1"'),
  });
  expect(report!.rollout.instances.every(({ before, after }) => before !== ami && after === ami)).toBe(true);
  expect(report!.steps.every(({ status }) => status === 'done')).toBe(true);
}, 60_000);

test('in the middle of Patch Tuesday it waits, and a shorter wait in the template looks more often', async () => {
  const shorter = changed('shorter', (text) => text.replace('\\"Seconds\\":900', '\\"Seconds\\":300'));
  const [slow, quick] = await Promise.all(
    [assembly, shorter].map((one) => rehearse(one, '--as-of', '2025-10-14T20:30:00Z')),
  );
  const looks = (report: RehearsalReport | undefined) =>
    report!.decisions.map(({ at, decision }) => [at, decision]);
  expect(looks(slow!.report)).toEqual([
    ['2025-10-14T20:30:00.000Z', 'wait'],
    ['2025-10-14T20:45:00.000Z', 'wait'],
    ['2025-10-14T21:00:00.000Z', 'bake'],
  ]);
  expect(looks(quick!.report)).toHaveLength(5);
  expect(looks(quick!.report).at(-1)).toEqual(['2025-10-14T20:50:00.000Z', 'bake']);
}, 90_000);

test.each([
  ['a step that is renamed', (text: string) => text.replace('name: SelectImageSet', 'name: SomethingElse')],
])(
  '%s is missing, or goes by its new name',
  async (_what, change) => {
    const { report } = await rehearse(changed('renamed-step', change), '--as-of', AS_OF);
    const names = report!.steps.map(({ name }) => name);
    expect(names).not.toContain('cache-images: SelectImageSet');
    expect(names).toContain('cache-images: SomethingElse');
  },
  60_000,
);

test('a role without its permission fails with role and action', async () => {
  const without = changed('without', (text) => text.replaceAll('"s3:PutObject"', '"s3:GetObjectTagging"'));
  const { exitCode, stdout, stderr } = await rehearse(without, '--as-of', AS_OF);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/is not authorized to perform s3:PutObject on [^\n]+\n$/);
});
