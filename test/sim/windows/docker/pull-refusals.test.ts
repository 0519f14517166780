import { idOf, layerDigest, type LayeredImage } from './layered-registry';
import { dockerOf, inspected, layeredRegistry, simulatedHost, readHostFile } from './simulated-docker';

const NAME = 'mcr.microsoft.com/windows/servercore';
const CORE: LayeredImage = { osVersion: '10.0.20348.4294', layers: { base: 1000, update: 500 } };
const IIS: LayeredImage = { ...CORE, layers: { ...CORE.layers, iis: 100 } };
const WITHOUT_VERSION: LayeredImage = { layers: { base: 1000 } };

describe('refusals', () => {
  const bare = (overrides: string): string => `${overrides}\n`;
  const daemon = (overrides: string): string => `Error response from daemon: ${overrides}\n`;
  const later: LayeredImage = { ...CORE, osVersion: '10.0.26100.1' };
  const incompatible = 'a Windows version 10.0.26100-based image is incompatible with a 10.0.20348 host';

  test.each<[string, LayeredImage | LayeredImage[], string]>([
    [
      'an index of later builds only',
      [later],
      bare('no matching manifest for windows/amd64 10.0.20348 in the manifest list entries'),
    ],
    ['a single image of a later build', later, bare(incompatible)],
    [
      'a later build that only the config tells',
      [{ ...WITHOUT_VERSION, config: { 'os.version': '10.0.26100.1' } }],
      bare(incompatible),
    ],
    [
      'a single image of another system',
      { ...CORE, os: 'linux' },
      bare('cannot download image with operating system "linux" when requesting "windows"'),
    ],
    [
      'a config without layers',
      { ...CORE, config: { rootfs: undefined } },
      bare('invalid rootfs in image configuration'),
    ],
    [
      'a config with other layers',
      { ...CORE, config: { rootfs: { type: 'layers', diff_ids: ['sha256:0'] } } },
      bare("layers from manifest don't match image configuration"),
    ],
  ])('%s', async (_name, image, stderr) => {
    const registry = await layeredRegistry({ tag: image });
    const folder = simulatedHost();
    const docker = dockerOf(folder, registry.url);
    expect(await docker('pull', `${NAME}:tag`)).toMatchObject({ exitCode: 1, stderr });
    expect(registry.requests.some((request) => /HEAD .*blobs/.test(request))).toBe(false);
    expect(inspected(await docker('image', 'inspect', `${NAME}:tag`))).toEqual([]);
  });

  test('of an index only the first match counts', async () => {
    const broken: LayeredImage = { ...CORE, config: { rootfs: undefined } };
    const registry = await layeredRegistry({ tag: [broken, IIS] });
    const { stderr } = await dockerOf(simulatedHost(), registry.url)('pull', `${NAME}:tag`);
    expect(stderr).toBe(bare('invalid rootfs in image configuration'));
  });

  test('what is not there', async () => {
    const registry = await layeredRegistry({ core: CORE });
    const docker = dockerOf(simulatedHost(), registry.url);
    const unknown = `${NAME}@${layerDigest('nothing')}`;
    const overrides = (name: string): string =>
      daemon(`manifest for ${name} not found: manifest unknown: manifest unknown`);
    expect(await docker('pull', unknown)).toEqual({ exitCode: 1, stdout: '', stderr: overrides(unknown) });
    expect(await docker('pull', `${NAME}:no`)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: overrides(`${NAME}:no`),
    });
    registry.missing.add(layerDigest('update'));
    expect(await docker('pull', `${NAME}:core`)).toMatchObject({ exitCode: 1, stderr: bare('unknown blob') });
    const list = await layeredRegistry({ core: CORE, list: [CORE] });
    list.missing.add(list.digest('core'));
    expect((await dockerOf(simulatedHost(), list.url)('pull', `${NAME}:list`)).stderr).toBe(
      bare('manifest unknown: manifest unknown'),
    );
    registry.missing.add(idOf(CORE));
    expect((await docker('pull', `${NAME}:core`)).stderr).toBe(
      bare('error pulling image configuration: unknown blob'),
    );
  });

  test('a layer of another size', async () => {
    const registry = await layeredRegistry({ core: CORE });
    registry.blobHeaders.set(layerDigest('base'), { 'content-length': '999' });
    const { stderr } = await dockerOf(simulatedHost(), registry.url)('pull', `${NAME}:core`);
    expect(stderr).toBe(bare(`filesystem layer verification failed for digest ${layerDigest('base')}`));
  });

  test('registries that are not reached', async () => {
    const docker = dockerOf(simulatedHost(), 'http://127.0.0.1:9');
    expect(await docker('pull', 'mirror.example.com:5000/a/b:c')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: daemon(
        'Get "https://mirror.example.com:5000/v2/": dial tcp: lookup mirror.example.com: no such host',
      ),
    });
    expect((await docker('pull', `${NAME}:core`)).stderr).toMatch(
      /^Error response from daemon: Get "https:\/\/mcr\.microsoft\.com\/v2\/": .* refused the connection\.\n$/,
    );
  });

  test.each([
    ['to download', 1499, /^write C:.*GetImageBlob\d+: There is not enough space on the disk\.\n$/],
    [
      'to unpack the first layer',
      1500 + 2599,
      /^failed to register layer: .*There is not enough space on the disk\./,
    ],
    ['to unpack the second layer', 2600 + 500 + 1299, /^failed to register layer: /],
  ])('no space %s; nothing is left of it', async (_name, freeBytes, overrides) => {
    const registry = await layeredRegistry({ core: CORE });
    const folder = simulatedHost({ freeBytes });
    const docker = dockerOf(folder, registry.url);
    expect(await docker('pull', `${NAME}:core`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(overrides),
    });
    expect(readHostFile(folder, 'host.json')['freeBytes']).toBe(freeBytes);
    expect((await docker('image', 'inspect', `${NAME}:core`)).exitCode).toBe(1);
  });

  test('space that is just enough', async () => {
    const registry = await layeredRegistry({ core: CORE });
    const folder = simulatedHost({ freeBytes: 2600 + 500 + 1300 });
    expect(await dockerOf(folder, registry.url)('pull', `${NAME}:core`)).toMatchObject({ exitCode: 0 });
    expect(readHostFile(folder, 'host.json')['freeBytes']).toBe(500);
  });
});
