import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../support/run-command-line';

const HISTORY = ['--release', '2022', '--as-of', '2025-10-20'];
const TEXT = '# base\r\nFROM mcr.microsoft.com/windows/servercore:10.0.20348.4171 AS run\r\nRUN x';
const PINNED =
  /^# base\r\nFROM mcr\.microsoft\.com\/windows\/servercore:ltsc2022@sha256:[0-9a-f]{64} AS run\r\nRUN x$/;

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pin-'));
  file = join(folder, 'Dockerfile');
  writeFileSync(file, TEXT);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const read = (path = file) => readFileSync(path, 'utf8');
const pin = (...args: readonly string[]) => runCommandLine('pin', ...args, ...HISTORY);

test('a file is changed once, and keeps its mode', async () => {
  chmodSync(file, 0o640);
  const first = await pin(file, '--json');
  expect(first).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining('Digests of recorded history'),
  });
  expect(JSON.parse(first.stdout)).toEqual({
    schema: 'winbake.pin/1',
    files: [
      {
        file,
        changed: true,
        changes: [
          {
            line: 2,
            from: 'mcr.microsoft.com/windows/servercore:10.0.20348.4171',
            to: expect.stringContaining('mcr.microsoft.com/windows/servercore:ltsc2022@sha256:'),
          },
        ],
        kept: [],
      },
    ],
    written: true,
  });
  expect(read()).toMatch(PINNED);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  const pinned = read();
  expect(await pin(file, '--check')).toMatchObject({ exitCode: 0, stdout: `${file}: nothing to change.\n` });
  expect(JSON.parse((await pin(file, '--json')).stdout)).toMatchObject({ written: false });
  expect(read()).toBe(pinned);
  expect(readdirSync(folder)).toEqual(['Dockerfile']);
});

test('--check and --dry-run change nothing; one ends with 3, the other prints a diff', async () => {
  const check = await pin(file, '--check');
  expect(check).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('would change') });
  const dryRun = await pin(file, '--dry-run');
  expect(dryRun.exitCode).toBe(0);
  expect(dryRun.stdout).toMatch(
    /^--- a\/.*Dockerfile\n\+\+\+ b\/.*Dockerfile\n@@ -1,3 \+1,3 @@\n # base\r\n-FROM /,
  );
  expect(dryRun.stdout).toMatch(/\n RUN x\n\\ No newline at end of file\n$/);
  const { files } = JSON.parse((await pin(file, '--dry-run', '--json')).stdout) as {
    files: { diff: string }[];
  };
  expect(files[0]!.diff).toBe(dryRun.stdout);
  expect(read()).toBe(TEXT);
});

test('what stays is named in order of the file: with --dry-run beside the diff, and by a green --check', async () => {
  const stays = 'ARG BASE\nFROM mcr.microsoft.com/dotnet/framework/aspnet:4.8\nFROM ${BASE}\n';
  writeFileSync(file, `${stays}FROM mcr.microsoft.com/windows/servercore:ltsc2022\nFROM nginx\n`);
  const dryRun = await pin(file, '--dry-run');
  const notes = dryRun.stderr.split('\n').filter((line) => line.includes(' stays: '));
  expect(notes.map((line) => /Dockerfile line (\d) +(\S+) stays/.exec(line)?.slice(1))).toEqual([
    ['2', 'mcr.microsoft.com/dotnet/framework/aspnet:4.8'],
    ['3', '${BASE}'],
    ['5', 'nginx'],
  ]);
  expect(dryRun.stdout).not.toContain('stays');
  const check = await pin(file, '--check');
  expect([...check.stdout.matchAll(/^ {2}line (\d)/gm)].map(([, line]) => line)).toEqual([
    '2',
    '3',
    '4',
    '5',
  ]);
  writeFileSync(file, stays);
  expect(await pin(file, '--check')).toMatchObject({
    exitCode: 0,
    stderr: '2 FROMs stay as written, which --check does not refuse.\n',
  });
});

test('where one of several files is bad, none is changed', async () => {
  const bad = join(folder, 'bad');
  writeFileSync(bad, 'FROM a:b:c\n');
  expect(await pin(file, bad)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('Line 1 of the Dockerfile'),
  });
  expect(await pin(file, join(folder, 'none'))).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('does not exist'),
  });
  writeFileSync(bad, '# nothing\n');
  expect(await pin(file, bad)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('has no FROM') });
  symlinkSync(file, join(folder, 'link'));
  expect(await pin(file, join(folder, 'link'))).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('is named twice'),
  });
  expect(read()).toBe(TEXT);
  expect(readdirSync(folder).sort()).toEqual(['Dockerfile', 'bad', 'link']);
});

test('--line pins to the line that hosts follow', async () => {
  writeFileSync(file, 'FROM mcr.microsoft.com/dotnet/framework/aspnet:4.8\n');
  expect(await pin(file, '--line', 'aspnet=4.8')).toMatchObject({ exitCode: 0 });
  expect(read()).toMatch(/aspnet:4\.8-windowsservercore-ltsc2022@sha256:[0-9a-f]{64}\n$/);
});

test('a link stays one, and the file behind it changes', async () => {
  const link = join(folder, 'link');
  symlinkSync(file, link);
  expect(await pin(link)).toMatchObject({ exitCode: 0 });
  expect(read()).toMatch(PINNED);
  expect(read(link)).toMatch(PINNED);
});

test.each([
  [[], 'Missing required argument'],
  [['--release', '2022', __filename, '--pipeline', 'x'], 'Say which hosts are meant'],
  [['Dockerfile'], 'does not exist'],
])('pin %j says what is wrong in one sentence', async (args, sentence) => {
  const run = await runCommandLine('pin', ...args);
  expect(run.exitCode).not.toBe(0);
  expect(run.stderr).toContain(sentence);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
});
