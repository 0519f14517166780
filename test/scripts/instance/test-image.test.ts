import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requiredChecks } from '../../../lib/contract/documents/evidence';
import { digestOf, GOOD_DOCKER, IMAGE_SET, inspectAnswer } from '../support/documents';
import type { DockerAnswer } from '../support/fake-docker';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine, type SimulatedMachineOptions } from '../support/simulated-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

const MANIFEST = {
  schema: 'winbake.image-manifest/1',
  order: 'bake-7',
  host: { osVersion: '10.0.20348.4294' },
  images: IMAGE_SET.images.map((image, index) => ({ ...image, imageId: digestOf(10 + index) })),
};

/** An app's image of the AMI, and what docker says of it. */
const SHOP = {
  family: 'shop@extra',
  repository: 'shop.azurecr.io/web',
  tag: '7',
  aliases: [],
  digest: digestOf(7),
  platformDigest: digestOf(8),
  imageId: digestOf(9),
  osVersion: '10.0.20348.4171',
  mode: 'nearestLower',
};
const inspectedShop: DockerAnswer = {
  call: 'image inspect shop.azurecr.io/web:7',
  stdout: inspectAnswer(1, {
    Id: SHOP.imageId,
    RepoDigests: [`${SHOP.repository}@${SHOP.platformDigest}`],
    OsVersion: SHOP.osVersion,
  }),
};
const withShop = (docker: readonly DockerAnswer[] = []): ScriptCase =>
  step([...docker, inspectedShop, { call: 'run *shop*', exitCode: 1, stderr: 'no database' }], {
    documents: { 'image-manifest.json': { ...MANIFEST, images: [...MANIFEST.images, SHOP] } },
  });

/** Docker before it listens. */
const down: DockerAnswer = { call: '*', exitCode: 1, stderr: 'error during connect' };

function step(
  faults: readonly DockerAnswer[] = [],
  options: SimulatedMachineOptions = {},
  DockerWaitSeconds = 5,
): ScriptCase {
  const documents = { 'image-manifest.json': MANIFEST };
  const machine = makeMachine({ documents, docker: [...faults, ...GOOD_DOCKER], ...options });
  return { script: 'verify/Test-Image.ps1', machine, parameters: { StartSeconds: 20, DockerWaitSeconds } };
}

/** A first boot, whose Docker may take some time. */
function firstBoot(seconds: number, faults: readonly DockerAnswer[], host: object = hostState()): ScriptCase {
  return { ...step(faults, { host }), parameters: { StartSeconds: 20, DockerWaitSeconds: seconds } };
}

/** What ipconfig says in a container. */
function ipconfig(address: string, gateway: string): string {
  return [
    '',
    'Windows IP Configuration',
    '',
    'Ethernet adapter vEthernet (Ethernet):',
    '',
    '   Connection-specific DNS Suffix  . : eu-west-1.compute.internal',
    '   Link-local IPv6 Address . . . . . : fe80::a1b2:c3d4:e5f6:1234%4',
    `   ${address.startsWith('169.254') ? 'Autoconfiguration ' : ''}IPv4 Address. . . . . . . . . . . : ${address}`,
    '   Subnet Mask . . . . . . . . . . . : 255.255.240.0',
    `   Default Gateway . . . . . . . . . : ${gateway}`,
    '',
  ].join('\r\n');
}

interface Verification {
  readonly order: string;
  readonly images: readonly object[];
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

describeWithPowerShell('Test-Image', () => {
  const result = runTable({
    good: step(),
    own: withShop(),
    ownMissing: withShop([{ call: 'image inspect shop*', exitCode: 1, stderr: 'No such image' }]),
    otherHost: step([], { host: hostState({ ubr: 4300 }) }),
    missing: step([
      { call: 'image inspect */iis*', exitCode: 1, stderr: 'Error response from daemon: No such image' },
      { call: 'run *iis*', exitCode: 125, stderr: 'Unable to find image locally' },
    ]),
    otherId: step([{ call: 'image inspect */iis*', stdout: inspectAnswer(1, { Id: digestOf(5) }) }]),
    otherDigest: step([{ call: 'image inspect */iis*', stdout: inspectAnswer(1, { RepoDigests: [] }) }]),
    imageSilent: step([{ call: 'image inspect */iis*', stdout: '\r\n' }]),
    imageSilentOnce: step([{ call: 'image inspect */iis*', stdout: '\r\n', times: 1 }]),
    imageAwayOnce: step([
      { call: 'image inspect */iis*', exitCode: 1, stderr: 'error during connect: the pipe', times: 1 },
    ]),
    natSilent: step([{ call: 'network inspect nat', stdout: '' }]),
    secondStartFails: step([
      { call: 'run *iis*', stdout: 'ok', times: 1 },
      { call: 'run *iis*', exitCode: 1, stderr: 'hcs: 0xc0370106' },
    ]),
    startSilent: step([{ call: 'run *iis*', stdout: '\r\n' }]),
    ipconfigSilent: step([{ call: 'run * ipconfig', stdout: '' }]),
    hangs: { ...step([{ call: 'run *iis*', hangSeconds: 60 }]), parameters: { StartSeconds: 3 } },
    noManifest: step([], { documents: {} }),
    agentRuns: step([], { host: hostState({ services: { docker: 'Running', AmazonECS: 'Running' } }) }),
    agentThere: step([], { host: hostState({ services: { docker: 'Running', AmazonECS: 'Stopped' } }) }),
    agentRan: step([], { files: { 'ProgramData/Amazon/ECS/data/agent.db': 'state' } }),
    noNat: step([{ call: 'network inspect nat', exitCode: 1, stderr: 'Error: No such network: nat' }]),
    natDetached: step([], { host: hostState({ natNetwork: 'detached' }) }),
    natLost: step([], { host: hostState({ natNetwork: 'lost' }) }),
    otherNat: step([{ call: 'network inspect nat', stdout: '[{"Name":"nat","Driver":"l2bridge"}]' }]),
    noAddress: step([{ call: '* ipconfig', stdout: ipconfig('169.254.12.7', '') }]),
    noGateway: step([{ call: '* ipconfig', stdout: ipconfig('172.20.1.5', '') }]),
    dockerLate: firstBoot(30, [{ ...down, times: 2 }]),
    dockerEmpty: firstBoot(30, [{ call: 'version *', stdout: '\n', times: 1 }]),
    dockerStopped: firstBoot(30, [], hostState({ services: { docker: 'Stopped' } })),
    dockerFailsToStart: firstBoot(
      30,
      [],
      hostState({ services: { docker: 'Stopped' }, startFailures: { docker: 1 } }),
    ),
    dockerStarting: firstBoot(30, [], hostState({ services: { docker: 'StartPending' } })),
    dockerSilent: firstBoot(0.1, [down]),
    dockerHangs: firstBoot(0.1, [{ call: 'version *', hangSeconds: 60 }]),
    dockerDisabled: firstBoot(
      30,
      [],
      hostState({ services: { docker: 'Stopped' }, startTypes: { docker: 'Disabled' } }),
    ),
    noDocker: firstBoot(30, [], hostState({ services: {} })),
    gatewayBelow: step([
      { call: '* ipconfig', stdout: ipconfig('172.20.1.5', 'fe80::1%4\r\n       172.20.0.1') },
    ]),
  });
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
    // Publication needs the checks of this list: the script makes them, each once.
    const families = IMAGE_SET.images.map(({ family }) => family);
    expect(verification.checks.map((check) => check.name)).toEqual(requiredChecks(families));
    expect(requiredChecks(families)).toHaveLength(4 + 2 * families.length);
    const details = verification.checks.map((check) => check.detail);
    expect(details.at(0)).toBe(
      'service AmazonECS is not installed, 0 files in C:\\ProgramData\\Amazon\\ECS\\data',
    );
    expect(details.at(-2)).toBe('Microsoft Windows [Version 10.0.20348.4294]');
    expect(details.at(-1)).toBe('a container got 172.20.1.5 with the gateway 172.20.0.1');
  });

  test("finds an app's image by its digest, and starts no container of it", () => {
    const { exitCode, machine, stderr } = result('own');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { checks, images } = machine.read('verification.json') as Verification;
    const { digest, family } = SHOP;
    expect(images.at(-1)).toEqual({
      ...{ family, digest, present: true },
      ...{ firstStartSeconds: null, secondStartSeconds: null },
    });
    const families = [...IMAGE_SET.images.map((one) => one.family), family];
    expect(checks.map(({ name }) => name)).toEqual(requiredChecks(families, [family]));
    expect(machine.calls().filter((call) => /^run .*shop/.test(call))).toEqual([]);
  });

  test("fails where an app's image is missing, and says which", () => {
    expect(failedChecks('ownMissing')).toEqual(['image shop@extra']);
    const { images } = result('ownMissing').machine.read('verification.json') as Verification;
    expect(images.at(-1)).toMatchObject({ family: SHOP.family, present: false });
  });

  test.each(['imageSilentOnce', 'imageAwayOnce'] as const)('%s: docker is asked once more', (name) => {
    expect(failedChecks(name)).toEqual([]);
    expect(result(name).stdout.join('\n')).toMatch(
      /Asks again for \S+iis:windowsservercore-ltsc2022 in 2 s: /,
    );
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
      'run --rm --pull=never --isolation=process --network nat --entrypoint cmd ' +
        'mcr.microsoft.com/windows/servercore:ltsc2022 /c ipconfig',
    ]);
  });

  test.each([
    ['otherHost', ['host'], /host: is 10\.0\.20348\.4300, baked as 10\.0\.20348\.4294/],
    ['missing', ['image iis', 'container iis'], /image iis: .*No such image/],
    ['otherId', ['image iis'], /has the id sha256:5+, not sha256:b+/],
    ['otherDigest', ['image iis'], /lacks the digest sha256:4+/],
    ['imageSilent', ['image iis'], /image iis: docker image inspect \S+ answered nothing\./],
    [
      'natSilent',
      ['docker'],
      /docker: Docker has no network 'nat'\. docker network inspect nat answered nothing\./,
    ],
    ['secondStartFails', ['container iis'], /container iis: .*0xc0370106/],
    ['startSilent', ['container iis'], /container iis: docker run .* \/c ver answered nothing\./],
    ['ipconfigSilent', ['network nat'], /network nat: docker run .* ipconfig answered nothing\./],
    ['hangs', ['container iis'], /container iis: .*did not end within 3 s and was stopped/],
    ['agentRuns', ['ecs agent'], /ecs agent: service AmazonECS is Running, 0 files/],
    ['agentRan', ['ecs agent'], /ecs agent: service AmazonECS is not installed, 1 files in C:\\ProgramData/],
    [
      'noNat',
      ['docker'],
      /docker: Docker has no network 'nat'\. .*No such network: nat .*making it anew did not/,
    ],
    ['otherNat', ['network nat'], /network nat: The network nat has the driver 'l2bridge'/],
    [
      'noAddress',
      ['network nat'],
      /network nat: A container on the network nat got no address \('169\.254\.12\.7'\)/,
    ],
    [
      'noGateway',
      ['network nat'],
      /network nat: A container .* got the address 172\.20\.1\.5 and no gateway/,
    ],
    ['noManifest', ['manifest'], /manifest: .*image-manifest\.json' is missing/],
    ['dockerSilent', ['docker'], /docker: .*does not answer after 0\.1 s\. .*error during connect/],
    ['dockerHangs', ['docker'], /docker: .*does not answer after 0\.1 s\. .*did not end within 5 s/],
    ['dockerDisabled', ['docker'], /docker: The service 'docker' is disabled, and cannot be started\./],
    ['noDocker', ['docker'], /docker: This Windows has no service 'docker'/],
  ] as const)('fails, says why, and writes the verification all the same: %s', (name, checks, message) => {
    const { exitCode, stderr } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(failedChecks(name)).toEqual(checks);
  });

  test('an agent that is installed and never ran is as it should be', () => {
    expect(result('agentThere').exitCode).toBe(0);
  });

  test.each(['dockerLate', 'dockerEmpty', 'dockerStopped', 'dockerFailsToStart', 'dockerStarting'] as const)(
    'waits for a Docker that is late after its first boot, as the bake does: %s',
    (name) => {
      const { exitCode, stderr } = result(name);
      expect({ exitCode, stderr, failed: failedChecks(name) }).toEqual({
        exitCode: 0,
        stderr: '',
        failed: [],
      });
    },
  );

  test('starts a Docker that is stopped, and leaves one that is starting alone', () => {
    expect(result('dockerStopped').machine.host()).toMatchObject({ services: { docker: 'Running' } });
    expect(result('dockerStarting').machine.host()).toMatchObject({ services: { docker: 'StartPending' } });
  });

  test.each(['natDetached', 'natLost'] as const)(
    'makes a network anew that did not outlive sysprep, and says so: %s',
    (name) => {
      const { exitCode, machine } = result(name);
      const { checks } = machine.read('verification.json') as Verification;
      expect(exitCode).toBe(0);
      expect(checks.find((check) => check.name === 'docker')?.detail).toMatch(
        /^the engine 25\.0\.6 answers; its network 'nat' was made anew, since: The adapter .* is not up\.$/,
      );
    },
  );

  test('writes down each check at once: one that is killed leaves what it found', () => {
    // What the verification held when docker was asked last: by then all checks before that were made.
    const { machine } = result('hangs');
    const seen = JSON.parse(
      readFileSync(join(machine.folder, 'bin', 'verification-at-last-run.json'), 'utf8'),
    ) as Verification;
    expect(seen.checks.map(({ name }) => name)).toEqual([
      'ecs agent',
      'host',
      'docker',
      'image servercore',
      'container servercore',
      'image iis',
      'container iis',
    ]);
    expect(seen.images).toHaveLength(2);
  });

  test('asks for no image of a Docker that does not answer', () => {
    const calls = result('dockerSilent').machine.calls();
    expect(calls.filter((call) => !call.startsWith('version '))).toEqual([]);
    expect(result('dockerSilent').machine.read('verification.json')).toMatchObject({
      order: 'bake-7',
      images: [],
    });
  });

  test('finds the gateway below one of IPv6', () => {
    expect(result('gatewayBelow').exitCode).toBe(0);
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
