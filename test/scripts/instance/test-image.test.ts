import { digestOf, GOOD_DOCKER, IMAGE_SET, inspectAnswer } from '../support/documents';
import type { DockerAnswer } from '../support/fake-docker';
import { BUILD_TIMEOUT, describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine, type PretendedMachineOptions } from '../support/pretended-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

const MANIFEST = {
  schema: 'winbake.image-manifest/1',
  order: 'bake-7',
  host: { osVersion: '10.0.20348.4294' },
  images: IMAGE_SET.images.map((image, index) => ({ ...image, imageId: digestOf(10 + index) })),
};

function step(faults: readonly DockerAnswer[] = [], options: PretendedMachineOptions = {}): ScriptCase {
  const documents = { 'image-manifest.json': MANIFEST };
  const machine = makeMachine({ documents, docker: [...faults, ...GOOD_DOCKER], ...options });
  return { script: 'verify/Test-Image.ps1', machine };
}

interface Verification {
  readonly order: string;
  readonly images: readonly object[];
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

describeWithPowerShell('Test-Image', () => {
  const result = runTable(
    {
      good: step(),
      otherHost: step([], { host: hostState({ ubr: 4300 }) }),
      missing: step([
        { call: 'image inspect */iis*', exitCode: 1, stderr: 'Error response from daemon: No such image' },
        { call: 'run *iis*', exitCode: 125, stderr: 'Unable to find image locally' },
      ]),
      otherId: step([{ call: 'image inspect */iis*', stdout: inspectAnswer(1, { Id: digestOf(5) }) }]),
      otherDigest: step([{ call: 'image inspect */iis*', stdout: inspectAnswer(1, { RepoDigests: [] }) }]),
      secondStartFails: step([
        { call: 'run *iis*', stdout: 'ok', times: 1 },
        { call: 'run *iis*', exitCode: 1, stderr: 'hcs: 0xc0370106' },
      ]),
      noManifest: step([], { documents: {} }),
    },
    BUILD_TIMEOUT,
  );
  const failedChecks = (name: Parameters<typeof result>[0]): string[] =>
    (result(name).machine.read('verification.json') as Verification).checks
      .filter((check) => !check.ok)
      .map((check) => check.name);

  test('passes and records both starts of every family', () => {
    const { exitCode, stderr, machine } = result('good');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const verification = machine.read('verification.json') as Verification;
    expect(verification).toMatchObject({
      schema: 'winbake.verification/1',
      order: 'bake-7',
      host: { osVersion: '10.0.20348.4294' },
      images: IMAGE_SET.images.map(({ family, digest }) => ({
        family,
        present: true,
        digest,
        firstStartSeconds: expect.any(Number),
        secondStartSeconds: expect.any(Number),
      })),
    });
    expect(verification.checks.map((check) => check.name)).toEqual([
      'host',
      'image servercore',
      'container servercore',
      'image iis',
      'container iis',
    ]);
    expect(verification.checks.at(-1)?.detail).toBe('Microsoft Windows [Version 10.0.20348.4294]');
  });

  test('starts containers process-isolated, without a pull and without the image’s entry point', () => {
    const runs = result('good')
      .machine.calls()
      .filter((call) => call.startsWith('run'));
    const run =
      'run --rm --pull=never --isolation=process --entrypoint cmd mcr.microsoft.com/windows/servercore';
    expect(runs).toEqual([
      `${run}:ltsc2022 /c ver`,
      `${run}:ltsc2022 /c ver`,
      `${run}/iis:windowsservercore-ltsc2022 /c ver`,
      `${run}/iis:windowsservercore-ltsc2022 /c ver`,
    ]);
  });

  test.each([
    ['otherHost', ['host'], /host: is 10\.0\.20348\.4300, baked as 10\.0\.20348\.4294/],
    ['missing', ['image iis', 'container iis'], /image iis: .*No such image/],
    ['otherId', ['image iis'], /has the id sha256:5+, not sha256:b+/],
    ['otherDigest', ['image iis'], /lacks the digest sha256:3+/],
    ['secondStartFails', ['container iis'], /container iis: .*0xc0370106/],
    ['noManifest', ['manifest'], /manifest: .*image-manifest\.json' is missing/],
  ] as const)('fails, says why, and writes the verification all the same: %s', (name, checks, message) => {
    const { exitCode, stderr } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(failedChecks(name)).toEqual(checks);
  });

  test('records what could be measured', () => {
    expect(result('missing').machine.read('verification.json')).toMatchObject({
      images: [{}, { present: false, firstStartSeconds: null, secondStartSeconds: null }],
    });
    expect(result('secondStartFails').machine.read('verification.json')).toMatchObject({
      images: [{}, { present: true, firstStartSeconds: expect.any(Number), secondStartSeconds: null }],
    });
  });

  test('without a manifest it still names the host', () => {
    expect(result('noManifest').machine.read('verification.json')).toMatchObject({
      order: 'unknown',
      host: { osVersion: '10.0.20348.4294' },
      images: [],
    });
  });
});
