import type { Catalog } from '../../../lib/contract/documents/catalog';
import { patchTimeline } from '../../../lib/core/housekeeping/patch-budget';
import { publicationAt, UNBAKED } from '../../support/pipeline-description';
import { imageSet, setImage } from '../../support/right-evidence';

/** Patch Tuesday is 17:00Z of the 14th. */
const NOW = new Date('2025-10-15T05:00:00Z');
const SEPTEMBER = publicationAt(4171, '2025-09-10T00:00:00.000Z');
const OCTOBER = publicationAt(4294, '2025-10-14T22:00:00.000Z');

const seen = (name: string, revision: number, at: string) => ({
  ...{ at, repository: `windows/${name}`, tag: 'ltsc2022', platformDigest: null, compressedBytes: null },
  digest: `sha256:${String(revision).padStart(64, '0')}`,
  osVersion: `10.0.20348.${revision}`,
});
const BEFORE = ['servercore', 'nanoserver'].map((name) => seen(name, 4171, '2025-09-01T00:00:00Z'));

function catalogOf(...observations: readonly ReturnType<typeof seen>[]): Catalog {
  const images = ['servercore', 'nanoserver', 'servercore@previous', 'shop'].map((family) =>
    setImage(family, '10.0.20348.4171'),
  );
  return {
    ...{ schema: 'winbake.catalog/1', release: '2022', build: 20348, hosts: [], accepted: [] },
    observations: [...observations],
    sets: [imageSet('set-0', '2025-09-09T18:00:00Z', '10.0.20348.4171', images)],
  };
}

test('each family came at its own hour, and one may not have come yet', () => {
  const catalog = catalogOf(
    ...BEFORE,
    seen('servercore', 4294, '2025-10-14T17:30:00Z'),
    seen('servercore', 4300, '2025-10-14T23:00:00Z'),
  );
  expect(patchTimeline(catalog, [OCTOBER, SEPTEMBER], NOW)).toEqual({
    released: '2025-10-14T17:00:00.000Z',
    families: [
      { family: 'servercore', shownAt: '2025-10-14T17:30:00.000Z' },
      { family: 'nanoserver', shownAt: null },
    ],
    publication: { id: OCTOBER.id, at: OCTOBER.at },
  });
});

test('a family that came with something newer has come, and nothing is published yet', () => {
  const catalog = catalogOf(
    ...BEFORE,
    seen('servercore', 4294, '2025-10-14T17:30:00Z'),
    seen('nanoserver', 4300, '2025-10-15T01:00:00Z'),
  );
  expect(patchTimeline(catalog, [SEPTEMBER], NOW)).toMatchObject({
    families: [{}, { family: 'nanoserver', shownAt: '2025-10-15T01:00:00.000Z' }],
    publication: null,
  });
});

test('of several publications the first counts, and a plain base AMI is none', () => {
  const catalog = catalogOf(...BEFORE, seen('servercore', 4294, '2025-10-14T17:30:00Z'));
  const again = publicationAt(4294, '2025-10-15T02:00:00.000Z', 2);
  expect(patchTimeline(catalog, [again, OCTOBER], NOW)?.publication?.id).toBe(OCTOBER.id);
  expect(patchTimeline(catalog, [{ ...UNBAKED, osVersion: OCTOBER.osVersion }], NOW)?.publication).toBeNull();
});

test.each([
  ['where nothing has come since', catalogOf(...BEFORE)],
  ['where nothing was seen', catalogOf()],
  ['where the first poll of all came after it', catalogOf(seen('servercore', 4294, '2025-10-14T19:00:00Z'))],
  ['where a tag went back', catalogOf(...BEFORE, seen('servercore', 4052, '2025-10-14T19:00:00Z'))],
])('there is none %s', (_what, catalog) => {
  expect(patchTimeline(catalog, [SEPTEMBER], NOW)).toBeNull();
});
