import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayeredImage } from './layered-registry';
import { dockerOf, layeredRegistry, simulatedHost, type DockerCall } from './simulated-docker';

const NAME = 'mcr.microsoft.com/windows/servercore';
const FLAGS = ['--rm', '--pull=never', '--isolation=process', '--entrypoint', 'cmd'];

/** Pulls an image on a host of its own version and runs it on another; an image without a version where it is undefined. */
async function run(
  host: string,
  osVersion: string | undefined,
  image: Partial<LayeredImage> = {},
): Promise<DockerCall> {
  const layered = { layers: { base: 10 }, ...(osVersion === undefined ? {} : { osVersion }), ...image };
  const registry = await layeredRegistry({ tag: layered });
  const folder = simulatedHost({ currentBuild: '99999' });
  await dockerOf(folder, registry.url)('pull', `${NAME}:tag`);
  const [, , currentBuild, ubr] = host.split('.');
  writeHost(folder, currentBuild!, Number(ubr));
  return dockerOf(folder)('run', ...FLAGS, `${NAME}:tag`, '/c', 'ver');
}

function writeHost(folder: string, currentBuild: string, ubr: number): void {
  writeFileSync(join(folder, 'host.json'), JSON.stringify({ currentBuild, ubr }));
}

const MISMATCH =
  /^docker: Error response from daemon: hcs::CreateComputeSystem [0-9a-f]{64}: The container operating system does not match the host operating system\.\n$/;
const EXITED =
  /^docker: Error response from daemon: container [0-9a-f]{64} encountered an error during hcs::System::Start: failure in a Windows system call: The virtual machine or container exited unexpectedly\. \(0xc0370106\)\.\n$/;

describe('process isolation', () => {
  test.each([
    ['10.0.20348.4294', '10.0.20348.4294', '10.0.20348.4294'],
    ['10.0.20348.4294', '10.0.20348.1', '10.0.20348.1'],
    ['10.0.17763.7919', '10.0.17763.7919', '10.0.17763.7919'],
    ['10.0.26100.4349', '10.0.26100.1742', '10.0.26100.1742'],
    ['10.0.26100.4349', '10.0.20348.4294', '10.0.20348.4294'],
    ['10.0.14393.8519', '10.0.14393.8519', '10.0.14393'],
  ])('host %s starts image %s, which says %s', async (host, image, reported) => {
    expect(await run(host, image)).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `\nMicrosoft Windows [Version ${reported}]\n`,
    });
  });

  test.each([
    ['another build', '10.0.20348.4294', '10.0.17763.7919', MISMATCH],
    ['a later build', '10.0.20348.4294', '10.0.26100.1', MISMATCH],
    ['2019 on 2025', '10.0.26100.4349', '10.0.17763.7919', MISMATCH],
    ['2016 with an older revision', '10.0.14393.8519', '10.0.14393.8422', MISMATCH],
    ['2016 with a newer revision', '10.0.14393.8422', '10.0.14393.8519', MISMATCH],
    ['a newer revision of the build', '10.0.20348.4171', '10.0.20348.4294', EXITED],
  ])('%s: host %s refuses image %s', async (_name, host, image, overrides) => {
    expect(await run(host, image)).toEqual({
      exitCode: 125,
      stdout: '',
      stderr: expect.stringMatching(overrides),
    });
  });

  test.each([
    ['of no version', undefined, {}],
    ['for another processor', '10.0.20348.4294', { architecture: 'arm64' }],
  ])('what Windows does with an image %s is not known', async (_name, osVersion, image) => {
    expect(await run('10.0.20348.4294', osVersion, image)).toMatchObject({
      exitCode: 125,
      stdout: '',
      stderr: expect.stringContaining('does not model'),
    });
  });
});

test('nothing is pulled: an image that is not there is the engine’s error', async () => {
  const registry = await layeredRegistry({ tag: { osVersion: '10.0.20348.4294', layers: { base: 10 } } });
  const docker = dockerOf(simulatedHost(), registry.url);
  expect(await docker('run', ...FLAGS, `${NAME}:tag`, '/c', 'ver')).toEqual({
    exitCode: 125,
    stdout: '',
    stderr: `docker: Error response from daemon: No such image: ${NAME}:tag.\nSee 'docker run --help'.\n`,
  });
  expect(registry.requests).toEqual([]);
});

describe('the network nat', () => {
  test('is described, and a container on it has an address and a gateway', async () => {
    const registry = await layeredRegistry({ tag: { osVersion: '10.0.20348.4294', layers: { base: 10 } } });
    const docker = dockerOf(simulatedHost(), registry.url);
    await docker('pull', `${NAME}:tag`);
    const { stdout } = await docker('network', 'inspect', 'nat');
    const [{ Driver, IPAM }] = JSON.parse(stdout);
    expect(Driver).toBe('nat');
    const run = await docker('run', '--network', 'nat', ...FLAGS, `${NAME}:tag`, '/c', 'ipconfig');
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    expect(run.stdout).toMatch(/IPv4 Address[. ]+: 172\.20\.87\.105$/m);
    expect(run.stdout).toContain(`Default Gateway . . . . . . . . . : ${IPAM.Config[0].Gateway}\n`);
  });

  test('where it is missing, it cannot be described and nothing starts', async () => {
    const registry = await layeredRegistry({ tag: { osVersion: '10.0.20348.4294', layers: { base: 10 } } });
    const docker = dockerOf(simulatedHost({ natNetwork: false }), registry.url);
    await docker('pull', `${NAME}:tag`);
    const failures = [
      await docker('network', 'inspect', 'nat'),
      await docker('run', ...FLAGS, `${NAME}:tag`, '/c', 'ver'),
    ];
    expect(failures).toEqual([
      { exitCode: 1, stdout: '[]\n', stderr: 'Error response from daemon: network nat not found\n' },
      { exitCode: 125, stdout: '', stderr: 'docker: Error response from daemon: network nat not found.\n' },
    ]);
  });

  test.each([
    [['network', 'inspect', 'other']],
    [['network', 'ls']],
    [['run', ...FLAGS, '--network', 'other', `${NAME}:tag`, '/c', 'ver']],
  ])('of others nothing is known: docker %j', async (args) => {
    expect(await dockerOf(simulatedHost())(...args)).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining('does not model'),
    });
  });
});
