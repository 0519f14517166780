import type { ImageManifest } from '../../../lib/contract/documents/evidence';
import type { Publication } from '../../../lib/contract/documents/publication';
import { amiTags } from '../../../lib/core/publish/publish-bake';

const PUBLICATION = { id: '20348.4294-1', mode: 'exact' } as Publication;

function manifestWith(families: readonly string[]): ImageManifest {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  return {
    host: { osVersion: '10.0.20348.4294' },
    scripts: { sha256: 'f'.repeat(64) },
    images: families.map((family) => ({ family, digest })),
  } as unknown as ImageManifest;
}

test('a tag names as many images as EC2 takes, each whole', () => {
  const families = Array.from({ length: 12 }, (_, index) => `family-${index}`);
  const images = amiTags('2022-core', PUBLICATION, manifestWith(families))['winbake:images']!;
  expect(images.length).toBeLessThanOrEqual(256);
  expect(images.length).toBeGreaterThan(200);
  expect(images.split(',').every((one) => /^family-\d+=sha256:0123456789ab$/.test(one))).toBe(true);
});

test('every value is one that EC2 takes', () => {
  const tags = amiTags('2022-core', PUBLICATION, manifestWith(['servercore', 'nanoserver']));
  for (const value of Object.values(tags)) {
    expect(value).toMatch(/^[\w .:/=+\-@,]{1,256}$/);
  }
});
