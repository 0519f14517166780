import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath } from '../../../lib/rehearsal/powershell/find-on-path';
import { findPowerShell } from '../../../lib/rehearsal/powershell/find-powershell';
import { runProcess } from '../../../lib/rehearsal/powershell/run-process';
import { runPowerShell } from '../../../lib/rehearsal/powershell/run-powershell';
import { BUILD_TIMEOUT, describeWithPowerShell } from '../../scripts/support/power-shell';

const MODULE = join(__dirname, '..', '..', '..', 'lib', 'rehearsal', 'powershell', 'find-powershell');
const TSX = join(__dirname, '..', '..', '..', 'node_modules', 'tsx', 'dist', 'cli.mjs');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-find-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Lays a program of the text of a shell script into a folder of its own and returns that folder. */
function program(name: string, text: string): string {
  const bin = join(folder, `bin-${name}`);
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
  return bin;
}

describe('findPowerShell', () => {
  test('finds nothing on an empty path', async () => {
    expect(await findPowerShell({ searchPath: '' })).toBeUndefined();
  });

  test.each(['pwsh', 'powershell'] as const)('takes %s where it is', async (kind) => {
    const bin = program(kind, 'exit 0');
    const found = await findPowerShell({
      searchPath: `${join(folder, 'absent')}:${bin}:${program('dotnet', 'exit 1')}`,
    });
    expect(found).toMatchObject({ kind, command: join(bin, kind) });
    expect(found?.args.slice(-1)).toEqual(['-File']);
  });

  test('prefers pwsh, wherever on the path', async () => {
    const searchPath = `${program('powershell', 'exit 0')}:${program('pwsh', 'exit 0')}`;
    expect(await findPowerShell({ searchPath })).toMatchObject({ kind: 'pwsh' });
  });

  test('tells what dotnet said where the host cannot be built, and leaves nothing behind', async () => {
    const cache = join(folder, 'cache');
    const searchPath = program('dotnet', 'echo "error NETSDK1045: no .NET 10 here"; exit 1');
    await expect(findPowerShell({ searchPath, cache })).rejects.toMatchObject({
      code: 'REHEARSAL_FAILED',
      message: expect.stringContaining('error NETSDK1045: no .NET 10 here'),
    });
    expect(readdirSync(cache)).toEqual([]);
  });

  test('builds without ahead-of-time compilation where its compiler cannot be had', async () => {
    const text = `case "$*" in
      *ReadyToRun=false*) while [ "$1" != -o ]; do shift; done; mkdir -p "$2"; : > "$2/winbake-powershell.dll" ;;
      *) echo "error NU1101: Unable to find package Microsoft.NETCore.App.Crossgen2"; exit 1 ;;
    esac`;
    const lines: string[] = [];
    const found = await findPowerShell({
      searchPath: program('dotnet', text),
      cache: join(folder, 'cache'),
      onProgress: (line) => lines.push(line),
    });
    expect(existsSync(found?.args[0] ?? '')).toBe(true);
    expect(lines).toHaveLength(2);
  });
});

describeWithPowerShell(
  'two processes that both find no built host',
  () => {
    test(
      'both get one that works, and only that is left',
      async () => {
        const cache = join(folder, 'cache');
        // Only dotnet is on the search path: the host is built even where a PowerShell is installed. Without compilation
        // ahead of time, which says nothing about the race, the test takes a third of its time.
        const bin = program('dotnet', `exec "${findOnPath('dotnet') ?? ''}" "$@" -p:PublishReadyToRun=false`);
        const script = join(folder, 'find.ts');
        const search = JSON.stringify({ searchPath: bin, cache });
        writeFileSync(
          script,
          `import { findPowerShell } from ${JSON.stringify(MODULE)};\n` +
            `void findPowerShell(${search}).then((found) => process.stdout.write(JSON.stringify(found)));\n`,
        );
        const start = (): ReturnType<typeof runProcess> =>
          runProcess({
            command: process.execPath,
            args: [TSX, script],
            env: process.env,
            timeoutSeconds: 240,
          });
        const [one, other] = await Promise.all([start(), start()]);
        expect({ code: one.exitCode, stderr: one.stderr }).toEqual({ code: 0, stderr: '' });
        expect(one.stdout).toBe(other.stdout);
        expect(readdirSync(cache)).toHaveLength(1);
        writeFileSync(join(folder, 'hello.ps1'), '"hello"');
        const shell = JSON.parse(one.stdout);
        expect(await runPowerShell(shell, { scriptFile: join(folder, 'hello.ps1') })).toMatchObject({
          stdout: 'hello\n',
        });
      },
      BUILD_TIMEOUT,
    );
  },
  ['dotnet'],
);
