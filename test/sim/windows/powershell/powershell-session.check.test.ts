import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPowerShell, restorePowerShell } from '../../../../sim/windows/powershell/find-powershell';
import { PowerShellSession, type PowerShellRun } from '../../../../sim/windows/powershell/powershell-session';
import { runProcess, type ProcessResult } from '../../../../sim/windows/powershell/run-process';
import { describeWithPowerShell, requirePowerShell } from '../../../scripts/support/power-shell';
import { makeMachine } from '../../../scripts/support/simulated-machine';

const ROOT = join(__dirname, '..', '..', '..', '..');
const STEP = join(ROOT, 'scripts', 'instance', 'steps', 'Assert-Host.ps1');

const machine = makeMachine();
// The system's own folder for temporary files may be a link.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'winbake-session-')));
let shell: PowerShellSession;
afterAll(() => {
  rmSync(machine.folder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Lays the text of a script into a folder of its own. */
function script(text: string): string {
  const file = join(mkdtempSync(join(folder, 'script-')), 'script.ps1');
  writeFileSync(file, text);
  return file;
}

/** Runs the text as a script. */
function run(text: string, options: Partial<PowerShellRun> = {}): Promise<ProcessResult> {
  return shell.run({ scriptFile: script(text), ...options });
}

/** Scripts, with the words behind them; `pwsh -File` says what is right. */
const AS_FILE: readonly (readonly [text: string, args?: readonly string[]])[] = [
  ['"a"; exit 7'],
  ['function f { exit 6 }; f; "never"'],
  ['try { exit 5 } finally { "at the end" }'],
  [`"exit 4" | Set-Content "$PSScriptRoot/exit.ps1"; & "$PSScriptRoot/exit.ps1"; "after $LASTEXITCODE"`],
  ['"before"; sh -c "echo out; echo err >&2; exit 9"; "code $LASTEXITCODE"'],
  ['sh -c "exit 9"'],
  ['$ErrorActionPreference = "Stop"; "before"; throw "it broke"'],
  ['$ErrorActionPreference = "Stop"; Get-Item absent; "after"'],
  ['Get-Absent; Get-Item absent; 1 / 0; [int]::Parse("x"); "after"'],
  ['"before"\nif ( {'],
  ['"$($args.Count): $($args -join "|")"', ['a b', '-c', '', '--', '$x', '2026-01-02T03:04:05Z']],
  [
    '[CmdletBinding()] param([string]$Name, [switch]$Flag, [int]$Count = 1)\n"$Name|$Flag|$Count"',
    ['-Name', 'a b', '-Flag', '-Count', '3'],
  ],
  [
    'Write-Output o; Write-Host h; Write-Warning w; Write-Verbose no; Write-Verbose v -Verbose; ' +
      'Write-Information i -InformationAction Continue; Write-Progress p; [pscustomobject]@{ a = 1; b = "x" }; ' +
      '[Console]::Out.WriteLine("direct"); [Console]::Error.WriteLine("error"); [string][char]0x20ac; ' +
      '(Split-Path -Leaf $PSCommandPath); $PSScriptRoot -eq (Split-Path $PSCommandPath); $PWD.Path; ' +
      '$Host.Name; $PSVersionTable.PSVersion.ToString(); (Get-Culture).Name; ' +
      '"[$([Console]::In.ReadToEnd())]"; sh -c cat; "end"; $Host.UI.ReadLine()',
  ],
];

describeWithPowerShell('a PowerShell session', () => {
  beforeAll(async () => {
    shell = await requirePowerShell();
  });

  test('does what a process of its own does for each script', async () => {
    const { command, args } = await restorePowerShell(findPowerShell());
    const env = { ...process.env, NO_COLOR: '1', DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };
    for (const [text, overrides = []] of AS_FILE) {
      const scriptFile = script(text);
      const options = [...args, '-NoProfile', '-NonInteractive', '-File', scriptFile, ...overrides];
      const alone = await runProcess({ command, args: options, cwd: folder, env, timeoutSeconds: 60 });
      const { exitCode, ...inSession } = await shell.run({ scriptFile, args: overrides, cwd: folder });
      // Unix keeps eight bits of an exit status; here it is whole.
      expect({ text, ...inSession, exitCode: exitCode & 255 }).toEqual({ text, ...alone });
    }
    expect(await run('exit 3010')).toMatchObject({ exitCode: 3010 });
  });

  test.each([
    [
      'Write-Error soft; "after"',
      { exitCode: 0, stdout: 'after\n', stderr: expect.stringContaining('soft') },
    ],
    [
      '$ErrorActionPreference = "Stop"; Write-Error hard; "after"',
      { exitCode: 1, stdout: '', stderr: expect.stringContaining('hard') },
    ],
  ])('%s', async (text, expected) => {
    expect(await run(text)).toMatchObject(expected);
  });

  test.each([
    [['-Count', 'x'], 'Cannot convert value "x"'],
    [['-Other', 'x'], "parameter name 'Other'"],
  ])('a script that %j does not fit ends with 1', async (args, message) => {
    const { exitCode, stdout, stderr } = await run('[CmdletBinding()] param([int]$Count) "never"', { args });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr.replace(/\s*\|?\s+/g, ' ')).toContain(message);
  });

  test('runs share a process and nothing else', async () => {
    // In a new process, so that it is the first that writes anything.
    await run('[Environment]::Exit(0)');
    const first = await run(
      `$global:left = 1; function global:Get-Left { }; Set-Alias -Scope Global left Get-Left
      $global:ErrorActionPreference = 'Stop'; Set-StrictMode -Version Latest; $null = New-PSDrive L FileSystem / -Scope Global
      $null = New-Module -Name Left { } | Import-Module -Global -PassThru
      $env:LEFT = 'x'; $env:PATH = ''; [Environment]::CurrentDirectory = '/'; Set-Location /
      [Console]::SetOut([IO.StringWriter]::new()); [Console]::SetError([IO.StringWriter]::new())
      $PSStyle.OutputRendering = 'Ansi'; $global:LASTEXITCODE = 9; $PID; exit 3`,
      { cwd: folder },
    );
    expect(first).toMatchObject({ exitCode: 3, stderr: '' });
    const second = await run(
      `"$left|$env:LEFT|$ErrorActionPreference|$($PSStyle.OutputRendering)|$PWD|$([Environment]::CurrentDirectory)"
      [string]$absent.absent
      @(Get-Command Get-Left, left -ErrorAction Ignore).Count; @(Get-PSDrive L -ErrorAction Ignore).Count; @(Get-Module Left).Count
      $env:PATH.Length -gt 0; sh -c 'echo native'; $PID`,
      { cwd: folder },
    );
    const own = `||Continue|PlainText|${folder}|${folder}`;
    const pid = /^\d+\n/.exec(second.stdout.split('native\n')[1]!)?.[0];
    expect(second.stdout).toBe(`${own}\n\n0\n0\n0\nTrue\nnative\n${pid}`);
    expect({ exitCode: second.exitCode, stderr: second.stderr }).toEqual({ exitCode: 0, stderr: '' });
    // What the first one gave went to the writer that it had set, but for the process that it shares.
    expect(await run('$PID')).toMatchObject({ stdout: pid });
  });

  test('adds to the environment, takes from it, and reports nothing home', async () => {
    const text = '"$env:WINBAKE_TEST|$env:HOME|$env:POWERSHELL_TELEMETRY_OPTOUT"; sh -c "echo ${HOME-none}"';
    const env = { WINBAKE_TEST: 'yes', HOME: undefined };
    expect(await run(text.replace('${HOME', '`${HOME'), { env })).toMatchObject({ stdout: 'yes||1\nnone\n' });
  });

  test('runs that are asked for at once come one after the other', async () => {
    const texts = ['a', 'b', 'c'].map((one) => `"${one}"; Start-Sleep -Milliseconds 50; "${one}"`);
    const results = await Promise.all(texts.map((text) => run(text)));
    expect(results.map(({ stdout }) => stdout)).toEqual(['a\na\n', 'b\nb\n', 'c\nc\n']);
  });

  test('ends a script and its programs after the time that it has, and goes on in a new process', async () => {
    const { stdout: before } = await run('$PID');
    const started = Date.now();
    const result = await run('"begun"; sh -c "sleep 600 & sleep 600"', { timeoutSeconds: 5 });
    expect(result).toEqual({ exitCode: -1, stdout: 'begun\n', stderr: '', timedOut: true });
    expect(Date.now() - started).toBeLessThan(120_000);
    const after = await run('$PID');
    expect(after).toMatchObject({ exitCode: 0, timedOut: false });
    expect(after.stdout).not.toBe(before);
    expect(() => process.kill(Number(before), 0)).toThrow('ESRCH');
  });

  test('goes on after a script that was ended, or that ended the process', async () => {
    const end = new AbortController();
    const hanging = run('"begun"; Start-Sleep 60', { signal: end.signal });
    setTimeout(() => {
      end.abort();
    }, 1000);
    expect((await hanging).exitCode).not.toBe(0);
    expect(await run('"on"; [Environment]::Exit(5)')).toMatchObject({ exitCode: 5, stdout: 'on\n' });
    expect(await run('"on"')).toMatchObject({ exitCode: 0, stdout: 'on\n' });
  });

  test('leaves no process behind once it is closed', async () => {
    const session = new PowerShellSession(findPowerShell());
    const { stdout } = await session.run({ scriptFile: script('$PID') });
    await session.close();
    expect(() => process.kill(Number(stdout), 0)).toThrow('ESRCH');
  });

  test.each([
    ['false', "PowerShell did not start: 'false' ended with exit code 1"],
    ['absent-pwsh', 'ENOENT'],
  ])('where %s is no PowerShell, says so', async (command, message) => {
    const session = new PowerShellSession({ kind: 'pwsh', command, environment: {} });
    await expect(session.run({ scriptFile: script('') })).rejects.toThrow(message);
    await session.close();
  });
});

describeWithPowerShell('a PowerShell session on a simulated host', () => {
  const onHost = (text: string, options: Partial<PowerShellRun> = {}): Promise<ProcessResult> =>
    run(text, { simulatedHost: machine.folder, ...options });

  beforeAll(async () => {
    shell = await requirePowerShell();
  });

  test('runs a step', async () => {
    const result = await shell.run({
      scriptFile: STEP,
      args: ['-ExpectedBuild', '20348', '-Os', 'SERVER_2022_CORE', '-DockerWaitSeconds', '0'],
      simulatedHost: machine.folder,
    });
    expect(result).toMatchObject({ exitCode: 1, stdout: '', timedOut: false });
    expect(result.stderr).toContain('Assert-Host: The Docker engine does not answer after 0 s.');
  });

  test.each([
    ['exit 3010', 3010],
    ['exit 0', 0],
    ['"done"', 0],
    ['sh -c "exit 9"', 0],
    ['throw "broken"', 1],
    ['if (', 1],
    ['param([int]$Count) exit 5', 5],
  ])('%s ends with %i', async (text, exitCode) => {
    expect(await onHost(text)).toMatchObject({ exitCode, timedOut: false });
  });

  test('passes arguments on as they were given', async () => {
    const text =
      'param([string]$Name, [switch]$Flag, [Parameter(ValueFromRemainingArguments)] $Rest) "$Name|$Flag|$Rest"';
    const { stdout } = await onHost(text, { args: ['-Name', 'a b', '-Flag', '-5', 'x'] });
    expect(stdout).toBe('a b|True|-5 x\n');
  });

  test('leaves the script its own preferences', async () => {
    const text = '"$ErrorActionPreference"; Set-StrictMode -Off; $absent.name';
    expect(await onHost(text)).toMatchObject({ stdout: 'Continue\n', stderr: '' });
  });

  test('runs a script by its path on the C: drive, which no other run has', async () => {
    await onHost("Set-Content 'C:\\step.ps1' '\"from $PSCommandPath\"; exit 4'");
    const result = await shell.run({ scriptFile: 'C:\\step.ps1', simulatedHost: machine.folder });
    expect(result).toMatchObject({
      exitCode: 4,
      stdout: `from ${join(machine.folder, 'c', 'step.ps1')}\n`,
    });
    const plain = await run(
      'Test-Path C:\\; "$env:SystemDrive"; @(Get-Command New-EventLog -ErrorAction Ignore).Count',
    );
    expect(plain).toMatchObject({ stdout: 'False\n\n0\n' });
  });

  test('says that a simulated host without its files is none', async () => {
    expect(await onHost('"never"', { simulatedHost: folder })).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('The simulated host has no'),
    });
  });

  test('one that keeps nothing alive lets its process end, and ends with it', async () => {
    const sim = join(ROOT, 'sim', 'windows', 'powershell');
    const file = join(folder, 'program.mts');
    const pid = script('[Console]::Out.Write($PID)');
    writeFileSync(
      file,
      `import { findPowerShell } from ${JSON.stringify(join(sim, 'find-powershell'))};
       import { PowerShellSession } from ${JSON.stringify(join(sim, 'powershell-session'))};
       const session = new PowerShellSession(findPowerShell(), false);
       process.stdout.write((await session.run({ scriptFile: ${JSON.stringify(pid)}, timeoutSeconds: 600 })).stdout);`,
    );
    const program = { command: process.execPath, args: ['--import', 'tsx', file], cwd: ROOT };
    const ended = await runProcess({ ...program, env: process.env, timeoutSeconds: 300 });
    expect(ended).toMatchObject({ exitCode: 0, timedOut: false, stdout: expect.stringMatching(/^\d+$/) });
    while (isRunning(Number(ended.stdout))) {
      await sleep(50);
    }
  });
});
