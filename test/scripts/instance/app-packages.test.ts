import { describeWithPowerShell } from '../support/power-shell';
import { runTable, type ScriptCase } from '../support/run-cases';
import { hostState, makeMachine } from '../support/simulated-machine';

/** An app package as scripts/simulated-windows/Packages.ps1 describes it. */
interface AppPackage {
  readonly name: string;
  /** Whether a user has it, or the state in which one does. */
  readonly installed?: boolean | string;
  readonly provisioned?: true;
  readonly version?: string;
  readonly provisionedVersion?: string;
  /** Of the bundle that it came in. */
  readonly bundleVersion?: string;
  readonly framework?: true;
  readonly system?: true;
}

function withPackages(...packages: readonly AppPackage[]): ScriptCase {
  const appPackages = packages.map((one) => ({ installed: true, provisioned: false, ...one }));
  return {
    script: 'steps/Assert-Sysprep.ps1',
    machine: makeMachine({ host: hostState({ appPackages }) }),
  };
}

const provisioned = true;

/** What sysprep takes as it is, or what nobody can judge. */
const HARMLESS: readonly AppPackage[] = [
  { name: 'Provisioned', provisioned },
  { name: 'Framework', framework: true },
  { name: 'Windows', system: true },
  { name: 'Nobody', installed: false },
  // An update that somebody refused, or that no user has yet.
  { name: 'Refused', installed: 'NotInstalled' },
  { name: 'Staged', installed: 'Staged' },
  { name: 'Older', provisioned, version: '1.9.0.0', provisionedVersion: '1.10.0.0' },
  { name: 'Short', provisioned, version: '1.2.0.0', provisionedVersion: '1.2' },
  { name: 'One', provisioned, version: '3.0.0.0', provisionedVersion: '3' },
  { name: 'Odd', provisioned, version: '2.0.0.0', provisionedVersion: '' },
  // The package in a bundle has a version of its own.
  {
    name: 'Bundle',
    provisioned,
    version: '9000.0.0.0',
    bundleVersion: '2025.1.0.0',
    provisionedVersion: '2025.1.0.0',
  },
];

const STOPS = {
  personal: [
    withPackages({ name: 'Subsystem' }),
    /The app package Subsystem_1\.0\.0\.0_\S+ is installed for a user and not provisioned/,
  ],
  removed: [
    withPackages({ name: 'Going', installed: 'Installed(pending removal)' }),
    /The app package Going_1\.0\.0\.0_\S+ is installed for a user and not provisioned/,
  ],
  updated: [
    withPackages({ name: 'Edge', provisioned, version: '10.2.0.0', provisionedVersion: '9.9.9.9' }),
    /The app package Edge_10\.2\.0\.0_\S+ was updated for a user, and 9\.9\.9\.9 is provisioned for all\./,
  ],
  updatedShort: [
    withPackages({ name: 'Tiles', provisioned, version: '1.2.1', provisionedVersion: '1.2' }),
    /The app package Tiles_1\.2\.1_\S+ was updated for a user, and 1\.2 is provisioned for all\./,
  ],
  updatedBundle: [
    withPackages({
      name: 'Store',
      provisioned,
      version: '3.0.0.0',
      bundleVersion: '2025.2.0.0',
      provisionedVersion: '2025.1.0.0',
    }),
    /The app package Store_2025\.2\.0\.0_neutral_~_\S+ was updated for a user, and 2025\.1\.0\.0 is/,
  ],
} as const;

describeWithPowerShell('app packages before sysprep', () => {
  const stops = Object.fromEntries(Object.entries(STOPS).map(([name, [one]]) => [name, one]));
  const result = runTable<string>({ harmless: withPackages(...HARMLESS), ...stops });

  test('what sysprep takes stops nothing', () => {
    const { exitCode, stderr } = result('harmless');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('a version that cannot be read is said, once', () => {
    expect(result('harmless').stdout.filter((line) => line.includes('cannot be compared'))).toEqual([
      expect.stringMatching(/ Odd_2\.0\.0\.0_\S+ cannot be compared with what is provisioned for all, ''\.$/),
    ]);
  });

  test.each(Object.entries(STOPS))('what sysprep refuses is named in one line: %s', (name, [, message]) => {
    const { exitCode, stderr } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(stderr).toMatch(/^Assert-Sysprep: Sysprep would fail\. [^\n]+\n$/);
  });
});
