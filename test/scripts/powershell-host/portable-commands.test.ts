import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate, type Evaluation } from '../support/evaluate';
import { BUILD_TIMEOUT, describeWithPowerShell, requirePowerShell } from '../support/power-shell';

const FILE = 'first\nsecond';

/** An expression and the text of what it gives, as the documentation of each command says; true of a full pwsh as well. */
const OUTPUTS: readonly (readonly [expression: string, output: readonly string[]])[] = [
  ['Write-Output 1 2', ['1', '2']],
  ['(Write-Output (1, 2) -NoEnumerate).Count', ['2']],
  ['Write-Host a 1, 2', ['a 1 2']],
  ['Write-Host a b -Separator -', ['a-b']],
  ['Write-Warning careful', ['careful']],
  [
    'try { Write-Error oh -ErrorAction Stop } catch { $_.FullyQualifiedErrorId.Split(",")[0] }',
    ['Microsoft.PowerShell.Commands.WriteErrorException'],
  ],
  ['$e = $null; Write-Error oh -ErrorAction SilentlyContinue -ErrorVariable e; [string]$e[0]', ['oh']],
  [
    'Write-Error oh -ErrorId Mine -ErrorAction SilentlyContinue -ErrorVariable e; $e[0].FullyQualifiedErrorId.Split(",")[0]',
    ['Mine'],
  ],
  ['(Join-Path a b).Replace("\\", "/")', ['a/b']],
  ['(Join-Path a/ "\\b\\c").Replace("\\", "/")', ['a/b/c']],
  ['Split-Path a/b/c.txt -Leaf; Split-Path a/b/c.txt; Split-Path a/b -Parent', ['c.txt', 'a/b', 'a']],
  [
    'Test-Path file.txt; Test-Path absent; Test-Path folder -PathType Container; Test-Path file.txt -PathType Container',
    ['True', 'False', 'True', 'False'],
  ],
  [
    'Test-Path -LiteralPath file.txt -PathType Leaf; Test-Path *.txt; Test-Path -LiteralPath *.txt; Test-Path Q:\\x',
    ['True', 'True', 'False', 'False'],
  ],
  ['(Get-Item file.txt).Length; (Get-Item -LiteralPath folder).Name', ['12', 'folder']],
  ['(Get-ChildItem -Filter *.txt).Name; (Get-ChildItem -Directory).Name', ['file.txt', 'folder']],
  ['(Get-ChildItem folder -Recurse -File).Name', ['inner.txt']],
  ['(Get-ItemProperty file.txt).Length', ['12']],
  ['Get-Content file.txt', ['first', 'second']],
  ['(Get-Content file.txt -Raw).Length', ['12']],
  ['Set-Content new.txt a, b; [IO.File]::ReadAllText("$PWD/new.txt")', ['a\nb\n']],
  ['"c" | Set-Content -LiteralPath new.txt -NoNewline; [IO.File]::ReadAllBytes("$PWD/new.txt")', ['99']],
  [
    '(New-Item made -ItemType Directory).Name; Test-Path made; Remove-Item made; Test-Path made',
    ['made', 'True', 'False'],
  ],
  [
    '$null = New-Item deep/er/x.txt -Force -Value v; Get-Content deep/er/x.txt; Remove-Item deep -Recurse; Test-Path deep',
    ['v', 'False'],
  ],
  [
    'Copy-Item file.txt copy.txt; Get-Content copy.txt | Select-Object -First 1; Remove-Item copy.txt',
    ['first'],
  ],
  ['(Get-FileHash file.txt).Hash', [createHash('sha256').update(FILE).digest('hex').toUpperCase()]],
  ['(Resolve-Path folder/../file.txt).Path -eq (Join-Path $PWD file.txt)', ['True']],
  [
    '(Get-Location).Path -eq $PWD.Path; Set-Location folder; Split-Path $PWD -Leaf; Set-Location ..',
    ['True', 'folder'],
  ],
  ['3, 1, 10, 2 | Sort-Object', ['1', '2', '3', '10']],
  ['"b", "A", "c" | Sort-Object -Descending', ['c', 'b', 'A']],
  ['3, 1, 3 | Sort-Object -Unique', ['1', '3']],
  [
    '@{n = 2}, @{n = 1} | ForEach-Object { [pscustomobject]$_ } | Sort-Object n | ForEach-Object { $_.n }',
    ['1', '2'],
  ],
  ['"aaa", "b", "cc" | Sort-Object { $_.Length }', ['b', 'cc', 'aaa']],
  [
    '1..5 | Select-Object -First 2; 1..5 | Select-Object -Last 2; 1..5 | Select-Object -Skip 4',
    ['1', '2', '4', '5', '5'],
  ],
  ['1, 1, 2 | Select-Object -Unique', ['1', '2']],
  ['[pscustomobject]@{a = 1; b = 2; c = 3} | Select-Object c, a', ['@{c=3; a=1}']],
  ['[pscustomobject]@{a = 1, 2} | Select-Object -ExpandProperty a', ['1', '2']],
  ['$m = 1, 2, 3 | Measure-Object -Sum -Maximum; $m.Count; $m.Sum; $m.Maximum', ['3', '6', '3']],
  ['(New-Object Text.UTF8Encoding $false).GetPreamble().Length', ['0']],
  ['Get-Date "2026-01-02T03:04:05" -Format yyyy-MM-dd', ['2026-01-02']],
  ['$n = Get-Random -Minimum 3 -Maximum 5; $n -ge 3 -and $n -lt 5', ['True']],
  [
    '$w = [Diagnostics.Stopwatch]::StartNew(); Start-Sleep -Milliseconds 30; $w.ElapsedMilliseconds -ge 25',
    ['True'],
  ],
  ['("a", 1 | Out-String).Replace("`r", "")', ['a\n1\n']],
  [
    '[ordered]@{b = 1; a = @(); c = $null; d = "x"; e = $true} | ConvertTo-Json -Compress',
    ['{"b":1,"a":[],"c":null,"d":"x","e":true}'],
  ],
  [
    'ConvertTo-Json -InputObject @(1) -Compress; @(1) | ConvertTo-Json -Compress; 1, 2 | ConvertTo-Json -Compress',
    ['[1]', '1', '[1,2]'],
  ],
  [
    '[pscustomobject]@{a = [pscustomobject]@{b = 5000000000; c = 1.5}} | ConvertTo-Json -Compress',
    ['{"a":{"b":5000000000,"c":1.5}}'],
  ],
  [
    '@{a = @{b = @{c = @{d = 1}}}} | ConvertTo-Json -Compress',
    [
      'Resulting JSON is truncated as serialization has exceeded the set depth of 2.',
      '{"a":{"b":{"c":"System.Collections.Hashtable"}}}',
    ],
  ],
  ['([ordered]@{a = 1, 2} | ConvertTo-Json).Replace("`r", "")', ['{\n  "a": [\n    1,\n    2\n  ]\n}']],
  [
    '$x = \'{"b": 1, "a": [1], "n": null}\' | ConvertFrom-Json; $x.PSObject.Properties.Name; $x.a.GetType().Name; $x.b.GetType().Name',
    ['b', 'a', 'n', 'Object[]', 'Int64'],
  ],
  ['@(\'[{"a": 1}, {"a": 2}]\' | ConvertFrom-Json).Count', ['2']],
  [
    '$x = \'{"at": "2026-01-02T03:04:05Z"}\' | ConvertFrom-Json; $x.at.GetType().Name; $x.at.Kind',
    ['DateTime', 'Utc'],
  ],
];

/** Expressions that must fail, with the beginning of a sentence that says why. */
const ERRORS: readonly (readonly [expression: string, message: RegExp])[] = [
  ['Get-Item absent', /^Cannot find path '.*absent' because it does not exist/],
  ['Get-Content absent', /^Cannot find path '.*absent' because it does not exist/],
  ['Remove-Item folder/../absent', /because it does not exist/],
  ['Get-PSDrive Q', /^Cannot find drive/],
  ["'{' | ConvertFrom-Json", /^Conversion from JSON failed with error/],
  ['Set-Content absent/x.txt a', /Could not find a part of the path/],
];

/** What only the host refuses: a parameter or a use that it does not model, although the original knows it. */
const REFUSALS: readonly (readonly [expression: string, message: RegExp])[] = [
  ['Get-Date -UFormat %s', /parameter name 'UFormat'/],
  ['Sort-Object -Top 1', /parameter name 'Top'/],
  ['1 | Select-Object -Index 0', /parameter name 'Index'/],
  ['1 | Select-Object -First 1 -Last 1', /-First and -Last is not modelled/],
  ['1 | Select-Object @{n = 1}', /property names only/],
  ['Get-Content file.txt -Tail 1', /parameter name 'Tail'/],
  ['Get-Content file.txt -Encoding unicode', /does not belong to the set/],
  ['Get-Process | Out-String', /Get-Process/],
  ['Get-Item file.txt | Out-String', /Out-String of a FileInfo is not modelled/],
  ['Get-FileHash file.txt -Algorithm MD5', /does not belong to the set/],
];

describeWithPowerShell('the portable commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-portable-'));
  const expressions = [...OUTPUTS, ...ERRORS, ...REFUSALS].map(([expression]) => expression);
  let results: Evaluation[] = [];
  let kind = '';
  const resultOf = (expression: string): Evaluation => results[expressions.indexOf(expression)]!;
  beforeAll(async () => {
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'file.txt'), FILE);
    writeFileSync(join(folder, 'folder', 'inner.txt'), '');
    const shell = await requirePowerShell();
    kind = shell.kind;
    results = await evaluate(shell, expressions, { cwd: folder });
  }, BUILD_TIMEOUT);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(OUTPUTS)('%s', (expression, output) => {
    expect(resultOf(expression)).toEqual({ output, error: '' });
  });

  test.each(ERRORS)('fails: %s', (expression, message) => {
    expect(resultOf(expression).error).toMatch(message);
  });

  test.each(REFUSALS)('is refused by the host: %s', (expression, message) => {
    if (kind === 'host') {
      expect(resultOf(expression).error).toMatch(message);
    }
  });
});
