import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import { familyOf } from '../../../lib/core/images/family';
import { readImages, rememberingRegistry } from '../../../lib/core/images/read-images';
import { resolveImages } from '../../../lib/core/images/resolve-images';
import { RegistryError } from '../../../lib/core/oci/registry';
import { isDigest, type Digest } from '../../../lib/contract/values/digest';
import { parseRelease } from '../../../lib/contract/values/release';
import { arbitraryHostRevision, arbitraryRegistry, FAMILIES_2022 } from '../../support/arbitrary-registry';
import { bruteForce, newestShown } from '../../support/brute-force';
import { memoryRegistry } from '../../../sim/registry/memory-registry';
import type { RegistryShape, TagShape } from '../../../sim/registry/memory-registry';

const release = parseRelease('2022');
const names = Object.keys(FAMILIES_2022);

function resolve(shape: RegistryShape, hostRevision?: number, families = names) {
  const registry = memoryRegistry(shape);
  const wanted = families.map((name) => familyOf(name, release));
  return resolveImages(rememberingRegistry(registry), release, wanted, hostRevision).then((resolution) => ({
    resolution,
    asked: registry.asked,
  }));
}

function single(revision: number): TagShape {
  return {
    flavour: 'docker',
    list: false,
    images: [{ osVersion: `10.0.20348.${revision}`, versionInEntry: false }],
  };
}

function list(...revisions: number[]): TagShape {
  return {
    flavour: 'docker',
    list: true,
    images: revisions.map((revision) => ({ osVersion: `10.0.20348.${revision}`, versionInEntry: true })),
  };
}

test('equals the brute-force answer for any registry and any host', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRegistry, arbitraryHostRevision, async (shape, hostRevision) => {
      const { resolution } = await resolve(shape, hostRevision);
      const revision = hostRevision ?? newestShown(shape, Object.values(FAMILIES_2022), 20348);
      const expected =
        revision === undefined
          ? []
          : names.flatMap((family) => {
              const answer = bruteForce(shape, FAMILIES_2022[family]!, { build: 20348, revision });
              return answer ? [{ family, ...answer }] : [];
            });
      expect(resolution.revision).toBe(revision ?? null);
      expect(
        resolution.images.map(({ family, tag, osVersion, digest, platformDigest }) => ({
          family,
          tag,
          osVersion,
          digest,
          platformDigest,
        })),
      ).toEqual(expected);
      expect(resolution.complete).toBe(expected.length === names.length);
      const missing = resolution.findings.filter((finding) => finding.code === 'HOST_WITHOUT_IMAGE');
      expect(missing.map((finding) => finding.family).sort()).toEqual(
        names.filter((name) => !expected.some((image) => image.family === name)).sort(),
      );
    }),
    { numRuns: propertyRuns(400) },
  );
});

const settled: RegistryShape = {
  'windows/servercore': {
    ltsc2022: list(4294),
    '10.0.20348.4294': list(4294),
    '10.0.20348.4171': list(4171),
  },
  'windows/nanoserver': { ltsc2022: list(4294), '10.0.20348.4171': list(4171) },
  'windows/servercore/iis': { 'windowsservercore-ltsc2022': single(4294) },
  'dotnet/framework/aspnet': { '4.8.1-windowsservercore-ltsc2022': single(4294) },
};

test('a first poll of a host that is up to date takes eight requests and no tag list', async () => {
  const { resolution, asked } = await resolve(settled);
  expect(resolution).toMatchObject({ complete: true, hostVersion: '10.0.20348.4294', findings: [] });
  expect(resolution.images.map((image) => image.mode)).toEqual(['exact', 'exact', 'exact', 'exact']);
  expect(asked).toHaveLength(8);
});

test('a host that is behind takes the images of its own revision, and nothing where there are only newer ones', async () => {
  const { resolution } = await resolve(settled, 4171);
  expect(resolution.complete).toBe(false);
  expect(resolution.images.map((image) => [image.family, image.tag, image.mode])).toEqual([
    ['servercore', '10.0.20348.4171', 'exact'],
    ['nanoserver', '10.0.20348.4171', 'exact'],
  ]);
  expect(resolution.findings.map((finding) => [finding.family, finding.code, finding.message])).toEqual([
    [
      'iis',
      'HOST_WITHOUT_IMAGE',
      'No iis image of windows/servercore/iis fits: the host is at revision 4171, and it has only newer images.',
    ],
    ['aspnet', 'HOST_WITHOUT_IMAGE', expect.stringContaining('it has only newer images')],
  ]);
});

test('honest full-revision tags cost one poll each: only the nearest is read', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`10.0.20348.${4000 + index}`, list(4000 + index)]),
  );
  const { resolution, asked } = await resolve(
    { 'windows/servercore': { ltsc2022: list(4294), ...many } },
    4250,
    ['servercore'],
  );
  expect(resolution.images[0]).toMatchObject({ tag: '10.0.20348.4199', mode: 'nearestLower' });
  // The tag list, and of either tag what it shows and the manifest of its image.
  expect(asked).toHaveLength(5);
});

test.each([
  ['newer than it says', { '10.0.20348.4171': list(4290), '10.0.20348.4100': list(4100) }, '10.0.20348.4100'],
  ['older than it says', { '10.0.20348.4171': list(4000), '10.0.20348.4100': list(4100) }, '10.0.20348.4100'],
  [
    'and another one the very revision under a newer name',
    { '10.0.20348.4171': list(4000), '10.0.20348.4200': list(4171), '10.0.20348.4100': list(4100) },
    '10.0.20348.4200',
  ],
])('a full-revision tag that holds an image %s is not believed', async (_what, tags, chosen) => {
  const shape = { 'windows/servercore': { ltsc2022: list(4294), ...tags } };
  expect((await resolve(shape, 4171, ['servercore'])).resolution.images[0]?.tag).toBe(chosen);
});

test('2016 takes the equal revision or none', async () => {
  const on2016 = parseRelease('2016');
  const tag: TagShape = {
    flavour: 'docker',
    list: true,
    images: [{ osVersion: '10.0.14393.8519', versionInEntry: true }],
  };
  const families = [familyOf('servercore', on2016)];
  const poll = (host: number) =>
    resolveImages(memoryRegistry({ 'windows/servercore': { ltsc2016: tag } }), on2016, families, host);
  expect((await poll(8519)).images[0]?.mode).toBe('exact');
  expect((await poll(8524)).findings[0]?.message).toContain(
    'Windows Server 2016 needs exactly revision 8524, and it has 8519 at the newest',
  );
});

test('says of a floating tag why it shows nothing', async () => {
  const noVersion: TagShape = {
    flavour: 'oci',
    list: false,
    images: [{ osVersion: undefined, versionInEntry: false }],
  };
  const armOnly: TagShape = {
    flavour: 'oci',
    list: true,
    images: [{ osVersion: '10.0.20348.4294', architecture: 'arm64', versionInEntry: true }],
  };
  const { resolution } = await resolve(
    { 'windows/servercore': { ltsc2022: noVersion }, 'windows/nanoserver': { ltsc2022: armOnly } },
    4294,
    ['servercore', 'nanoserver'],
  );
  expect(resolution.findings.map((finding) => [finding.family, finding.code, finding.severity])).toEqual([
    ['servercore', 'NO_OS_VERSION', 'warning'],
    ['servercore', 'HOST_WITHOUT_IMAGE', 'stop'],
    ['nanoserver', 'PLATFORM_MISSING', 'warning'],
    ['nanoserver', 'HOST_WITHOUT_IMAGE', 'stop'],
  ]);
});

describe('a repository with very many dated tags', () => {
  const dated = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      `${20250101 + index}-windowsservercore-ltsc2022`,
      single(3000 + index * 10),
    ]),
  );
  const shape: RegistryShape = {
    'windows/servercore': {
      ltsc2022: list(4294),
      '10.0.20348.3550': list(3550),
      '10.0.20348.3000': list(3000),
    },
    'windows/servercore/iis': { 'windowsservercore-ltsc2022': single(4294), ...dated },
  };
  const read = (asked: readonly string[]) =>
    asked.filter((one) => /\d{8}-windowsservercore/.test(one)).length;

  test('is read no further than the image that is as new as its base', async () => {
    const { asked, resolution } = await resolve(shape, 3557, ['servercore', 'iis']);
    expect(resolution.images.map(({ osVersion }) => osVersion)).toEqual([
      '10.0.20348.3550',
      '10.0.20348.3550',
    ]);
    expect(read(asked)).toBeLessThan(20);
  });

  test('is read whole where nothing tells how new its images can be', async () => {
    const { asked, resolution } = await resolve(shape, 3557, ['iis']);
    expect(resolution.images.map(({ osVersion }) => osVersion)).toEqual(['10.0.20348.3550']);
    expect(read(asked)).toBeGreaterThanOrEqual(60);
  });
});

describe('entries of an index that are no images', () => {
  const repository = 'windows/servercore/iis';
  const text = JSON.stringify;
  const artifact = (body: object) => ({ ...body, layers: [] });
  const digest = (n: number): Digest => `sha256:${String(n).repeat(64)}`;
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digest(9), size: 2 };
  const OCI = 'application/vnd.oci.image.manifest.v1+json';
  const newer = { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.9999' };

  test.each([
    ['an attestation', OCI, { platform: { os: 'unknown', architecture: 'unknown' } }, { config: empty }],
    ['an empty config', OCI, {}, { config: empty }],
    ['a manifest with an artifact type', OCI, {}, { config: empty, artifactType: 'application/spdx+json' }],
    ['an artifact manifest', 'application/vnd.oci.artifact.manifest.v1+json', {}, { blobs: [] }],
    ['an artifact manifest whose entry has no media type', undefined, {}, { blobs: [] }],
    ['a nested index whose entry has no media type', undefined, {}, { manifests: [] }],
    // Tools that attach something to an image give it the image's platform.
    ['an artifact for a platform', OCI, { platform: newer }, { config: empty }],
    ['a nested index for a platform', undefined, { platform: newer }, { manifests: [] }],
    ['an unknown media type without a size', 'application/vnd.x.y+json', { size: undefined }, {}],
  ])('%s is passed over without a word', async (_what, mediaType, entry, body) => {
    const registry = memoryRegistry({ [repository]: { 'windowsservercore-ltsc2022': list(4294) } });
    const stored = (await registry.manifest(repository, 'windowsservercore-ltsc2022'))!;
    const foreign = text(artifact(body));
    const index = JSON.parse(stored.body) as { manifests: object[] };
    index.manifests.unshift({ mediaType, digest: digest(1), size: foreign.length, ...entry });
    const type = 'manifests' in body ? 'application/vnd.oci.image.index.v1+json' : undefined;
    const served = (name: string) =>
      name === digest(1)
        ? { digest: digest(1), mediaType: type ?? mediaType ?? 'application/vnd.x.y+json', body: foreign }
        : { ...stored, body: text(index) };
    const { images, findings } = await resolveImages(
      {
        ...registry,
        manifest: async (name, reference) =>
          isDigest(reference) && reference !== digest(1)
            ? registry.manifest(name, reference)
            : served(reference),
      },
      release,
      [familyOf('iis', release)],
    );
    expect(images.map(({ osVersion }) => osVersion)).toEqual(['10.0.20348.4294']);
    expect(findings).toEqual([]);
  });
});

describe('an entry of an index whose manifest cannot be read', () => {
  const repository = 'windows/servercore/iis';
  const TAG = 'windowsservercore-ltsc2022';
  const MISSING = { osVersion: undefined, versionInEntry: false } as const;

  async function readWith(
    shape: TagShape,
    failing: readonly number[],
    code: 'REGISTRY_INVALID' | 'REGISTRY_THROTTLED' | 'REGISTRY_UNREACHABLE',
  ) {
    const registry = memoryRegistry({ [repository]: { [TAG]: shape } });
    const { body } = (await registry.manifest(repository, TAG))!;
    const { manifests } = JSON.parse(body) as { manifests: { digest: string }[] };
    const unread = failing.map((at) => manifests[at]!.digest);
    const manifest: typeof registry.manifest = (name, reference) =>
      unread.includes(reference)
        ? Promise.reject(new RegistryError(code, 'too large'))
        : registry.manifest(name, reference);
    const found = await readImages({ ...registry, manifest }, repository, TAG, 20348);
    return found?.images.map(({ osVersion }) => osVersion.revision);
  }

  test('is left out where it breaks the rules', async () => {
    expect(await readWith(list(4171, 4294), [1], 'REGISTRY_INVALID')).toEqual([4171]);
    const unstated = { ...list(4171), images: [...list(4171).images, MISSING] };
    expect(await readWith(unstated, [1], 'REGISTRY_INVALID')).toEqual([4171]);
  });

  test.each(['REGISTRY_THROTTLED', 'REGISTRY_UNREACHABLE'] as const)(
    'counts as what the index says where the registry is %s',
    async (code) => {
      expect(await readWith(list(4171, 4294), [0, 1], code)).toEqual([4171, 4294]);
    },
  );

  test.each<[string, TagShape, number[], 'REGISTRY_INVALID' | 'REGISTRY_THROTTLED']>([
    ['no other is left', list(4171, 4294), [0, 1], 'REGISTRY_INVALID'],
    [
      'others are of another build',
      {
        ...list(4294),
        images: [...list(4294).images, { osVersion: '10.0.17763.7000', versionInEntry: true }],
      },
      [0],
      'REGISTRY_INVALID',
    ],
    [
      'nobody knows its version, and it may be had later',
      { ...list(4171), images: [...list(4171).images, MISSING] },
      [1],
      'REGISTRY_THROTTLED',
    ],
  ])('makes the tag unreadable where %s', async (_what, shape, failing, code) => {
    await expect(readWith(shape, failing, code)).rejects.toMatchObject({ code });
  });
});
