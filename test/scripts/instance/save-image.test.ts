import { digestOf, GOOD_DOCKER, IMAGE_SET, IMAGES, inspectAnswer } from '../support/documents';
import type { DockerAnswer } from '../support/fake-docker';
import { BUILD_TIMEOUT, describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine, type PretendedMachineOptions } from '../support/pretended-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

function step(
  faults: readonly DockerAnswer[] = [],
  options: PretendedMachineOptions = {},
  parameters: Record<string, unknown> = {},
): ScriptCase {
  const documents = { 'image-set.json': IMAGE_SET };
  const machine = makeMachine({ documents, docker: [...faults, ...GOOD_DOCKER], ...options });
  return { script: 'steps/Save-Image.ps1', parameters: { RetrySeconds: 0.01, ...parameters }, machine };
}

function failedPull(stderr: string, times?: number): DockerAnswer {
  return { call: 'pull *', exitCode: 1, stderr, ...(times === undefined ? {} : { times }) };
}

const SOURCE = `mcr.microsoft.com/windows/servercore@${IMAGES[0].digest}`;

describeWithPowerShell('Save-Image', () => {
  const result = runTable(
    {
      good: step(),
      mirror: step([], {}, { Registry: '127.0.0.1:5000' }),
      dropsTwice: step([failedPull('unexpected EOF', 2)]),
      dropsAlways: step([failedPull('net/http: TLS handshake timeout')]),
      noManifest: step([
        failedPull('no matching manifest for windows(10.0.20348)/amd64 in the manifest list entries'),
      ]),
      noSpace: step([failedPull('write C:\\layer: no space left on device')]),
      windowsNoSpace: step([failedPull('There is not enough space on the disk.')]),
      newerImage: step([
        failedPull('a Windows version 10.0.26100-based image is incompatible with a 10.0.20348 host'),
      ]),
      otherVersion: step([
        { call: 'image inspect *', stdout: inspectAnswer(0, { OsVersion: '10.0.20348.9999' }) },
      ]),
      otherDigest: step([
        { call: 'image inspect *', stdout: inspectAnswer(0, { RepoDigests: [`x@${digestOf(9)}`] }) },
      ]),
      tagFails: step([{ call: 'tag *', exitCode: 1, stderr: 'Error response from daemon: no such image' }]),
      updated: step([{ ...GOOD_DOCKER[0]!, host: hostState({ ubr: 4300 }) }]),
      otherHost: step([], { host: hostState({ ubr: 4300 }) }),
      fuller: step([{ ...GOOD_DOCKER[0]!, times: 1, host: hostState({ freeBytes: 9 }) }]),
      noDocker: step([
        { call: '*', exitCode: 1, stderr: 'error during connect: is the docker daemon running?' },
      ]),
    },
    BUILD_TIMEOUT,
  );

  test('pulls by digest, checks, then tags; nothing else is asked of docker', () => {
    const { exitCode, stderr, machine } = result('good');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const iis = `mcr.microsoft.com/windows/servercore/iis@${IMAGES[1].digest}`;
    expect(machine.calls()).toEqual([
      `pull ${SOURCE}`,
      `image inspect ${SOURCE}`,
      `tag ${SOURCE} mcr.microsoft.com/windows/servercore:ltsc2022`,
      `tag ${SOURCE} mcr.microsoft.com/windows/servercore:10.0.20348.4294`,
      `pull ${iis}`,
      `image inspect ${iis}`,
      `tag ${iis} mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022`,
    ]);
  });

  test('records what is on the disk', () => {
    expect(result('good').machine.read('saved-images.json')).toEqual({
      schema: 'winbake.saved-images/1',
      images: IMAGE_SET.images.map((image, index) => ({
        ...image,
        imageId: digestOf(10 + index),
        bytesOnDisk: 5_000_000_000 + index,
        pullSeconds: expect.any(Number),
      })),
      freeBytesLowest: 60_000_000_000,
    });
  });

  test('tells the operator each action on one line', () => {
    const lines = result('good').stdout.map((line) => line.replace(/^\S+Z /, ''));
    expect(lines.filter((line) => line.startsWith('Pulling'))).toHaveLength(2);
    expect(lines[0]).toBe(`Pulling servercore 10.0.20348.4294 (exact): ${SOURCE}`);
    expect(lines.at(-1)).toBe('Saved 2 images; at the least 60000000000 bytes were free.');
  });

  test('pulls from a mirror and names the images as the public registry does', () => {
    const { exitCode, machine } = result('mirror');
    const [pull, , tag] = machine.calls();
    expect(exitCode).toBe(0);
    expect(pull).toBe(`pull 127.0.0.1:5000/windows/servercore@${IMAGES[0].digest}`);
    expect(tag).toMatch(/^tag 127\.0\.0\.1:5000\/\S+ mcr\.microsoft\.com\/windows\/servercore:ltsc2022$/);
  });

  test.each([
    ['dropsTwice', 0, 4],
    ['dropsAlways', 1, 3],
    ['noDocker', 1, 3],
    ['noManifest', 1, 1],
    ['noSpace', 1, 1],
    ['windowsNoSpace', 1, 1],
    ['newerImage', 1, 1],
  ] as const)('%s: exit code %i after %i pulls', (name, exitCode, pulls) => {
    const { machine, ...found } = result(name);
    expect({
      exitCode: found.exitCode,
      pulls: machine.calls().filter((call) => call.startsWith('pull')).length,
    }).toEqual({
      exitCode,
      pulls,
    });
  });

  test('says what docker said and how often it was asked', () => {
    expect(result('dropsAlways').stderr).toMatch(
      /failed after 3 of 3 attempts.*exit code 1: .*TLS handshake timeout/,
    );
    expect(result('noManifest').stderr).toMatch(/failed after 1 of 3 attempts.*no matching manifest/);
  });

  test.each([
    ['otherVersion', /is an image of 10\.0\.20348\.9999; the catalog says 10\.0\.20348\.4294/],
    ['otherDigest', /came with the digests 'sha256:9+'; planned was sha256:1+/],
    ['tagFails', /docker tag .* ended with exit code 1: .*no such image/],
    ['updated', /The host changed from 10\.0\.20348\.4294 to 10\.0\.20348\.4300 while the bake ran/],
    ['otherHost', /The host changed from/],
  ] as const)('stops and leaves no record: %s', (name, message) => {
    const { exitCode, stderr, machine } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(machine.read('saved-images.json')).toBeUndefined();
  });

  test('asks nothing of docker where the host is not the recorded one', () => {
    expect(result('otherHost').machine.calls()).toEqual([]);
  });

  test('tags nothing that is not what was planned', () => {
    const calls = [...result('otherVersion').machine.calls(), ...result('otherDigest').machine.calls()];
    expect(calls.filter((call) => call.startsWith('tag'))).toEqual([]);
  });

  test('keeps the lowest free space', () => {
    expect(result('fuller').machine.read('saved-images.json')).toMatchObject({ freeBytesLowest: 9 });
  });
});
