import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PowerShell } from '../../../lib/rehearsal/powershell/find-powershell';
import { runPowerShell, type PowerShellRun } from '../../../lib/rehearsal/powershell/run-powershell';
import { BUILD_TIMEOUT, describeWithPowerShell, requirePowerShell } from '../../scripts/support/power-shell';
import { makeMachine } from '../../scripts/support/pretended-machine';

const STEP = join(__dirname, '..', '..', '..', 'scripts', 'instance', 'steps', 'Assert-Host.ps1');

describeWithPowerShell('runPowerShell', () => {
  const machine = makeMachine();
  const folder = mkdtempSync(join(tmpdir(), 'winbake-run-'));
  let shell: PowerShell;
  beforeAll(async () => {
    shell = await requirePowerShell();
  }, BUILD_TIMEOUT);
  afterAll(() => {
    rmSync(machine.folder, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the text as a script on the pretended host. */
  function run(text: string, options: Partial<PowerShellRun> = {}): ReturnType<typeof runPowerShell> {
    const scriptFile = join(mkdtempSync(join(folder, 'script-')), 'script.ps1');
    writeFileSync(scriptFile, text);
    return runPowerShell(shell, { scriptFile, pretendedHost: machine.folder, ...options });
  }

  test('runs a step on a pretended host', async () => {
    const result = await runPowerShell(shell, {
      scriptFile: STEP,
      args: ['-ExpectedBuild', '20348', '-Os', 'SERVER_2022_CORE', '-DockerWaitSeconds', '0'],
      pretendedHost: machine.folder,
    });
    expect(result).toMatchObject({ exitCode: 1, stdout: '', timedOut: false });
    expect(result.stderr).toContain('Assert-Host: The Docker engine does not answer after 0 s.');
  });

  test.each([
    ['exit 3010', 3010],
    ['exit 0', 0],
    ['"done"', 0],
    ['sh -c "exit 9"', 0],
    ['Write-Error soft', 0],
    ['sh -c "exit 9"; exit $LASTEXITCODE', 9],
    ['throw "broken"', 1],
    ['if (', 1],
    ['param([int]$Count) exit 5', 5],
  ])('%s ends with %i', async (text, exitCode) => {
    expect(await run(text)).toMatchObject({ exitCode, timedOut: false });
  });

  test('passes arguments on as they were given', async () => {
    const text =
      'param([string]$Name, [switch]$Flag, [Parameter(ValueFromRemainingArguments)] $Rest) "$Name|$Flag|$Rest"';
    const { stdout } = await run(text, { args: ['-Name', 'a b', '-Flag', '-5', 'x'] });
    expect(stdout).toBe('a b|True|-5 x\n');
  });

  test('leaves the script its own preferences', async () => {
    expect(await run('"$ErrorActionPreference"; Set-StrictMode -Off; $absent.name')).toMatchObject({
      stdout: 'Continue\n',
      stderr: '',
    });
  });

  test('runs a script by its path on the C: drive', async () => {
    await run("Set-Content 'C:\\step.ps1' '\"from $PSCommandPath\"; exit 4'");
    const result = await runPowerShell(shell, { scriptFile: 'C:\\step.ps1', pretendedHost: machine.folder });
    expect(result).toMatchObject({ exitCode: 4, stdout: `from ${join(machine.folder, 'c', 'step.ps1')}\n` });
  });

  test('adds to the environment and opts out of telemetry', async () => {
    const text = '"$env:WINBAKE_TEST $env:POWERSHELL_TELEMETRY_OPTOUT"';
    expect(await run(text, { env: { WINBAKE_TEST: 'yes' } })).toMatchObject({ stdout: 'yes 1\n' });
  });

  test('ends a script and its programs after the time that it has', async () => {
    const started = Date.now();
    const result = await run('"begun"; sh -c "sleep 60 & sleep 60"', { timeoutSeconds: 1.5 });
    expect(result).toEqual({ exitCode: -1, stdout: 'begun\n', stderr: '', timedOut: true });
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test('runs plainly without a pretended host', async () => {
    expect(await run('Test-Path C:\\; exit 3', { pretendedHost: undefined })).toMatchObject({
      exitCode: 3,
      stdout: 'False\n',
    });
  });

  test('says that a pretended host without its files is none', async () => {
    const result = await run('"never"', { pretendedHost: folder });
    expect(result).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('The pretended host has no'),
    });
  });
});
