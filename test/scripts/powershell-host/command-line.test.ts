import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessResult } from '../../../lib/rehearsal/powershell/run-process';
import { BUILD_TIMEOUT, describeWithPowerShell, runHost } from '../support/power-shell';

/** Scripts that the table runs, by name. */
const SCRIPTS = {
  'exit.ps1': 'exit 7',
  'reboot.ps1': 'exit 3010',
  'nested.ps1': '& "$PSScriptRoot/exit.ps1"; "after $LASTEXITCODE"',
  'native.ps1': '"before"; sh -c "echo out; echo err >&2; exit 9"; "code $LASTEXITCODE"',
  'last-native.ps1': 'sh -c "exit 9"',
  'throw.ps1': '$ErrorActionPreference = "Stop"; "before"; throw "it broke"',
  'soft.ps1': 'Write-Error "soft"; "after"',
  'stop.ps1': '$ErrorActionPreference = "Stop"; Write-Error "hard"; "after"',
  'unparsed.ps1': '"before"\nif ( {',
  'arguments.ps1': '"$($args.Count): $($args -join "|")"',
  'named.ps1': '[CmdletBinding()] param([string]$Name, [switch]$Flag, [int]$Count = 1)\n"$Name|$Flag|$Count"',
  'place.ps1': '(Split-Path -Leaf $PSCommandPath); $PSScriptRoot -eq (Split-Path $PSCommandPath)',
  'streams.ps1':
    'Write-Output o; Write-Host h; Write-Warning w; Write-Verbose hidden; Write-Verbose v -Verbose; Write-Information i -InformationAction Continue',
  'read.ps1': '"[$([Console]::In.ReadToEnd())]"',
  'unicode.ps1': '[string][char]0x00e4 + [char]0x20ac',
} as const;

type Row = readonly [
  args: readonly string[],
  expected: Partial<Record<'exitCode' | 'stdout' | 'stderr', unknown>>,
];
const has = (text: string): unknown => expect.stringContaining(text);

/**
 * about_Pwsh (-File, -Command), about_Automatic_Variables ($?, $LASTEXITCODE), about_Redirection; exit codes above 255 lose
 * their high bits on Unix, as with every program there.
 */
const TABLE: readonly Row[] = [
  [
    ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', 'exit.ps1'],
    { exitCode: 7, stdout: '', stderr: '' },
  ],
  [['-File', 'reboot.ps1'], { exitCode: 3010 & 255 }],
  [['-File', 'nested.ps1'], { exitCode: 0, stdout: 'after 7\n' }],
  [['-File', 'native.ps1'], { exitCode: 0, stdout: 'before\nout\ncode 9\n', stderr: 'err\n' }],
  [['-File', 'last-native.ps1'], { exitCode: 0 }],
  [['-File', 'throw.ps1'], { exitCode: 1, stdout: 'before\n', stderr: has('it broke') }],
  [['-File', 'soft.ps1'], { exitCode: 0, stdout: 'after\n', stderr: has('soft') }],
  [['-File', 'stop.ps1'], { exitCode: 1, stdout: '', stderr: has('hard') }],
  [['-File', 'unparsed.ps1'], { exitCode: 1, stdout: '', stderr: has("Missing closing '}'") }],
  [['-File', 'arguments.ps1', 'a b', '-c', '', '--', '$x'], { stdout: '5: a b|-c||--|$x\n' }],
  [['-File', 'named.ps1', '-Name', 'a b', '-Flag', '-Count:3'], { stdout: 'a b|True|3\n' }],
  [['-File', 'named.ps1', 'x', '-Flag:$false'], { stdout: 'x|False|1\n' }],
  [
    ['-File', 'named.ps1', '-Count', 'x'],
    { exitCode: 1, stdout: '', stderr: has('Cannot convert value "x"') },
  ],
  [['-File', 'named.ps1', '-Other', 'x'], { exitCode: 1, stdout: '', stderr: has("parameter name 'Other'") }],
  [['place.ps1'], { exitCode: 0, stdout: 'place.ps1\nTrue\n' }],
  [['-File', 'streams.ps1'], { stdout: 'o\nh\nWARNING: w\nVERBOSE: v\ni\n', stderr: '' }],
  [['-File', 'read.ps1'], { stdout: '[]\n' }],
  [['-File', 'unicode.ps1'], { stdout: 'ä€\n' }],
  [
    ['-File', 'absent.ps1'],
    { exitCode: 64, stdout: '', stderr: has("'absent.ps1' is not recognized as the name of a script") },
  ],
  [['-Command', '1 + 1'], { exitCode: 0, stdout: '2\n' }],
  [['-Command', '"a";', '"b"'], { exitCode: 0, stdout: 'a\nb\n' }],
  [['-Command', 'exit 5'], { exitCode: 5 }],
  [['-Command', 'sh -c "exit 4"'], { exitCode: 1 }],
  [['-Command', 'sh -c "exit 4"; "later"'], { exitCode: 0, stdout: 'later\n' }],
  [['-Command', 'sh -c "exit 4"; exit $LASTEXITCODE'], { exitCode: 4 }],
  [['-Command', 'throw "it broke"'], { exitCode: 1, stderr: has('it broke') }],
  [['-Command', 'Get-Absent'], { exitCode: 1, stderr: has("The term 'Get-Absent' is not recognized") }],
  [['-Command', 'if ('], { exitCode: 1, stdout: '', stderr: has('ParserError') }],
  [['-Command', '$Host.UI.ReadLine()'], { exitCode: 1, stderr: has('NonInteractive mode') }],
  [['-Command', '$env:POWERSHELL_TELEMETRY_OPTOUT'], { stdout: '1\n' }],
  [['-Command', '-'], { exitCode: 64, stderr: has('standard input is not read') }],
  [['-Command'], { exitCode: 64, stderr: has("'-Command' needs a command") }],
  [['-EncodedCommand', 'AAAA'], { exitCode: 64, stderr: has("'-EncodedCommand' is not modelled") }],
  [[], { exitCode: 64, stderr: has('Nothing to run') }],
];

describeWithPowerShell(
  'the PowerShell host',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'winbake-host-'));
    const results = new Map<Row, ProcessResult>();
    beforeAll(async () => {
      for (const [name, text] of Object.entries(SCRIPTS)) {
        writeFileSync(join(folder, name), text);
      }
      const waiting = [...TABLE];
      // Two at a time: these runs are short, and a small machine has two cores.
      const worker = async (): Promise<void> => {
        for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
          results.set(row, await runHost(row[0], folder));
        }
      };
      await Promise.all([worker(), worker()]);
    }, BUILD_TIMEOUT);
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    test.each(TABLE.map((row) => ({ line: row[0].join(' '), row })))('$line', ({ row }) => {
      expect(results.get(row)).toMatchObject(row[1]);
    });

    test('tells what the parser found', async () => {
      const { exitCode, stdout } = await runHost(['--parse', 'unparsed.ps1', 'named.ps1'], folder);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject([
        { file: 'unparsed.ps1', errors: [{ line: 2 }, {}] },
        { file: 'named.ps1', errors: [], parameters: ['Name', 'Flag', 'Count'], strictModeLatest: false },
      ]);
    });
  },
  ['dotnet'],
);
