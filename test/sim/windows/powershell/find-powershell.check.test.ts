import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPowerShell, restorePowerShell } from '../../../../sim/windows/powershell/find-powershell';
import { PowerShellSession } from '../../../../sim/windows/powershell/powershell-session';

const HELP = 'curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0';
const PACKAGE = join('powershell', '7.6.9');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-find-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Lays a program of the text of a shell script into a folder, by default one of its own, and returns that folder. */
function program(name: string, text = 'exit 0', bin = join(folder, `bin-${name}`)): string {
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
  return bin;
}

/** The folders of a computer on which nothing is installed but what the search path has. */
function computer(...path: readonly string[]): NodeJS.ProcessEnv {
  return { PATH: [...path, '/bin'].join(':'), HOME: join(folder, 'home') };
}

describe('findPowerShell', () => {
  // A `dotnet` or `pwsh` in /bin would be found; tests need `sh` from there.
  const bare = (...path: readonly string[]) => ({ ...computer(), PATH: path.join(':') });

  test('names the one command that helps where there is neither .NET nor pwsh', () => {
    const find = () => findPowerShell({ PATH: '', HOME: folder });
    expect(find).toThrow(expect.objectContaining({ code: 'REHEARSAL_FAILED' }));
    expect(find).toThrow(`this computer has neither .NET nor pwsh; install .NET: ${HELP}`);
  });

  test('takes .NET, wherever pwsh is', () => {
    const [pwsh, dotnet] = [program('pwsh'), program('dotnet')];
    expect(findPowerShell(bare(pwsh, dotnet))).toMatchObject({
      kind: 'dotnet',
      command: join(dotnet, 'dotnet'),
    });
  });

  test('finds .NET where its installer puts it', () => {
    const pwsh = program('pwsh');
    const root = program('dotnet', '', join(folder, 'root'));
    const environment = { ...bare(pwsh), DOTNET_ROOT: root };
    expect(findPowerShell(environment).command).toBe(join(root, 'dotnet'));
    const home = program('dotnet', '', join(folder, 'home', '.dotnet'));
    expect(findPowerShell(bare(pwsh)).command).toBe(join(home, 'dotnet'));
  });

  test('takes pwsh only where .NET is missing', async () => {
    const pwsh = program('pwsh');
    const found = findPowerShell(bare(pwsh));
    expect(found).toMatchObject({ kind: 'pwsh', command: join(pwsh, 'pwsh') });
    expect(await restorePowerShell(found)).toEqual({ command: join(pwsh, 'pwsh'), args: [] });
  });

  test('knows no Windows PowerShell: it would run on the real Windows', () => {
    expect(() => findPowerShell(bare(program('powershell')))).toThrow(HELP);
  });
});

describe('restorePowerShell', () => {
  test.each([
    [
      'echo "error NU1301: Unable to load the service index."; exit 1',
      'error NU1301: Unable to load the service index',
    ],
    ['echo "No .NET SDKs were found." >&2; echo; exit 145', 'No .NET SDKs were found'],
    ['exit 0', 'no reason given'],
  ])('where dotnet does %s, says why and what helps', async (text, reason) => {
    const found = findPowerShell(computer(program('dotnet', text)));
    const lines: string[] = [];
    const restore = restorePowerShell(found, (line) => lines.push(line));
    await expect(restore).rejects.toMatchObject({
      code: 'REHEARSAL_FAILED',
      message: `PowerShell 7.6.9 could not be restored: ${reason}. It takes the network once, and the .NET SDK 10: ${HELP}`,
    });
    expect(lines).toEqual(['Restoring PowerShell 7.6.9 with .NET, once (40 MB).']);
  });

  test('restores the tool of the manifest that comes with the package, once', async () => {
    const text = `echo "$*" >> "${folder}/calls"
      any="$NUGET_PACKAGES/${PACKAGE}/tools/net10.0/any/unix"
      mkdir -p "$any"; : > "$any/pwsh.dll"; : > "$NUGET_PACKAGES/${PACKAGE}/.nupkg.metadata"`;
    const found = findPowerShell(computer(program('dotnet', text)));
    const first = await restorePowerShell(found);
    const assembly = join(folder, 'home', '.nuget', 'packages', PACKAGE, 'tools/net10.0/any/unix/pwsh.dll');
    expect(first.args).toEqual(['exec', '--roll-forward', 'Major', assembly]);
    const lines: string[] = [];
    expect(await restorePowerShell(found, (line) => lines.push(line))).toEqual(first);
    expect(lines).toEqual([]);
    const manifest = join(__dirname, '..', '..', '..', '..', 'scripts', 'powershell', 'dotnet-tools.json');
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe(`tool restore --tool-manifest ${manifest}\n`);
    // What it was restored in is gone.
    expect(readdirSync(join(folder, 'home', '.nuget', 'packages', 'powershell'))).toEqual(['7.6.9']);
  });

  test('a package that is not complete is restored again', async () => {
    const packages = join(folder, 'packages');
    mkdirSync(join(packages, PACKAGE, 'tools/net10.0/any/unix'), { recursive: true });
    writeFileSync(join(packages, PACKAGE, 'tools/net10.0/any/unix/pwsh.dll'), '');
    const environment = { ...computer(program('dotnet', 'echo asked; exit 1')), NUGET_PACKAGES: packages };
    await expect(restorePowerShell(findPowerShell(environment))).rejects.toThrow('restored: asked.');
  });

  test('shares the configuration of NuGet where there is one, and no folder in which another .NET may be writing it', async () => {
    const settings = join(folder, 'home', '.nuget', 'NuGet');
    const shown = async () => {
      const found = findPowerShell(
        computer(program('dotnet', 'ls "$DOTNET_CLI_HOME/.nuget/NuGet" || exit 1')),
      );
      return restorePowerShell(found).catch((error: unknown) => (error as Error).message);
    };
    mkdirSync(settings, { recursive: true });
    expect(await shown()).toContain('No such file or directory');
    writeFileSync(join(settings, 'NuGet.Config'), '<configuration />');
    expect(await shown()).toContain('restored: NuGet.Config.');
  });

  test('ends with the reason of the signal', async () => {
    const end = new AbortController();
    const found = findPowerShell(computer(program('dotnet', 'sleep 60')));
    const restore = restorePowerShell(found, () => undefined, end.signal);
    end.abort(new Error('enough'));
    await expect(restore).rejects.toThrow('enough');
  });
});

test('two processes that restore at once both get a PowerShell that works', async () => {
  const packages = join(folder, 'packages');
  const environment = { ...process.env, NUGET_PACKAGES: packages };
  const sessions = [1, 2].map(() => new PowerShellSession(findPowerShell(environment)));
  const script = join(folder, 'version.ps1');
  writeFileSync(script, '"$($PSVersionTable.PSVersion)"');
  const results = await Promise.all(sessions.map((session) => session.run({ scriptFile: script })));
  await Promise.all(sessions.map((session) => session.close()));
  expect(results.map(({ stdout }) => stdout)).toEqual(['7.6.9\n', '7.6.9\n']);
  expect(readdirSync(join(packages, 'powershell'))).toEqual(['7.6.9']);
});
