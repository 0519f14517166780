import { shortDigest } from '../../../../lib/contract/values/digest';
import { idOf, layerDigest, type LayeredImage } from './layered-registry';
import { dockerOf, inspected, layeredRegistry, simulatedHost, readHostFile } from './simulated-docker';

const NAME = 'mcr.microsoft.com/windows/servercore';
const PATH = '/v2/windows/servercore';
const CORE: LayeredImage = { osVersion: '10.0.20348.4294', layers: { base: 1000, update: 500 } };
const IIS: LayeredImage = { ...CORE, layers: { ...CORE.layers, iis: 100 } };

const configBytes = (image: LayeredImage): number =>
  JSON.stringify({
    os: 'windows',
    architecture: 'amd64',
    'os.version': image.osVersion,
    rootfs: { type: 'layers', diff_ids: Object.keys(image.layers).map(() => `sha256:${'0'.repeat(64)}`) },
  }).length;

/** What docker says of a layer, line by line, in the order of the lines. */
function messagesOf(stdout: string, layer: string): string[] {
  const prefix = `${shortDigest(layerDigest(layer))}: `;
  const lines = stdout.split('\n').filter((line) => line.startsWith(prefix));
  return lines.map((line) => line.slice(prefix.length));
}

const PULLED = ['Pulling fs layer', 'Verifying Checksum', 'Download complete', 'Pull complete'];

test('a pull by digest: index, manifest and config are read, layers only asked for', async () => {
  const registry = await layeredRegistry({ ltsc2022: [CORE], single: CORE });
  const [index, manifest] = [registry.digest('ltsc2022'), registry.digest('single')];
  const reference = `${NAME}@${index}`;
  const { stdout, ...ending } = await dockerOf(simulatedHost(), registry.url)('pull', reference);
  expect(ending).toEqual({ exitCode: 0, stderr: '' });
  expect(registry.requests.slice(0, 3)).toEqual([
    `GET ${PATH}/manifests/${index}`,
    `GET ${PATH}/manifests/${manifest}`,
    `GET ${PATH}/blobs/${idOf(CORE)}`,
  ]);
  expect(registry.requests.slice(3).sort()).toEqual(
    ['base', 'update'].map((layer) => `HEAD ${PATH}/blobs/${layerDigest(layer)}`).sort(),
  );
  expect([messagesOf(stdout, 'base'), messagesOf(stdout, 'update')]).toEqual([PULLED, PULLED]);
  const lines = stdout.split('\n');
  expect(lines[0]).toBe(`${reference}: Pulling from windows/servercore`);
  expect(lines.slice(-4)).toEqual([
    `Digest: ${index}`,
    `Status: Downloaded newer image for ${reference}`,
    reference,
    '',
  ]);
});

test('a pull by tag resolves it first, and leaves both names', async () => {
  const registry = await layeredRegistry({ latest: CORE });
  const docker = dockerOf(simulatedHost(), registry.url);
  const first = await docker('pull', NAME);
  expect(first.stdout).toMatch(/^Using default tag: latest\nlatest: Pulling from windows\/servercore\n/);
  expect(registry.requests.slice(0, 2)).toEqual([
    `HEAD ${PATH}/manifests/latest`,
    `GET ${PATH}/manifests/${registry.digest('latest')}`,
  ]);
  const [image] = inspected(await docker('image', 'inspect', `${NAME}:latest`));
  expect(image).toMatchObject({
    RepoTags: [`${NAME}:latest`],
    RepoDigests: [`${NAME}@${registry.digest('latest')}`],
  });
  const second = await docker('pull', `${NAME}:latest`);
  expect(second.stdout).toMatch(/Status: Image is up to date for .*:latest\n/);
});

test('a tag that points elsewhere by now is a newer image', async () => {
  const [before, after] = [await layeredRegistry({ tag: CORE }), await layeredRegistry({ tag: IIS })];
  const folder = simulatedHost();
  await dockerOf(folder, before.url)('pull', `${NAME}:tag`);
  const { stdout } = await dockerOf(folder, after.url)('pull', `${NAME}:tag`);
  expect(stdout).toContain(`Status: Downloaded newer image for ${NAME}:tag\n`);
  const [image] = inspected(await dockerOf(folder)('image', 'inspect', `${NAME}:tag`));
  expect(image?.['Id']).toBe(idOf(IIS));
});

test('of tag and digest the digest counts', async () => {
  const registry = await layeredRegistry({ one: CORE, two: IIS });
  const docker = dockerOf(simulatedHost(), registry.url);
  const reference = `${NAME}:one@${registry.digest('two')}`;
  expect(await docker('pull', reference)).toMatchObject({ exitCode: 0 });
  const [image] = inspected(await docker('image', 'inspect', reference));
  expect(image).toMatchObject({ Id: idOf(IIS), RepoTags: [] });
});

describe('layers', () => {
  test('shared ones are there already and neither asked for, counted, nor taken from the disk again', async () => {
    const registry = await layeredRegistry({ core: CORE, iis: IIS });
    const folder = simulatedHost({ freeBytes: 100_000 });
    const docker = dockerOf(folder, registry.url);
    await docker('pull', `${NAME}:core`);
    const counted = readHostFile(folder, 'docker.json')['pulledBytes'];
    expect(counted).toBe(1500 + configBytes(CORE));
    expect(readHostFile(folder, 'host.json')['freeBytes']).toBe(100_000 - 2600 - 1300);
    registry.requests.length = 0;
    const { stdout } = await docker('pull', `${NAME}:iis`);
    expect(messagesOf(stdout, 'base')).toEqual(['Already exists']);
    expect(messagesOf(stdout, 'iis')).toEqual(PULLED);
    expect(
      registry.requests.filter((request) => request.startsWith('HEAD') && request.includes('blobs')),
    ).toEqual([`HEAD ${PATH}/blobs/${layerDigest('iis')}`]);
    expect(readHostFile(folder, 'docker.json')['pulledBytes']).toBe(Number(counted) + 100 + configBytes(IIS));
    expect(readHostFile(folder, 'host.json')).toEqual({
      currentBuild: '20348',
      ubr: 4294,
      freeBytes: 100_000 - 2600 - 1300 - 260,
    });
  });

  test('a layer on another base is pulled again', async () => {
    const rebased: LayeredImage = { ...CORE, layers: { rebase: 2000, update: 500 } };
    const registry = await layeredRegistry({ core: CORE, rebased });
    const docker = dockerOf(simulatedHost(), registry.url);
    await docker('pull', `${NAME}:core`);
    const { stdout } = await docker('pull', `${NAME}:rebased`);
    expect([messagesOf(stdout, 'rebase'), messagesOf(stdout, 'update')]).toEqual([PULLED, PULLED]);
  });

  test('an image that is there is only given the new name', async () => {
    const registry = await layeredRegistry({ list: [CORE], single: CORE });
    const docker = dockerOf(simulatedHost(), registry.url);
    await docker('pull', `${NAME}:list`);
    registry.requests.length = 0;
    const { stdout } = await docker('pull', `${NAME}@${registry.digest('single')}`);
    expect(registry.requests).toHaveLength(1);
    expect(stdout.split('\n')).toHaveLength(5);
    expect(stdout).toContain('Status: Downloaded newer image for');
    const [image] = inspected(await docker('image', 'inspect', `${NAME}:list`));
    expect(image?.['RepoDigests']).toEqual(
      [registry.digest('list'), registry.digest('single')].map((digest) => `${NAME}@${digest}`).sort(),
    );
  });

  test('a registry that tells no size is believed by its manifest', async () => {
    const registry = await layeredRegistry({ core: CORE });
    registry.blobHeaders.set(layerDigest('base'), { 'transfer-encoding': 'chunked' });
    expect(await dockerOf(simulatedHost(), registry.url)('pull', `${NAME}:core`)).toMatchObject({
      exitCode: 0,
    });
  });
});
