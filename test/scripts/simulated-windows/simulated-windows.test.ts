import { rmSync } from 'node:fs';
import { evaluate, type Evaluation } from '../support/evaluate';
import { describeWithPowerShell, requirePowerShell } from '../support/power-shell';
import { hostState, makeMachine } from '../support/simulated-machine';

const KEY = "'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion'";
const UPDATE =
  "'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired'";
const SERVICING =
  "'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending'";

/** Expressions in the order in which they are evaluated, and what they give. */
const OUTPUTS: readonly (readonly [expression: string, output: readonly string[]])[] = [
  [`(Get-ItemProperty ${KEY}).CurrentBuild.GetType().Name`, ['String']],
  [`(Get-ItemProperty -LiteralPath ${KEY}).UBR.GetType().Name`, ['Int32']],
  [
    `$v = Get-ItemProperty -Path ${KEY} -Name UBR, InstallationType; $v.UBR; $v.InstallationType`,
    ['4294', 'Server Core'],
  ],
  [`Test-Path ${KEY}; Test-Path -LiteralPath ${UPDATE}; Test-Path ${SERVICING}`, ['True', 'True', 'False']],
  [
    "Test-Path 'C:\\ProgramData\\Winbake' -PathType Container; Test-Path C:\\ProgramData\\absent.json",
    ['True', 'False'],
  ],
  [
    "$null = New-Item 'C:\\Work\\in\\here.txt' -Force -Value text; Get-Content 'C:\\Work\\in\\here.txt'; Remove-Item C:\\Work -Recurse",
    ['text'],
  ],
  ["(Get-ItemProperty 'C:\\ProgramData').Name", ['ProgramData']],
  ["Test-Path (Join-Path $env:ProgramData 'Winbake')", ['True']],
  ['(Get-PSDrive -Name C).Free.GetType().Name; (Get-PSDrive C).Free', ['Int64', '60000000000']],
  ['(Get-Service docker).Status; (Get-Service -Name docker).StartType', ['Running', 'Automatic']],
  [
    'Stop-Service docker -Force; (Get-Service docker).Status; Start-Service docker; (Get-Service docker).Status',
    ['Stopped', 'Running'],
  ],
  [
    'Stop-Service wuauserv; Set-Service wuauserv -StartupType Disabled; (Get-Service wuauserv).StartType',
    ['Disabled'],
  ],
  [
    'Set-Service wuauserv -StartupType Manual; Restart-Service wuauserv; (Get-Service wuauserv).Status',
    ['Running'],
  ],
];

/** What the simulated host does not model: each fails, and none is answered with nothing. */
const ERRORS: readonly (readonly [expression: string, message: RegExp])[] = [
  [`Get-ItemProperty ${KEY} -Name BuildLabEx`, /'BuildLabEx' of .* is not modelled on the simulated host/],
  [`(Get-ItemProperty ${UPDATE})`, /The values of the registry key .* are not modelled/],
  ["Test-Path 'HKLM:\\SOFTWARE\\Other'", /'HKLM:\\SOFTWARE\\Other' is not modelled on the simulated host/],
  ["Test-Path 'HKCU:\\Software'", /is not modelled/],
  ["Test-Path 'Registry::HKEY_LOCAL_MACHINE\\SOFTWARE'", /is not modelled/],
  ["Get-Item 'HKLM:\\SOFTWARE'", /drive with the name 'HKLM' does not exist/],
  ['Get-Service absent', /Cannot find any service with service name 'absent'/],
  ['Get-Service d*', /Wildcards in a service's name/],
  ['Stop-Service docker -PassThru', /parameter name 'PassThru'/],
  ['Set-Service wuauserv -StartupType Disabled; Start-Service wuauserv', /cannot be started: it is disabled/],
  ['Set-Service docker -StartupType Boot', /does not belong to the set/],
  ['Get-PSDrive Q', /Cannot find drive/],
];

describeWithPowerShell('the simulated Windows host', () => {
  const expressions = [...OUTPUTS, ...ERRORS].map(([expression]) => expression);
  const machine = makeMachine({
    host: hostState({
      pendingReboot: 'RebootRequired',
      services: { docker: 'Running', wuauserv: 'Running' },
    }),
  });
  let results: Evaluation[] = [];
  const resultOf = (expression: string): Evaluation => results[expressions.indexOf(expression)]!;
  beforeAll(async () => {
    results = await evaluate(await requirePowerShell(), expressions, { simulatedHost: machine.folder });
  });
  afterAll(() => {
    rmSync(machine.folder, { recursive: true, force: true });
  });

  test.each(OUTPUTS)('%s', (expression, output) => {
    expect(resultOf(expression)).toEqual({ output, error: '' });
  });

  test.each(ERRORS)('fails: %s', (expression, message) => {
    expect(resultOf(expression).error).toMatch(message);
  });
});
