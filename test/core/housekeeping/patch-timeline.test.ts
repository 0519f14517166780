import type { Catalog } from '../../../lib/contract/documents/catalog';
import type { Channel, Publication } from '../../../lib/contract/documents/publication';
import { readPatchTimeline } from '../../../lib/core/housekeeping/patch-budget';
import { contractFixture } from '../../support/contract-fixture';
import { memoryDocuments } from '../../support/memory-ports';
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

/** Records are kept of some publications. */
function timeline(catalog: Catalog, channels: readonly Channel[], records: readonly Channel[] = []) {
  const documents = memoryDocuments(
    Object.fromEntries(
      records.map(({ at, id }) => [
        `publications/${id}.json`,
        { ...(contractFixture('publication') as Publication), id, at },
      ]),
    ),
  );
  return readPatchTimeline(documents, catalog, channels, NOW);
}

test('each family came at its own hour, and one may not have come yet', async () => {
  const catalog = catalogOf(
    ...BEFORE,
    seen('servercore', 4294, '2025-10-14T17:30:00Z'),
    seen('servercore', 4300, '2025-10-14T23:00:00Z'),
  );
  expect(await timeline(catalog, [OCTOBER, SEPTEMBER])).toEqual({
    released: '2025-10-14T17:00:00.000Z',
    families: [
      { family: 'servercore', shownAt: '2025-10-14T17:30:00.000Z' },
      { family: 'nanoserver', shownAt: null },
    ],
    publication: { id: OCTOBER.id, at: OCTOBER.at },
  });
});

test('a family that came with something newer has come, and nothing is published yet', async () => {
  const catalog = catalogOf(
    ...BEFORE,
    seen('servercore', 4294, '2025-10-14T17:30:00Z'),
    seen('nanoserver', 4300, '2025-10-15T01:00:00Z'),
  );
  expect(await timeline(catalog, [SEPTEMBER])).toMatchObject({
    families: [{}, { family: 'nanoserver', shownAt: '2025-10-15T01:00:00.000Z' }],
    publication: null,
  });
});

test('of several publications the first counts, and a plain base AMI is none', async () => {
  const catalog = catalogOf(...BEFORE, seen('servercore', 4294, '2025-10-14T17:30:00Z'));
  const again = publicationAt(4294, '2025-10-15T02:00:00.000Z', 2);
  expect((await timeline(catalog, [again, OCTOBER]))?.publication?.id).toBe(OCTOBER.id);
  expect((await timeline(catalog, [{ ...UNBAKED, osVersion: OCTOBER.osVersion }]))?.publication).toBeNull();
});

test('no channel need show the first: its record says when it came', async () => {
  const catalog = catalogOf(...BEFORE, seen('servercore', 4294, '2025-10-14T17:30:00Z'));
  const [third, fourth] = [3, 4].map((number) =>
    publicationAt(4294, `2025-10-15T0${number}:00:00.000Z`, number),
  ) as [Channel, Channel];
  const second = publicationAt(4294, '2025-10-15T02:00:00.000Z', 2);
  const shown = [fourth, third];
  const first = async (records: readonly Channel[], channels = shown) =>
    (await timeline(catalog, channels, records))?.publication?.id;
  expect(await first([OCTOBER, second, third, fourth])).toBe(OCTOBER.id);
  // The numbers of a bucket before this one stay taken.
  expect(await first([second, third, fourth])).toBe(second.id);
  expect(await first([OCTOBER], [SEPTEMBER])).toBe(OCTOBER.id);
});

test('what came out of band later is not the first', async () => {
  const catalog = catalogOf(
    ...BEFORE,
    seen('servercore', 4294, '2025-10-14T17:30:00Z'),
    seen('servercore', 4300, '2025-10-14T23:00:00Z'),
  );
  const later = [1, 2].map((number) => publicationAt(4300, `2025-10-15T0${number}:00:00.000Z`, number));
  expect((await timeline(catalog, later, [OCTOBER]))?.publication?.id).toBe(OCTOBER.id);
});

test.each([
  ['where nothing has come since', catalogOf(...BEFORE)],
  ['where nothing was seen', catalogOf()],
  ['where the first poll of all came after it', catalogOf(seen('servercore', 4294, '2025-10-14T19:00:00Z'))],
  ['where a tag went back', catalogOf(...BEFORE, seen('servercore', 4052, '2025-10-14T19:00:00Z'))],
])('there is none %s', async (_what, catalog) => {
  expect(await timeline(catalog, [SEPTEMBER])).toBeNull();
});
