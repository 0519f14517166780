import { diffPublications } from '../../../lib/core/evidence/publication-evidence';
import { manifestImage, publishedManifest } from '../../support/published-manifest';

const [IIS, NANO] = ['iis', 'nanoserver'].map((family) => manifestImage({ family }));
const HOST = { osVersion: '10.0.20348.4294', updates: ['KB2', 'KB1'], software: [] };
const BEFORE = publishedManifest({ id: '20348.4171-1' }, { host: HOST, images: [manifestImage(), IIS!] });

test('a publication does not differ from itself', () => {
  const diff = diffPublications(BEFORE, BEFORE);
  const { amis, images, software, updates, ...others } = diff;
  expect([...images, ...amis, ...software, ...Object.values(others)].filter(({ isSame }) => !isSame)).toEqual(
    [],
  );
  expect(updates).toEqual({ added: [], removed: [] });
});

test('images are compared by family: what came, what went, and what is another digest', () => {
  const digest = `sha256:${'e'.repeat(64)}` as const;
  const after = publishedManifest(
    { id: '20348.4294-1', baseAmiId: 'ami-0fedcba9876543219' },
    {
      host: { ...HOST, updates: ['KB3', 'KB1'], software: [{ name: 'docker', version: '25.0.6' }] },
      images: [NANO!, manifestImage({ digest, bytesOnDisk: 1 })],
    },
  );
  const diff = diffPublications(BEFORE, after);
  expect(
    diff.images.map(({ family, from, isSame, to }) => [family, from?.digest, to?.digest, isSame]),
  ).toEqual([
    ['nanoserver', undefined, NANO!.digest, false],
    ['servercore', manifestImage().digest, digest, false],
    ['iis', IIS!.digest, undefined, false],
  ]);
  expect(diff).toMatchObject({
    publication: { from: '20348.4171-1', to: '20348.4294-1', isSame: false },
    updates: { added: ['KB3'], removed: ['KB2'] },
    software: [{ name: 'docker', from: null, to: '25.0.6', isSame: false }],
    baseAmi: { isSame: false },
    scripts: { isSame: true },
    bytesOnDisk: { from: 2 * manifestImage().bytesOnDisk, to: NANO!.bytesOnDisk + 1 },
  });
});

test('what docker calls an image, and how long its pull took, is no difference', () => {
  const other = publishedManifest(BEFORE.publication, {
    ...BEFORE.manifest,
    images: BEFORE.manifest.images.map((one) => ({
      ...one,
      imageId: `sha256:${'9'.repeat(64)}`,
      pullSeconds: one.pullSeconds + 1,
    })),
  });
  expect(diffPublications(BEFORE, other)).toEqual(diffPublications(BEFORE, BEFORE));
});

test('what an earlier deployment did not record is not called the same', () => {
  expect(diffPublications(publishedManifest(), BEFORE).updates).toBeNull();
});
