import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { commands as COMMANDS_OF_5_1 } from '../../fixtures/windows-powershell-5.1.json';
import { BUILD_TIMEOUT, describeWithPowerShell, runHost } from '../support/power-shell';
import { INSTANCE_SCRIPTS } from '../support/run-cases';

interface FunctionFacts {
  readonly name: string;
  readonly lines: number;
  readonly parameters: readonly string[];
  readonly synopsis: string;
  readonly documented: readonly string[];
  readonly examples: number;
  readonly outputs: number;
}

interface Facts {
  readonly file: string;
  readonly errors: readonly object[];
  readonly newSyntax: readonly object[];
  readonly strictModeLatest: boolean;
  readonly functions: readonly FunctionFacts[];
  readonly commands: readonly string[];
  readonly uses: readonly {
    readonly name: string;
    readonly parameters: readonly string[];
    readonly line: number;
  }[];
  readonly analyzer: readonly object[];
  readonly native: readonly { readonly text: string; readonly function: string }[];
  readonly exits: readonly { readonly code: string }[];
}

/** https://learn.microsoft.com/powershell/scripting/developer/cmdlet/approved-verbs-for-windows-powershell-commands */
const APPROVED_VERBS =
  'Add Assert Backup Clear Close Compare Complete Confirm Connect Convert ConvertFrom ConvertTo Copy Disable Disconnect Enable ' +
  'Enter Exit ' +
  'Expand Export Find Format Get Import Initialize Install Invoke Join Measure Merge Mount Move New Open Out Publish Read ' +
  'Receive Register Remove Rename Repair Request Reset Resolve Restart Restore Resume Save Search Select Send Set Show Skip ' +
  'Split Start Step Stop Submit Suspend Switch Sync Test Trace Uninstall Unlock Unregister Update Use Wait Watch Write';

/** Commands of other modules on the machine: the AWS Tools for PowerShell, which AWS's Windows AMIs have. */
const MACHINE_COMMANDS = ['Get-ECRLoginCommand'];

/** The commands that the scripts may use: all are in Windows PowerShell 5.1, and the rehearsal models each. */
const KNOWN_COMMANDS = [
  'ConvertFrom-Json',
  'ConvertTo-Json',
  'ForEach-Object',
  'Get-AppxPackage',
  'Get-AppxProvisionedPackage',
  'Get-ChildItem',
  'Get-Command',
  'Get-Date',
  'Get-HotFix',
  'Get-ItemProperty',
  'Get-PSDrive',
  'Get-Random',
  'Get-Service',
  'Import-Module',
  'Join-Path',
  'New-EventLog',
  'New-ItemProperty',
  'New-Object',
  'Remove-Item',
  'Remove-ItemProperty',
  'Restart-Service',
  'Select-Object',
  'Set-Service',
  'Set-StrictMode',
  'Sort-Object',
  'Split-Path',
  'Start-Service',
  'Start-Sleep',
  'Stop-Service',
  'Test-Path',
  'Where-Object',
  'Write-EventLog',
  'Write-Host',
];

/** https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_commonparameters?view=powershell-5.1 */
const COMMON_PARAMETERS = [
  'Debug',
  'ErrorAction',
  'ErrorVariable',
  'OutVariable',
  'Verbose',
  'WarningAction',
];

/** The commands that neither 5.1 nor the scripts themselves have, and parameters that their commands do not have. */
function strangers(uses: Facts['uses'], own: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return uses.flatMap(({ name, parameters, line }) => {
    const known = own.get(name) ?? (COMMANDS_OF_5_1 as Readonly<Record<string, readonly string[]>>)[name];
    if (known === undefined) {
      return MACHINE_COMMANDS.includes(name) || name.endsWith('.ps1') ? [] : [`${line}: ${name}`];
    }
    const names = [...known, ...COMMON_PARAMETERS];
    return parameters.filter((given) => !names.includes(given)).map((given) => `${line}: ${name} -${given}`);
  });
}

/** One line for each rule that the tree alone shows, in their order. */
const WRONG_SCRIPT = `function Set-Thing { param($Unused) }
function Get-Things { param([switch]$On = $true) $On }
try { Get-Item a } catch { }
$global:all = 1
if ($all -eq $null) { Write-Host 'x' }
$input = 2
Invoke-Expression 'a'
Get-WmiObject a
Copy-Item a b c
`;
const WRONG_RULES = [
  'UseShouldProcessForStateChangingFunctions',
  'ReviewUnusedParameter',
  'UseSingularNouns',
  'AvoidDefaultValueSwitchParameter',
  'AvoidUsingEmptyCatchBlock',
  'AvoidGlobalVars',
  'PossibleIncorrectComparisonWithNull',
  'AvoidUsingWriteHost',
  'AvoidAssignmentToAutomaticVariable',
  'AvoidUsingInvokeExpression',
  'AvoidUsingWMICmdlet',
  'AvoidUsingPositionalParameters',
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

describeWithPowerShell(
  'the syntax of the instance scripts',
  () => {
    const facts = new Map<string, Facts>();
    const of = (file: string): Facts => facts.get(file)!;
    const functions = (): FunctionFacts[] => [...facts.values()].flatMap((found) => found.functions);
    beforeAll(async () => {
      const { stdout, stderr, exitCode } = await runHost(['--parse', ...FILES], INSTANCE_SCRIPTS);
      if (exitCode !== 0) {
        throw new Error(stderr);
      }
      for (const found of JSON.parse(stdout) as Facts[]) {
        facts.set(found.file, found);
      }
    }, BUILD_TIMEOUT);

    test('every file was parsed', () => {
      expect([...facts.keys()]).toEqual(FILES);
      expect(FILES.length).toBeGreaterThan(25);
    });

    test.each(FILES)('%s parses, in Windows PowerShell 5.1 too', (file) => {
      expect(of(file)).toMatchObject({ errors: [], newSyntax: [] });
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
      const script = { text: '$Path', function: 'Invoke-ForeignScript', line: expect.any(Number) };
      expect([...facts.values()].flatMap((found) => found.native)).toEqual([script]);
    });

    test.each(FILES)('%s uses commands and parameters that Windows PowerShell 5.1 has', (file) => {
      const own = new Map(functions().map(({ name, parameters }) => [name, parameters] as const));
      const wrong = strangers(of(file).uses, own);
      expect(wrong).toEqual([]);
    });

    test('commands and parameters that came later are found', () => {
      const uses = [
        { name: 'Get-Date', parameters: ['AsUTC', 'Format'], line: 1 },
        { name: 'Test-Json', parameters: [], line: 2 },
        { name: 'Get-Item', parameters: ['Path', 'ErrorAction'], line: 3 },
        { name: 'Own-Thing', parameters: ['Mine', 'Other'], line: 4 },
      ];
      const own = new Map([['Own-Thing', ['Mine']]]);
      expect(strangers(uses, own)).toEqual(['1: Get-Date -AsUTC', '2: Test-Json', '4: Own-Thing -Other']);
    });

    test.each(FILES)('%s gives an analyzer nothing to say', (file) => {
      expect(of(file).analyzer).toEqual([]);
    });

    test('the rules of the analyzer bite', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'winbake-analyzer-'));
      writeFileSync(join(folder, 'wrong.ps1'), WRONG_SCRIPT);
      const { stdout } = await runHost(['--parse', 'wrong.ps1'], folder);
      rmSync(folder, { recursive: true });
      const [found] = JSON.parse(stdout) as { readonly analyzer: readonly { readonly rule: string }[] }[];
      expect(found!.analyzer.map(({ rule }) => rule)).toEqual(WRONG_RULES);
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
        const codes = found.exits.map((exit) => exit.code);
        const restarts = file === 'steps/Install-Update.ps1' ? ['3010'] : [];
        expect({ file, codes }).toEqual({ file, codes: STEPS.includes(file) ? [...restarts, '0', '1'] : [] });
      }
    });
  },
  ['dotnet'],
);
