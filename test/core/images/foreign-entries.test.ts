import { isDigest, type Digest } from '../../../lib/contract/values/digest';
import { parseRelease } from '../../../lib/contract/values/release';
import { familyOf } from '../../../lib/core/images/family';
import { readImages, rememberingRegistry } from '../../../lib/core/images/read-images';
import { resolveImages } from '../../../lib/core/images/resolve-images';
import { RegistryError } from '../../../lib/core/oci/registry';
import { memoryRegistry, platformDigestOf } from '../../../sim/registry/memory-registry';

const REPOSITORY = 'windows/servercore/iis';
const TAG = 'windowsservercore-ltsc2022';
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const WINDOWS = { os: 'windows', architecture: 'amd64' };
const NEWER = { ...WINDOWS, 'os.version': '10.0.20348.9999' };
const FOREIGN: Digest = `sha256:${'1'.repeat(64)}`;
const release = parseRelease('2022');

const config = {
  mediaType: 'application/vnd.oci.image.config.v1+json',
  digest: `sha256:${'2'.repeat(64)}`,
  size: 2,
};
const layerOf = (mediaType: string) => ({ mediaType, digest: `sha256:${'3'.repeat(64)}`, size: 2 });
const image = { config, layers: [layerOf('application/vnd.oci.image.layer.v1.tar+gzip')] };

/** Resolves a family whose index has a good image, after an entry with what the registry serves for that. */
async function resolveBeside(entry: unknown, manifest: object | (() => Promise<never>) = image) {
  const registry = memoryRegistry({
    [REPOSITORY]: {
      [TAG]: {
        flavour: 'oci',
        list: true,
        images: [{ osVersion: '10.0.20348.4294', versionInEntry: true }],
      },
    },
  });
  const stored = (await registry.manifest(REPOSITORY, TAG))!;
  const index = JSON.parse(stored.body) as { manifests: unknown[] };
  index.manifests.unshift(entry);
  registry.asked.length = 0;
  const { images, findings } = await resolveImages(
    rememberingRegistry({
      ...registry,
      manifest: async (name, reference) => {
        if (reference === FOREIGN) {
          registry.asked.push(`manifest ${name} ${reference}`);
          const body = typeof manifest === 'function' ? await manifest() : JSON.stringify(manifest);
          return { digest: FOREIGN, mediaType: OCI, body };
        }
        const found = await registry.manifest(name, reference);
        return isDigest(reference) ? found : { ...stored, body: JSON.stringify(index) };
      },
    }),
    release,
    [familyOf('iis', release)],
  );
  const good = (index.manifests[1] as { digest: string }).digest;
  return {
    takes: images.map(({ platformDigest, osVersion }) => [platformDigest === good, osVersion]),
    findings,
    asked: registry.asked,
  };
}

const GOOD = { takes: [[true, '10.0.20348.4294']], findings: [] };
const entry = { mediaType: OCI, digest: FOREIGN, size: 2 };

test.each<[string, object, object]>([
  [
    'the annotation of an attestation',
    {
      platform: NEWER,
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': `sha256:${'4'.repeat(64)}`,
      },
    },
    image,
  ],
  [
    'a subject',
    { platform: NEWER },
    { ...image, subject: { mediaType: OCI, digest: `sha256:${'4'.repeat(64)}`, size: 2 } },
  ],
  [
    'an attestation as layer',
    { platform: NEWER },
    { config, layers: [layerOf('application/vnd.in-toto+json')] },
  ],
  [
    'a signature as layer',
    { platform: NEWER },
    { config, layers: [layerOf('application/vnd.dev.cosign.simplesigning.v1+json')] },
  ],
  ['an artifact type', { platform: NEWER }, { ...image, artifactType: 'application/spdx+json' }],
])('an entry for the same platform with %s is not taken for the image', async (_what, given, manifest) => {
  expect(await resolveBeside({ ...entry, ...given }, manifest)).toMatchObject(GOOD);
});

test.each<[string, object, object]>([
  ['for the platform without a version', { platform: WINDOWS }, image],
  ['without a platform', {}, image],
])(
  'an entry %s whose config is gone is not warned of beside a good image',
  async (_what, given, manifest) => {
    expect(await resolveBeside({ ...entry, ...given }, manifest)).toMatchObject(GOOD);
  },
);

test.each<[string, () => Promise<never>]>([
  [
    'is refused',
    () => Promise.reject(new RegistryError('REGISTRY_UNREACHABLE', 'answered 403', { status: 403 })),
  ],
  ['fails', () => Promise.reject(new RegistryError('REGISTRY_UNREACHABLE', 'answered 500', { status: 500 }))],
  ['is throttled', () => Promise.reject(new RegistryError('REGISTRY_THROTTLED', 'asked to slow down'))],
])('an entry without a platform whose manifest %s hides no good image', async (_what, manifest) => {
  const reading = await resolveBeside(entry, manifest);
  expect(reading).toMatchObject(GOOD);
  expect(reading.asked).not.toContain(`manifest ${REPOSITORY} ${FOREIGN}`);
});

test('an entry without a platform is read where no other is of the build', async () => {
  const shape = { osVersion: '10.0.20348.4294', versionInEntry: false };
  const other = { osVersion: '10.0.17763.7000', versionInEntry: true };
  const registry = memoryRegistry({
    [REPOSITORY]: { [TAG]: { flavour: 'oci', list: true, images: [shape, other] } },
  });
  const manifest: typeof registry.manifest = async (name, reference) => {
    const found = await registry.manifest(name, reference);
    const { manifests } = JSON.parse(found?.body ?? '{}') as { manifests?: object[] };
    const [first, ...others] = manifests ?? [];
    const bare = { ...first, platform: undefined };
    return found && first ? { ...found, body: JSON.stringify({ manifests: [bare, ...others] }) } : found;
  };
  const reading = await readImages({ ...registry, manifest }, REPOSITORY, TAG, 20348);
  expect(reading?.images.map(({ platformDigest }) => platformDigest)).toEqual([
    platformDigestOf('oci', shape),
  ]);
});

test.each<[string, unknown]>([
  [
    'without a size',
    { mediaType: OCI, digest: FOREIGN, platform: { os: 'unknown', architecture: 'unknown' } },
  ],
  ['with a size as text', { ...entry, size: '12', platform: { os: 'linux', architecture: 'amd64' } }],
  ['without a digest', { mediaType: OCI, size: 2, platform: WINDOWS }],
  ['that is null', null],
])('an entry %s is left out', async (_what, given) => {
  expect(await resolveBeside(given)).toMatchObject(GOOD);
});

test.each([null, ''])('an artifact type of %j counts as none', async (artifactType) => {
  const reading = await resolveBeside(
    { ...entry, artifactType, platform: NEWER },
    { ...image, artifactType },
  );
  expect(reading.takes).toEqual([[false, '10.0.20348.9999']]);
});
