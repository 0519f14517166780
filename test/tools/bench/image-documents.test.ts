import { createHash } from 'node:crypto';
import {
  parseImageConfig,
  parseImageIndex,
  compressedBytes,
  parseImageManifest,
} from '../../../lib/core/oci/manifests';
import { imageDocuments } from '../../../tools/bench/image-documents';

const image = imageDocuments('10.0.20348.5499', 3);
const documents = [...image.layers, image.config, image.manifest, image.list];

test('every document is addressed by its own digest', () => {
  for (const { digest, body } of documents) {
    expect(digest).toBe(`sha256:${createHash('sha256').update(body).digest('hex')}`);
  }
});

test('the version is in the entry of the list and in the config', () => {
  const [entry, ...others] = parseImageIndex(image.list.body, 'list');
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    digest: image.manifest.digest,
    platform: { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.5499' },
  });
  expect(parseImageConfig(image.config.body, 'config').osVersion).toBe('10.0.20348.5499');
});

test('the manifest declares the sizes of what is pushed', () => {
  const manifest = parseImageManifest(image.manifest.body, 'manifest');
  const pushed = [image.config, ...image.layers].reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  expect(compressedBytes(manifest)).toBe(pushed);
});
