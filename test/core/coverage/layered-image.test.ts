import { layersOfImages, readLayeredImage } from '../../../lib/core/coverage/layered-image';
import { memoryRegistry } from '../../../sim/registry/memory-registry';
import { platformDigestOf, type RegistryShape, type TagShape } from '../../../sim/registry/memory-registry';

const HOST = { build: 20348, revision: 4294 };

function tag(images: TagShape['images'], list = true): TagShape {
  return { flavour: 'oci', list, images };
}

const old = { osVersion: '10.0.20348.4171', versionInEntry: true, layers: [500, 30] };
const exact = { osVersion: '10.0.20348.4294', versionInEntry: true, layers: [500, 40] };
const newer = { osVersion: '10.0.20348.4405', versionInEntry: true };
const of2019 = { osVersion: '10.0.17763.7919', versionInEntry: true };
const linux = { os: 'linux', osVersion: undefined, versionInEntry: false };

function read(shape: TagShape, host: typeof HOST | null = HOST) {
  const registry = memoryRegistry({ app: { a: shape } } satisfies RegistryShape);
  const reading = readLayeredImage(
    { registry, repository: 'app', reference: 'a', name: 'app:a' },
    host ?? undefined,
  );
  return reading.then((answer) => ({ answer, requests: registry.asked.length }));
}

test.each([
  [
    'the greatest revision that the host may run',
    [old, of2019, exact, newer, linux],
    HOST,
    '10.0.20348.4294',
  ],
  ['a newer one where there is no other of its build', [of2019, newer], HOST, '10.0.20348.4405'],
  ['one of 2022 on a host of 2025', [of2019, old], { build: 26100, revision: 1 }, '10.0.20348.4171'],
  ['any where nothing fits', [of2019], HOST, '10.0.17763.7919'],
  ['the first where no host is known', [of2019, old], null, '10.0.17763.7919'],
])('of an index a host takes %s', async (_what, images, host, osVersion) => {
  const { answer, requests } = await read(tag(images), host);
  expect(answer.code).toBeUndefined();
  const { image } = answer as Extract<typeof answer, { image: unknown }>;
  expect(`10.0.${image.osVersion.build}.${image.osVersion.revision}`).toBe(osVersion);
  expect(requests).toBe(2);
});

test('a version that only the config has costs a third request, a single manifest two in all', async () => {
  const config = { ...exact, versionInEntry: false };
  const listed = await read(tag([config]));
  expect(listed).toMatchObject({ requests: 3, answer: { image: { osVersion: HOST } } });
  const single = await read(tag([config], false));
  const layers = [{ bytes: 500 }, { bytes: 40 }];
  const platformDigest = platformDigestOf('oci', config);
  expect(single).toMatchObject({
    requests: 2,
    answer: { image: { digest: platformDigest, platformDigest, osVersion: HOST, layers } },
  });
});

test.each([
  [tag([linux]), 'LINUX_ONLY', 'app:a is for Linux only (linux/amd64)'],
  [tag([linux], false), 'LINUX_ONLY', 'Windows hosts cannot run it'],
  [tag([{ ...exact, architecture: 'arm64' }]), 'NO_WINDOWS_IMAGE', 'only for windows/arm64'],
  [tag([{ osVersion: undefined, versionInEntry: false }], false), 'NO_OS_VERSION', 'no OS version'],
])('what no Windows host could run is said in a sentence', async (shape, code, sentence) => {
  const { answer } = await read(shape);
  expect(answer).toMatchObject({ code, message: expect.stringContaining(sentence) });
});

test('a tag that does not exist', async () => {
  const registry = memoryRegistry({ app: {} });
  const place = { registry, repository: 'app', reference: 'nope', name: 'app:nope' };
  expect(await readLayeredImage(place, HOST)).toMatchObject({ code: 'NOT_FOUND' });
});

test.each([null, HOST])(
  'what is stored beside an image is passed over, whatever it says of itself; the host is %j',
  async (host) => {
    const registry = memoryRegistry({ app: { a: tag([exact]) } });
    const index = (await registry.manifest('app', 'a'))!;
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const body = JSON.stringify({ config: { mediaType: 'application/vnd.oci.empty.v1+json' }, layers: [] });
    const digests = [1, 2].map((n) => `sha256:${String(n).repeat(64)}` as const);
    const platform = { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.4294' };
    const beside = digests.map((digest, n) => ({
      mediaType,
      digest,
      size: 2,
      ...(n === 0 ? {} : { platform }),
    }));
    const { manifests } = JSON.parse(index.body) as { manifests: object[] };
    const served = (digest: (typeof digests)[number]) => ({ digest, mediaType, body });
    const place = (entries: readonly object[]) => ({
      registry: {
        ...registry,
        manifest: async (repository: string, reference: string) => {
          const foreign = digests.find((digest) => digest === reference);
          const found =
            foreign === undefined ? await registry.manifest(repository, reference) : served(foreign);
          return reference === 'a' ? { ...index, body: JSON.stringify({ manifests: entries }) } : found;
        },
      },
      repository: 'app',
      reference: 'a',
      name: 'app:a',
    });
    expect(await readLayeredImage(place([...beside, ...manifests]), host ?? undefined)).toMatchObject({
      image: { platformDigest: platformDigestOf('oci', exact), osVersion: HOST },
    });
    expect(await readLayeredImage(place(beside), host ?? undefined)).toEqual({
      code: 'NO_WINDOWS_IMAGE',
      message: 'app:a has no image for windows/amd64.',
    });
  },
);

test('foreign layers, which other servers hold, count like all others', async () => {
  const body = JSON.stringify({
    config: { digest: `sha256:${'c'.repeat(64)}`, size: 1 },
    layers: [
      {
        mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
        digest: `sha256:${'a'.repeat(64)}`,
        size: 1_700_000_000,
        urls: ['https://mcr.microsoft.com/v2/windows/servercore/blobs/x'],
      },
      {
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
        digest: `sha256:${'b'.repeat(64)}`,
        size: 5,
      },
    ],
  });
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
  const registry = {
    ...memoryRegistry({}),
    manifest: () => Promise.resolve({ digest: `sha256:${'d'.repeat(64)}` as const, mediaType, body }),
    blob: () =>
      Promise.resolve(JSON.stringify({ os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1' })),
  };
  const place = { registry, repository: 'app', reference: 'a', name: 'app:a' };
  const answer = await readLayeredImage(place, HOST);
  expect(answer).toMatchObject({ image: { layers: [{ bytes: 1_700_000_000 }, { bytes: 5 }] } });
});

test('the layers of cached images are read by platform digest, and not where they are on record', async () => {
  const registry = memoryRegistry({ app: { a: tag([exact]), b: tag([old]) } });
  const images = [exact, old].map((image) => ({
    repository: 'app',
    platformDigest: platformDigestOf('oci', image),
  }));
  expect((await layersOfImages(images, { registry, host: HOST })).size).toBe(4);
  const asked = registry.asked.length;
  const layers = [{ digest: 'sha256:x', bytes: 1 }];
  const known = () => ({ digest: 'd', platformDigest: 'p', osVersion: HOST, layers });
  expect([...(await layersOfImages(images, { registry, host: HOST, known }))]).toEqual(['sha256:x']);
  expect(registry.asked).toHaveLength(asked);
});
