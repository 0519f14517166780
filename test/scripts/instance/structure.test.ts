import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describeWithPowerShell } from '../support/power-shell';
import { readScripts, type FunctionFacts, type ScriptFacts } from '../support/read-scripts';
import { INSTANCE_SCRIPTS } from '../support/run-cases';

/** https://learn.microsoft.com/powershell/scripting/developer/cmdlet/approved-verbs-for-windows-powershell-commands */
const APPROVED_VERBS =
  'Add Assert Backup Clear Close Compare Complete Confirm Connect Convert ConvertFrom ConvertTo Copy Disable Disconnect Enable ' +
  'Enter Exit ' +
  'Expand Export Find Format Get Import Initialize Install Invoke Join Measure Merge Mount Move New Open Out Publish Read ' +
  'Receive Register Remove Rename Repair Request Reset Resolve Restart Restore Resume Save Search Select Send Set Show Skip ' +
  'Split Start Step Stop Submit Suspend Switch Sync Test Trace Uninstall Unlock Unregister Update Use Wait Watch Write';

/** Commands of other modules on the machine: the AWS Tools for PowerShell, which AWS's Windows AMIs have. */
const MACHINE_COMMANDS = ['Get-ECRLoginCommand', 'Get-SECSecretValue'];

/** The commands that the scripts may use: all are in Windows PowerShell 5.1, and the rehearsal models each. */
const KNOWN_COMMANDS = [
  'Add-MpPreference',
  'ConvertFrom-Json',
  'ConvertTo-Json',
  'ForEach-Object',
  'Get-AppxPackage',
  'Get-AppxProvisionedPackage',
  'Get-ChildItem',
  'Get-Command',
  'Get-ContainerNetwork',
  'Get-Date',
  'Get-HnsNetwork',
  'Get-HotFix',
  'Get-ItemProperty',
  'Get-MpPreference',
  'Get-NetAdapter',
  'Get-PSDrive',
  'Get-Random',
  'Get-Service',
  'Import-Module',
  'Join-Path',
  'New-EventLog',
  'New-ItemProperty',
  'New-Object',
  'Remove-ContainerNetwork',
  'Remove-HnsNetwork',
  'Remove-Item',
  'Remove-ItemProperty',
  'Remove-MpPreference',
  'Select-Object',
  'Set-Service',
  'Set-StrictMode',
  'Sort-Object',
  'Split-Path',
  'Start-Sleep',
  'Test-Path',
  'Where-Object',
  'Write-EventLog',
  'Write-Host',
];

/** Rules by a script that breaks each, in the order in which they are found. */
const WRONG_SCRIPTS: readonly (readonly [script: string, findings: readonly string[]])[] = [
  ["'a' 'b'", ["1: Syntax Unexpected token ''b'' in expression or statement."]],
  ['$a = $b ? 1 : 2', ['1: NewSyntax ternary']],
  ['Get-Item a && Get-Item b', ['1: NewSyntax pipelineChain']],
  ['Get-Item a &', ['1: NewSyntax background']],
  ['${a}?.Length', ['1: NewSyntax nullConditional']],
  ['${a}?.Trim()', ['1: NewSyntax nullConditional']],
  ['${a}?[0]', ['1: NewSyntax nullConditional']],
  ['function Get-It { process { } clean { } }', ['1: NewSyntax cleanBlock']],
  ['$a ?? 1', ['1: NewSyntax nullCoalescing']],
  ['$a ??= 1', ['1: NewSyntax nullCoalescingAssignment']],
  ['$a = 1u, 2y, 3n', Array.from({ length: 3 }, () => '1: NewSyntax numberSuffix')],
  ['"`e[0m`u{e4}"', ['1: NewSyntax escape']],
  ['Get-Date -AsUTC -Format s', ['1: UnknownParameter Get-Date -AsUTC']],
  ['Test-Json', ['1: UnknownCommand Test-Json']],
  ['function Get-It { param($A) $A }\nGet-It -A 1 -B 2 -Verbose', ['2: UnknownParameter Get-It -B']],
  ['gci', ['1: Alias gci']],
  ['wget', ['1: Alias wget']],
  ['function Set-It { }', ['1: UseShouldProcessForStateChangingFunctions']],
  ['function Get-It { param($Unused) }', ['1: ReviewUnusedParameter']],
  ['function Get-Things { }', ['1: UseSingularNouns']],
  ['function Get-It { param([switch]$On = $true) $On }', ['1: AvoidDefaultValueSwitchParameter']],
  ['try { Get-Item a } catch { }', ['1: AvoidUsingEmptyCatchBlock']],
  ['$global:all = 1', ['1: AvoidGlobalVars']],
  ['$all -ne $null', ['1: PossibleIncorrectComparisonWithNull']],
  ['$input = 2', ['1: AvoidAssignmentToAutomaticVariable']],
  ["Write-Host 'x'", ['1: AvoidUsingWriteHost']],
  ["Invoke-Expression 'a'", ['1: AvoidUsingInvokeExpression']],
  ['Get-WmiObject a', ['1: AvoidUsingWMICmdlet']],
  ['Copy-Item a b c', ['1: AvoidUsingPositionalParameters']],
  // What none of the rules means.
  ['function Show-It { Write-Host \'x\' }\nShow-It\n$null -eq (0x1F + 1.5e3 + 2kb + 3l -1)\n"``e"', []],
];

const FILES = readdirSync(INSTANCE_SCRIPTS, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.ps[md]?1$/.test(file))
  .sort();
const MODULE = FILES.filter((file) => /^Winbake\/(Public|Private)\//.test(file));
const STEPS = FILES.filter((file) => /^(steps|verify)\//.test(file));
const read = (file: string): string => readFileSync(join(INSTANCE_SCRIPTS, file), 'utf8');

describe('the files of the instance scripts', () => {
  test('are the ones that the component documents name', () => {
    expect(STEPS).toEqual([
      'steps/Assert-Host.ps1',
      'steps/Assert-Sysprep.ps1',
      'steps/Assert-Update.ps1',
      'steps/Clear-Leftover.ps1',
      'steps/Get-DocumentKey.ps1',
      'steps/Initialize-Launch.ps1',
      'steps/Install-Update.ps1',
      'steps/Resume-Update.ps1',
      'steps/Save-Image.ps1',
      'steps/Select-ImageSet.ps1',
      'steps/Write-ImageManifest.ps1',
      'verify/Test-Image.ps1',
    ]);
  });

  test.each(FILES)('%s is ASCII with LF and ends in a newline', (file) => {
    const text = read(file);
    // Windows PowerShell reads a file without a byte order mark as ANSI.
    expect(text).toMatch(/^[\n\x20-\x7e]*\n$/);
    expect(text).not.toMatch(/[ \t]$/m);
  });

  test.each(STEPS)('%s opens with what it leaves and needs, and is short', (file) => {
    const lines = read(file).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^# Leaves: .+\.$/);
    expect(lines[1]).toMatch(/^# Needs: .+\.$/);
    expect(lines.length).toBeLessThanOrEqual(45);
    expect(lines).toEqual(
      expect.arrayContaining([
        'Set-StrictMode -Version Latest',
        "$ErrorActionPreference = 'Stop'",
        "$ProgressPreference = 'SilentlyContinue'",
      ]),
    );
  });

  test.each(STEPS)(
    '%s leaves a failure document where it fails or does not end, and none where it goes well',
    (file) => {
      const text = read(file);
      const name = basename(file, '.ps1');
      expect(text).toContain(
        `\n$step = @{ Name = '${name}'; WorkFolder = $WorkFolder }\ntry {\n    Enter-Step @step`,
      );
      expect(text).toMatch(/\n\}\ncatch \{\n {4}Write-Failure @step -ErrorRecord \$_\n {4}exit 1\n\}\n$/);
      const ends = [...text.matchAll(/^.*\n +exit (?:0|3010)$/gm)].map(([end]) => end);
      expect(ends.length).toBeGreaterThan(0);
      // What becomes part of a key is printed once nothing can fail any more.
      for (const end of ends.filter((one) => !one.includes('[Console]::Out.Write'))) {
        expect(end).toMatch(/^ +Exit-Step @step\n/);
      }
    },
  );

  test('only a report runs after the failure of another step', () => {
    const goOn = STEPS.flatMap((file) => {
      const [, after] = /Enter-Step @step -AfterFailureOf '([^']+)'/.exec(read(file)) ?? [];
      return after === undefined ? [] : [[basename(file, '.ps1'), after]];
    });
    expect(Object.fromEntries(goOn)).toEqual({ 'Get-DocumentKey': '*', 'Write-ImageManifest': 'Save-Image' });
  });

  test('the module sets the same preferences for its functions', () => {
    const text = read('Winbake/Winbake.psm1');
    expect(text).toContain("$ErrorActionPreference = 'Stop'");
    expect(text).toContain("$ProgressPreference = 'SilentlyContinue'");
  });

  test('native programs are started in one file, beside PowerShell’s own call, which checks nothing', () => {
    expect(FILES.filter((file) => read(file).includes('Diagnostics.Process]'))).toEqual([
      'Winbake/Private/Open-Native.ps1',
      // It stands alone, on hosts without the module.
      'host/Update-OwnImage.ps1',
    ]);
  });

  test('the module exports its public functions and nothing else', () => {
    const manifest = read('Winbake/Winbake.psd1');
    const exported = /FunctionsToExport\s*=\s*@\(([^)]*)\)/.exec(manifest)?.[1]?.match(/[\w-]+/g);
    expect(exported).toEqual(
      MODULE.filter((file) => file.includes('Public')).map((file) => basename(file, '.ps1')),
    );
    for (const kind of ['Cmdlets', 'Variables', 'Aliases']) {
      expect(manifest).toMatch(new RegExp(`${kind}ToExport\\s*=\\s*@\\(\\)`));
    }
  });
});

describeWithPowerShell('the syntax of the instance scripts', () => {
  const facts = new Map<string, ScriptFacts>();
  const of = (file: string): ScriptFacts => facts.get(file)!;
  const functions = (): FunctionFacts[] => [...facts.values()].flatMap((found) => found.functions);
  beforeAll(async () => {
    for (const found of await readScripts(INSTANCE_SCRIPTS, FILES, MACHINE_COMMANDS)) {
      facts.set(found.file, found);
    }
  });

  test('every file was parsed', () => {
    expect([...facts.keys()]).toEqual(FILES);
    expect(FILES.length).toBeGreaterThan(25);
  });

  test.each(FILES)('%s breaks no rule, and runs in Windows PowerShell 5.1', (file) => {
    expect(of(file).findings).toEqual([]);
  });

  test.each([...STEPS, 'Winbake/Winbake.psm1'])('%s is strict', (file) => {
    expect(of(file).strictModeLatest).toBe(true);
  });

  test.each(MODULE)('%s holds the one function that it is named after', (file) => {
    expect(of(file).functions.map((found) => found.name)).toEqual([basename(file, '.ps1')]);
  });

  test('functions are named by an approved verb, in one word each', () => {
    const verbs = new Set(APPROVED_VERBS.split(' '));
    const odd = functions().filter(({ name }) => {
      const [verb, noun] = name.split('-');
      return !verbs.has(verb ?? '') || !/^[A-Z][A-Za-z0-9]+$/.test(noun ?? '');
    });
    expect(odd).toEqual([]);
  });

  test('functions are short', () => {
    expect(functions().filter(({ lines }) => lines > 60)).toEqual([]);
  });

  test.each(MODULE.filter((file) => file.includes('Public')))('%s explains itself', (file) => {
    const found = of(file).functions[0]!;
    expect(found.synopsis).toMatch(/\.$/);
    expect(found.documented.map((name) => name.toLowerCase()).sort()).toEqual(
      found.parameters.map((name) => name.toLowerCase()).sort(),
    );
    expect({ examples: found.examples, outputs: found.outputs }).toEqual({ examples: 1, outputs: 1 });
  });

  test('no native program is called by its name', () => {
    // The one call by a variable is that of a script, which ends with .ps1.
    const script = { text: '$Path', function: 'Invoke-ForeignScript' };
    expect([...facts.values()].flatMap((found) => found.native)).toEqual([script]);
  });

  test('each rule bites', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'winbake-wrong-'));
    const names = WRONG_SCRIPTS.map((_, index) => `${index}.ps1`);
    WRONG_SCRIPTS.forEach(([script], index) => {
      writeFileSync(join(folder, `${index}.ps1`), script);
    });
    // Each by itself: a function of one script is a command of all that are read with it.
    const found = await Promise.all(names.map((name) => readScripts(folder, [name])));
    rmSync(folder, { recursive: true });
    expect(found.map(([one], index) => [WRONG_SCRIPTS[index]![0], one!.findings])).toEqual(WRONG_SCRIPTS);
  });

  test('what no rule is about is reported', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'winbake-facts-'));
    writeFileSync(join(folder, 'a.ps1'), 'Set-StrictMode -Version 2\n& docker ps\nexit 7\n');
    writeFileSync(join(folder, 'b.ps1'), 'Set-StrictMode -Version Latest\n. $file\n& "$place/x.ps1"\n');
    const found = await readScripts(folder, ['a.ps1', 'b.ps1'], ['docker']);
    rmSync(folder, { recursive: true });
    expect(found).toMatchObject([
      { strictModeLatest: false, native: [{ text: 'docker', function: '' }], exits: ['7'] },
      { strictModeLatest: true, native: [{ text: '"$place/x.ps1"' }], exits: [] },
    ]);
  });

  test('no command is used that the rehearsal does not model', () => {
    const own = functions().map((found) => found.name);
    const used = new Set([...facts.values()].flatMap((found) => found.commands));
    expect([...used].filter((name) => !own.includes(name)).sort()).toEqual(
      [...KNOWN_COMMANDS, ...MACHINE_COMMANDS].sort(),
    );
  });

  test('only steps exit, with 0, 3010 or 1', () => {
    for (const [file, found] of facts) {
      const restarts = file === 'steps/Install-Update.ps1' ? ['3010'] : [];
      const codes = STEPS.includes(file) ? [...restarts, '0', '1'] : [];
      expect({ file, codes: found.exits }).toEqual({ file, codes });
    }
  });
});
