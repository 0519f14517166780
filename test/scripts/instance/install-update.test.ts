import { join } from 'node:path';
import { evaluate } from '../support/evaluate';
import { describeWithPowerShell, requirePowerShell } from '../support/power-shell';
import { hostState, makeMachine, type SimulatedMachine } from '../support/simulated-machine';
import { runSequences, type ScriptCase, type ScriptResult } from '../support/run-cases';

const RESTART = join(__dirname, '..', 'support', 'restart.ps1');

/** One update on offer, as scripts/simulated-windows/Updates.ps1 describes it. */
interface Offer {
  readonly kb: string;
  readonly title: string;
  readonly category: string;
  readonly optional?: true;
  /** Windows installs it with no other at the same time. */
  readonly exclusive?: true;
  readonly revision?: number;
  readonly build?: string;
  readonly fails?: 'download' | 'install';
  /** It is done with errors that do not matter. */
  readonly warns?: 'download' | 'install';
}

const CUMULATIVE: Offer = {
  kb: 'KB5066782',
  title: '2025-10 Cumulative Update',
  category: 'SecurityUpdates',
  revision: 4294,
};
const CRITICAL: Offer = { kb: 'KB5000001', title: 'A critical one', category: 'CriticalUpdates' };
const PREVIEW: Offer = {
  kb: 'KB5066999',
  title: '2025-10 Preview',
  category: 'Updates',
  optional: true,
  revision: 4346,
};
const FRAMEWORK: Offer = { kb: 'KB5066136', title: '.NET Framework', category: 'Updates' };
const DEFINITION: Offer = { kb: 'KB2267602', title: 'Definitions', category: 'DefinitionUpdates' };
const UPGRADE: Offer = {
  kb: 'KB5050000',
  title: 'Windows Server 2025',
  category: 'Upgrades',
  build: '26100',
};
const EVERYTHING = [UPGRADE, CUMULATIVE, CRITICAL, PREVIEW, DEFINITION, FRAMEWORK];

interface Settings {
  readonly offers?: readonly Offer[];
  readonly host?: object;
  readonly parameters?: object;
  /** How often the step runs, with a restart between two runs. */
  readonly runs?: number;
  /** Without the restarts in between, as when it was cut short. */
  readonly noRestart?: true;
  readonly documents?: Readonly<Record<string, unknown>>;
}

function bake({ offers = [], host = {}, parameters = {}, runs = 1, noRestart, documents = {} }: Settings) {
  const machine = makeMachine({
    host: hostState({
      ubr: 4171,
      services: { docker: 'Running', wuauserv: 'Running', UsoSvc: 'Running' },
      startTypes: { wuauserv: 'Manual' },
      ...host,
    }),
    documents,
    beside: { 'offered-updates.json': offers },
  });
  const step: ScriptCase = {
    script: 'steps/Install-Update.ps1',
    parameters: { ExpectedBuild: 20348, PauseSeconds: 0.01, ...parameters },
    machine,
  };
  const restart: ScriptCase = { script: RESTART, machine };
  return Array.from({ length: runs }, (_, index) =>
    index === 0 || noRestart === true ? [step] : [restart, step],
  ).flat();
}

/** One fault of Windows Update, and as many runs as it takes to be up to date all the same. */
function once(fault: object, runs = 2): readonly ScriptCase[] {
  return bake({ offers: [CUMULATIVE], host: { updateFaults: [fault] }, runs });
}

const CASES = {
  nothing: bake({}),
  security: bake({ offers: EVERYTHING, runs: 2 }),
  all: bake({ offers: EVERYTHING, runs: 2, parameters: { Policy: 'all' } }),
  none: bake({ offers: EVERYTHING, parameters: { Policy: 'none' } }),
  noneButOne: bake({
    offers: EVERYTHING,
    runs: 2,
    parameters: { Policy: 'none', Include: 'kb5066999, KB1234567' },
  }),
  included: bake({ offers: EVERYTHING, runs: 2, parameters: { Include: 'KB5066999' } }),
  excluded: bake({ offers: EVERYTHING, runs: 2, parameters: { Exclude: 'KB5066782,KB5000001' } }),
  excludedBeatsIncluded: bake({
    offers: [CUMULATIVE],
    parameters: { Include: 'KB5066782', Exclude: 'KB5066782' },
  }),
  pendingBefore: bake({ host: { pendingReboot: 'RebootPending' }, runs: 2 }),
  cutShort: bake({ offers: [CUMULATIVE], runs: 3, noRestart: true }),
  renamed: bake({
    host: { pendingFileRenames: ['\\??\\C:\\a', '\\??\\C:\\Windows\\System32\\a.dll'] },
    runs: 2,
  }),
  // Asked for again after its restart, as some keys are for ever: it is said once.
  staysInProgress: bake({ host: { pendingReboot: 'RebootInProgress' }, runs: 2, noRestart: true }),
  emptyKey: bake({ host: { pendingReboot: 'PackagesPending/' } }),
  heldAlready: bake({
    offers: [CUMULATIVE],
    host: { startTypes: { wuauserv: 'Disabled', UsoSvc: 'Disabled' } },
    documents: {
      'update-service.json': {
        schema: 'winbake.update-service/1',
        services: [
          { name: 'UsoSvc', startType: 'Automatic' },
          { name: 'wuauserv', startType: 'Manual' },
        ],
      },
    },
    runs: 2,
  }),
  endless: bake({ host: { pendingReboot: 'RebootPending' }, runs: 6, noRestart: true }),
  upgraded: bake({
    offers: [{ ...UPGRADE, category: 'SecurityUpdates' }],
    parameters: { ExpectedBuild: 20348 },
    runs: 2,
  }),
  searchThrows: once({ phase: 'search', left: 6, code: '0x8024401C' }),
  searchTimesOut: once({ phase: 'search', left: 2, code: '0x80072EE2' }),
  // An empty list of a search that did not succeed is no proof that nothing is missing.
  searchIncomplete: once({ phase: 'search', left: 1, resultCode: 3 }),
  searchAborted: once({ phase: 'search', left: 1, resultCode: 5 }),
  searchStuck: once({ phase: 'search', left: 7, code: '0x80240009' }, 3),
  downloadCut: once({ phase: 'download', left: 1, code: '0x80072EFE', kb: CUMULATIVE.kb }),
  downloadThrows: once({ phase: 'download', left: 3, code: '0x80240016' }),
  downloadLate: once({ phase: 'download', left: 4, code: '0x80072EFE', kb: CUMULATIVE.kb }, 3),
  installThrows: once({ phase: 'install', left: 1, code: '0x80240016' }, 3),
  installStopped: once({ phase: 'install', left: 1, code: '0x8024001E', kb: CUMULATIVE.kb }, 3),
  restartFirst: once({ phase: 'restart', left: 1 }, 3),
  wantsRestart: bake({
    offers: [CUMULATIVE, CRITICAL],
    host: { updateFaults: [{ phase: 'install', left: 1, code: '0x80070BC9', kb: CRITICAL.kb }] },
    runs: 3,
  }),
  installAborted: once({ phase: 'install', left: 1, resultCode: 5, kb: CUMULATIVE.kb }, 3),
  // As when another program holds a file of it.
  installDenied: once({ phase: 'install', left: 1, code: '0x80070005', kb: CUMULATIVE.kb }, 3),
  exclusive: bake({ offers: [CUMULATIVE, { ...CRITICAL, exclusive: true }], runs: 3 }),
  downloadFails: bake({ offers: [{ ...CUMULATIVE, fails: 'download' }], runs: 2 }),
  downloadWarns: bake({ offers: [{ ...CUMULATIVE, warns: 'download' }], runs: 2 }),
  installWarns: bake({ offers: [{ ...CUMULATIVE, warns: 'install' }], runs: 2 }),
  installFails: bake({ offers: [CRITICAL, { ...CUMULATIVE, fails: 'install' }], runs: 2 }),
  unreachable: bake({ host: { updateFaults: [{ phase: 'search', left: 99, code: '0x8024402C' }] }, runs: 2 }),
  incomplete: bake({ host: { updateFaults: [{ phase: 'search', left: 99, resultCode: 3 }] }, runs: 2 }),
  forbidden: bake({ host: { updateFaults: [{ phase: 'search', left: 99, code: '0x8024002E' }] } }),
  unknownCode: bake({
    offers: [CUMULATIVE],
    host: { updateFaults: [{ phase: 'install', left: 9, code: '0x80049999', kb: CUMULATIVE.kb }] },
    runs: 2,
  }),
  otherBuild: bake({ host: { currentBuild: '17763' } }),
  badList: bake({ parameters: { Exclude: '5066782' } }),
} as const;

type Name = keyof typeof CASES;

describeWithPowerShell('Install-Update', () => {
  let results: Readonly<Record<Name, readonly ScriptResult[]>>;
  const machineOf = (name: Name): SimulatedMachine => CASES[name][0]!.machine;
  /** The runs of the step itself. */
  const runsOf = (name: Name): readonly ScriptResult[] =>
    results[name].filter((_, index) => CASES[name][index]!.script !== RESTART);
  const codesOf = (name: Name): readonly number[] => runsOf(name).map(({ exitCode }) => exitCode);
  const errorOf = (name: Name): string => runsOf(name).at(-1)!.stderr;
  const record = (name: Name) =>
    machineOf(name).read('updates.json') as {
      readonly rounds: number;
      readonly installed: readonly { readonly kb: string }[];
    };
  const installed = (name: Name): readonly string[] => record(name).installed.map(({ kb }) => kb);
  beforeAll(async () => {
    results = await runSequences(CASES);
  });

  test.each<[Name, readonly string[]]>([
    ['nothing', []],
    ['security', ['KB5066782', 'KB5000001']],
    ['all', ['KB5066782', 'KB5000001', 'KB2267602', 'KB5066136']],
    ['none', []],
    ['noneButOne', ['KB5066999']],
    ['included', ['KB5066782', 'KB5000001', 'KB5066999']],
    ['excluded', []],
    ['excludedBeatsIncluded', []],
  ])('%s installs %j and nothing else', (name, updates) => {
    expect(installed(name)).toEqual(updates);
    expect(codesOf(name).at(-1)).toBe(0);
  });

  test('after an installation it wants a restart, looks again, and is done when nothing is left', () => {
    expect(codesOf('security')).toEqual([3010, 0]);
    expect(machineOf('security').host()).toMatchObject({ ubr: 4294, pendingReboot: false });
    expect(runsOf('security')[1]!.stdout.at(-1)).toMatch(
      / Windows is at 10\.0\.20348\.4294; nothing that the policy 'security' takes is missing\.$/,
    );
  });

  test('each update on offer is named on a line of its own, taken or left', () => {
    const lines = runsOf('security')[0]!.stdout.map((line) => line.replace(/^\S+Z /, ''));
    expect(lines.slice(0, 6)).toEqual([
      'Leaves KB5050000 Windows Server 2025',
      'Takes KB5066782 2025-10 Cumulative Update',
      'Takes KB5000001 A critical one',
      'Leaves KB5066999 2025-10 Preview',
      'Leaves KB2267602 Definitions',
      'Leaves KB5066136 .NET Framework',
    ]);
    expect(lines.at(-1)).toBe('Restarts for: KB5066782, KB5000001 (round 1 of 5)');
  });

  test.each<[Name, readonly number[]]>([
    ['nothing', [0]],
    ['pendingBefore', [3010, 0]],
    // Without a restart in between it asks for one again, and installs nothing twice.
    ['cutShort', [3010, 3010, 3010]],
    // Files that wait for a restart get one restart; whoever asks for it again at each start stops no bake.
    ['renamed', [3010, 0]],
    ['staysInProgress', [3010, 0]],
    ['emptyKey', [0]],
    ['heldAlready', [3010, 0]],
  ])('%s ends with %j', (name, codes) => {
    expect(codesOf(name)).toEqual(codes);
    expect(runsOf(name).map(({ stderr }) => stderr)).toEqual(codes.map(() => ''));
  });

  test('an installation that was cut short is not made again', () => {
    expect(installed('cutShort')).toEqual(['KB5066782']);
  });

  test('the update services are held once Windows is up to date, and not before', () => {
    expect(machineOf('cutShort').host()).toMatchObject({ services: { wuauserv: 'Running' } });
    for (const name of ['security', 'heldAlready'] as const) {
      expect(machineOf(name).host()).toMatchObject({
        services: { wuauserv: 'Stopped', UsoSvc: 'Stopped' },
        startTypes: { wuauserv: 'Disabled', UsoSvc: 'Disabled' },
      });
      expect(machineOf(name).read('update-service.json')).toMatchObject({
        services: [
          { name: 'UsoSvc', startType: 'Automatic' },
          { name: 'wuauserv', startType: 'Manual' },
        ],
      });
    }
  });

  test.each<[Name, readonly number[]]>([
    ['searchThrows', [3010, 0]],
    ['searchTimesOut', [3010, 0]],
    ['downloadWarns', [3010, 0]],
    ['installWarns', [3010, 0]],
    ['searchIncomplete', [3010, 0]],
    ['searchAborted', [3010, 0]],
    ['searchStuck', [3010, 3010, 0]],
    ['downloadCut', [3010, 0]],
    ['downloadThrows', [3010, 0]],
    ['downloadLate', [3010, 3010, 0]],
    ['installThrows', [3010, 3010, 0]],
    ['installStopped', [3010, 3010, 0]],
    ['restartFirst', [3010, 3010, 0]],
    ['wantsRestart', [3010, 3010, 0]],
    ['installDenied', [3010, 3010, 0]],
    ['installAborted', [3010, 3010, 0]],
    ['exclusive', [3010, 3010, 0]],
  ])('a passing fault ends no bake: %s ends with %j, and Windows is up to date', (name, codes) => {
    expect(codesOf(name)).toEqual(codes);
    expect(machineOf(name).host()).toMatchObject({ ubr: 4294, pendingReboot: false });
    expect(installed(name)).toContain(CUMULATIVE.kb);
  });

  test('an update beside a failed one is installed, and the failed one after the restart', () => {
    expect(installed('wantsRestart')).toEqual([CUMULATIVE.kb, CRITICAL.kb]);
    expect(runsOf('wantsRestart')[0]!.stdout.at(-1)).toMatch(/Restarts for: KB5066782, failed KB5000001 \(/);
  });

  test('an update that goes with no other is installed alone, and before the others', () => {
    expect(installed('exclusive')).toEqual([CRITICAL.kb, CUMULATIVE.kb]);
    expect(runsOf('exclusive')[0]!.stdout.at(-1)).toMatch(/Restarts for: KB5000001 \(round 1 of 5\)$/);
  });

  test('an update that ends without a code of an error says how it ended', () => {
    expect(runsOf('installAborted')[0]!.stdout).toContainEqual(
      expect.stringMatching(/ The install of KB5066782 failed with the result code 5, aborted\.$/),
    );
  });

  test('a code that is not in the table says at least what part of Windows it comes from', async () => {
    const codes: readonly (readonly [code: string, meaning: string])[] = [
      ['0x8024401B', 'the server of Windows Update, or the way to it, failed'],
      ['0x80244007', 'the server of Windows Update, or the way to it, failed'],
      ['0x8024502D', 'the server of Windows Update, or the way to it, failed'],
      ['0x80246009', 'a download failed'],
      ['0x80200053', 'a download failed'],
      ['0x80D02002', 'a download failed'],
      ['0x80190194', 'a server answered with HTTP 404'],
      ['0x80072F76', 'a connection failed'],
      ['0x8024200B', 'the installer of the update failed'],
      ['0x80242017', 'the installer of the update failed'],
      ['0x80248007', 'what Windows Update keeps on this machine is damaged or in use'],
      ['0x8024D009', 'the agent of Windows Update could not be renewed'],
      ['0x800F0831', 'servicing of Windows failed'],
      ['0x800B0109', 'a signature or certificate was not accepted'],
      ['0x80070643', 'the installer of the update failed'],
      ['0x800705B4', 'Windows failed with its error 1460'],
      ['0x80240FFF', 'the agent of Windows Update failed'],
      ['0x80049999', 'see the list of error codes of Windows Update'],
    ];
    const module = join(__dirname, '..', '..', '..', 'scripts', 'instance', 'Winbake', 'Winbake.psd1');
    const evaluated = await evaluate(
      await requirePowerShell(),
      codes.map(([code]) => `& (Import-Module '${module}' -PassThru) { Format-UpdateError -Code ${code} }`),
    );
    expect(evaluated).toEqual(
      codes.map(([code, meaning]) => ({ output: [`${code}, ${meaning}.`], error: '' })),
    );
  });

  test.each<[Name, string, RegExp]>([
    ['security', 'Install', /Install of 2 updates took \d+ s$/],
    ['security', 'Download', /Download of 2 updates took \d+ s$/],
    ['installFails', 'Install', /Install of 1 updates took \d+ s, and 1 failed$/],
  ])('%s says how many updates %s took, and how many failed only where some did', (name, work, line) => {
    const [first] = runsOf(name)[0]!.stdout.filter((one) => one.includes(`${work} of `));
    expect(first?.trim()).toMatch(line);
  });

  test('the pauses between searches grow', () => {
    const pauses = runsOf('searchThrows')[0]!.stdout.flatMap((line) => {
      const [, pause] =
        / of 7 failed, the next in ([\d.]+) s\. Windows Update .*server is busy/.exec(line) ?? [];
      return pause === undefined ? [] : [Number(pause)];
    });
    expect(pauses).toHaveLength(6);
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(0.01 * 2 ** index);
      expect(pause).toBeLessThanOrEqual(0.015 * 2 ** index + 0.01);
    }
  });

  test.each<[Name, readonly number[]]>([
    ['downloadFails', [3010, 1]],
    ['installFails', [3010, 1]],
    ['unreachable', [3010, 1]],
    ['incomplete', [3010, 1]],
    ['unknownCode', [3010, 1]],
    ['forbidden', [1]],
  ])('what fails again after a restart ends the bake, and what none can heal at once: %s', (name, codes) => {
    expect(codesOf(name)).toEqual(codes);
  });

  test.each<[Name, RegExp]>([
    ['endless', /wants a restart after each of 5 rounds of updates; now for: RebootPending\./],
    [
      'upgraded',
      /is 10\.0\.26100\.4171, before its updates it was 10\.0\.20348\.4171, .*exclude the upgrade/,
    ],
    [
      'downloadFails',
      /a restart did not help: download of KB5066782 failed with 0x80240017, it does not apply to/,
    ],
    [
      'installFails',
      /a restart did not help: install of KB5066782 failed with 0x800F0922, Windows rolled .* back\. \(UPDATE_FAILED/,
    ],
    [
      'unreachable',
      /could not be searched: 0x8024402C, the name of the server, or of a proxy, is not known\. Has the/,
    ],
    [
      'incomplete',
      /could not be searched: it ended with the result code 3, not 2\. Has the build instance a route/,
    ],
    ['forbidden', /could not be searched: 0x8024002E, a policy forbids Windows Update\./],
    [
      'unknownCode',
      /install of KB5066782 failed with 0x80049999, see the list of error codes of Windows Update\. \(/,
    ],
    ['otherBuild', /is 10\.0\.17763\.4171, .* bakes build 20348\. Take a base image of that release/],
    ['badList', /A list of updates is such as KB5066782,KB5066136, or none; got: '5066782'/],
  ])('fails in one line: %s', (name, message) => {
    expect(codesOf(name).at(-1)).toBe(1);
    expect(errorOf(name)).toMatch(message);
    expect(errorOf(name)).toMatch(/^Install-Update: [^\n]+\n$/);
  });
});
