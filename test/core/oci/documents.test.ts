import { formatImageReference, parseImageReference } from '../../../lib/core/oci/image-reference';
import {
  parseImageConfig,
  parseImageIndex,
  compressedBytes,
  isImage,
  parseImageManifest,
} from '../../../lib/core/oci/manifests';
import { RegistryError } from '../../../lib/core/oci/registry';

const digest = `sha256:${'0'.repeat(64)}`;
const text = (value: unknown) => JSON.stringify(value);

test('an index gives its entries in order, with platforms as written', () => {
  const entry = (platform: object | undefined, mediaType?: string) => ({
    digest,
    size: 1,
    mediaType,
    platform,
  });
  const body = text({
    manifests: [
      entry({ os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.4294' }),
      entry({ os: 'windows', architecture: 'arm64', 'os.version': 7 }),
      entry(undefined),
      entry(undefined, 'application/vnd.oci.image.index.v1+json'),
    ],
  });
  expect(parseImageIndex(body, 'x').map((one) => one.platform)).toEqual([
    { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.4294' },
    { os: 'windows', architecture: 'arm64', osVersion: undefined },
    undefined,
  ]);
});

test.each([
  ['a nested index', { mediaType: 'application/vnd.oci.image.index.v1+json' }],
  ['a nested Docker list', { mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json' }],
  ['an artifact manifest', { mediaType: 'application/vnd.oci.artifact.manifest.v1+json' }],
  ['a media type of the future', { mediaType: 'application/vnd.example.future.v9+json' }],
  ['an artifact type', { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json' }],
  ['another algorithm', { digest: `sha512:${'0'.repeat(128)}` }],
])('an index entry with %s is passed over', (_what, given) => {
  const platform = { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.4294' };
  const entry = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1, platform };
  const body = text({ manifests: [{ ...entry, ...given }, entry] });
  expect(parseImageIndex(body, 'x')).toHaveLength(1);
});

test.each([
  ['Docker', 'application/vnd.docker.container.image.v1+json', undefined, true],
  ['OCI', 'application/vnd.oci.image.config.v1+json', undefined, true],
  ['no config type', undefined, undefined, true],
  ['an empty config', 'application/vnd.oci.empty.v1+json', undefined, false],
  ['a Helm chart', 'application/vnd.cncf.helm.config.v1+json', undefined, false],
  ['an artifact type', 'application/vnd.oci.image.config.v1+json', 'application/spdx+json', false],
])('a manifest with %s is an image or not', (_what, mediaType, artifactType, expected) => {
  const body = text({ config: { mediaType, digest, size: 2 }, artifactType, layers: [] });
  expect(isImage('application/vnd.oci.image.manifest.v1+json', body, 'x')).toBe(expected);
});

test.each([
  ['application/vnd.oci.image.layer.v1.tar+zstd', true],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', true],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', true],
  [undefined, true],
  ['application/vnd.in-toto+json', false],
  ['application/vnd.dev.cosign.simplesigning.v1+json', false],
])('a manifest with a layer of type %s is an image or not', (mediaType, expected) => {
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 2 };
  const body = text({ config, layers: [{ mediaType, digest, size: 2 }] });
  expect(isImage('application/vnd.oci.image.manifest.v1+json', body, 'x')).toBe(expected);
});

test('a manifest tells what a pull carries: config and layers', () => {
  const layer = (size: number) => ({ digest, size });
  const manifest = parseImageManifest(text({ config: layer(5), layers: [layer(1000), layer(20)] }), 'x');
  expect(compressedBytes(manifest)).toBe(1025);
});

test('a config states its platform, and an empty one states none', () => {
  expect(parseImageConfig('{"os":"windows","architecture":"amd64","os.version":"10.0.1.2"}', 'x')).toEqual({
    os: 'windows',
    architecture: 'amd64',
    osVersion: '10.0.1.2',
  });
  expect(parseImageConfig('{}', 'x')).toEqual({ os: '', architecture: '', osVersion: undefined });
});

test.each([
  ['no JSON', parseImageIndex, '<html>', 'x is not JSON'],
  ['an array', parseImageIndex, '[]', 'x is not a JSON object'],
  ['an index without a list', parseImageIndex, '{}', 'an index without a list'],
  [
    'an entry without a digest',
    parseImageIndex,
    text({ manifests: [{ size: 1 }] }),
    'without a sha256 digest',
  ],
  ['an entry that is null', parseImageIndex, text({ manifests: [null] }), 'without a sha256 digest'],
  [
    'a digest of no algorithm',
    parseImageIndex,
    text({ manifests: [{ digest: 'latest', size: 1 }] }),
    'sha256 digest',
  ],
  ['a schema 1 manifest', parseImageManifest, text({ fsLayers: [] }), 'without config and layers'],
  [
    'a negative size',
    parseImageManifest,
    text({ config: { digest, size: -1 }, layers: [] }),
    'without a size',
  ],
  ['a fraction', parseImageManifest, text({ config: { digest, size: 1.5 }, layers: [] }), 'without a size'],
  ['a config that is text', parseImageConfig, '"x"', 'x is not a JSON object'],
])('%s is refused as invalid', (_what, parse, body, sentence) => {
  expect(() => parse(body, 'x')).toThrow(RegistryError);
  expect(() => parse(body, 'x')).toThrow(sentence);
});

test.each([
  'mcr.microsoft.com/windows/servercore:ltsc2022',
  `mcr.microsoft.com/dotnet/framework/aspnet@${digest}`,
  `localhost:5000/windows/nanoserver:10.0.20348.1@${digest}`,
  '127.0.0.1:5000/a/b:c',
])('%s is an image reference, and is written as it was read', (reference) => {
  expect(formatImageReference(parseImageReference(reference))).toBe(reference);
});

test.each([
  '',
  'ltsc2022',
  'windows/servercore:ltsc2022',
  'mcr.microsoft.com/windows/servercore',
  'mcr.microsoft.com/Windows/servercore:x',
  'mcr.microsoft.com/windows/servercore:-x',
  'mcr.microsoft.com/windows/servercore@sha256:00',
  `mcr.microsoft.com/a:b@${digest}@${digest}`,
  'https://mcr.microsoft.com/a:b',
])('%j is no image reference', (reference) => {
  expect(() => parseImageReference(reference)).toThrow(`got: '${reference}'`);
});
