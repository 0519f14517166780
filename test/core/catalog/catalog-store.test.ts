import { catalogSchema, type ImageSet } from '../../../lib/contract/documents/catalog';
import { emptyCatalog, withHost, withImageSet, withObservations } from '../../../lib/core/catalog/catalog';
import { changeCatalog, readCatalog } from '../../../lib/core/catalog/catalog-store';
import { parseRelease } from '../../../lib/contract/values/release';
import { contractFixture } from '../../support/contract-fixture';
import { memoryDocuments } from '../../support/memory-ports';
import { digestOf } from '../../../sim/registry/memory-registry';

const RELEASE = parseRelease('2022');
const KEY = 'catalog/2022.json';

function observation(tag: string) {
  return {
    at: '2025-10-14T18:00:00.000Z',
    repository: 'windows/servercore',
    tag,
    digest: digestOf(tag),
    platformDigest: digestOf(tag),
    osVersion: '10.0.20348.4294',
    compressedBytes: null,
  };
}

test('a catalog that is not there is empty, and the first change writes it', async () => {
  const store = memoryDocuments();
  expect(await readCatalog(store, RELEASE)).toEqual(emptyCatalog(RELEASE));
  await changeCatalog(store, RELEASE, (catalog) => catalog);
  expect(JSON.parse(store.texts.get(KEY)!)).toEqual(emptyCatalog(RELEASE));
});

test('a change that changes nothing writes nothing', async () => {
  const store = memoryDocuments({ [KEY]: emptyCatalog(RELEASE) });
  const write = jest.spyOn(store, 'write');
  await changeCatalog(store, RELEASE, (catalog) => catalog);
  expect(write).not.toHaveBeenCalled();
});

test('two writers at once lose nothing', async () => {
  const store = memoryDocuments();
  const tags = ['one', 'two', 'three', 'four'];
  await Promise.all(
    tags.map((tag) =>
      changeCatalog(store, RELEASE, (catalog) => withObservations(catalog, [observation(tag)])),
    ),
  );
  const { observations } = await readCatalog(store, RELEASE);
  expect(observations.map(({ tag }) => tag).sort()).toEqual([...tags].sort());
});

test('what another wrote between reading and writing is not lost', async () => {
  const store = memoryDocuments();
  let calls = 0;
  await changeCatalog(store, RELEASE, (catalog) => {
    calls += 1;
    if (calls === 1) {
      const others = withObservations(catalog, [observation('other')]);
      void store.overwrite(KEY, JSON.stringify(others));
    }
    return withObservations(catalog, [observation('own')]);
  });
  const { observations } = await readCatalog(store, RELEASE);
  expect(observations.map(({ tag }) => tag).sort()).toEqual(['other', 'own']);
  expect(calls).toBe(2);
});

test('a writer who always comes too late gives up', async () => {
  const store = memoryDocuments({ [KEY]: emptyCatalog(RELEASE) });
  const write = jest.spyOn(store, 'write').mockResolvedValue(false);
  const change = changeCatalog(store, RELEASE, (catalog) => withHost(catalog, new Date(0), 1, 'bake'));
  await expect(change).rejects.toMatchObject({
    code: 'CATALOG_CONFLICT',
    message: 'catalog/2022.json was changed by others 5 times in a row; try again.',
  });
  expect(write).toHaveBeenCalledTimes(5);
});

test.each([
  ['{"schema":"winbake.catalog/1"', 'catalog/2022.json is damaged: it is not JSON.'],
  [
    { ...emptyCatalog(RELEASE), schema: 'winbake.catalog/2' },
    'catalog/2022.json has a schema that this version of Winbake does not know; got: "winbake.catalog/2". A newer Winbake wrote it: take that version here.',
  ],
  [{ ...emptyCatalog(RELEASE), hosts: 'none' }, /^catalog\/2022\.json is damaged: hosts /],
])('a catalog like %j is left as it is', async (stored, message) => {
  const store = memoryDocuments({ [KEY]: stored });
  const before = store.texts.get(KEY);
  const change = changeCatalog(store, RELEASE, (catalog) => withHost(catalog, new Date(0), 1, 'bake'));
  await expect(change).rejects.toMatchObject({
    code: 'DOCUMENT_INVALID',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
  expect(store.texts).toEqual(new Map([[KEY, before]]));
});

test('a set keeps the findings that the release before reads, and those of a newer one are passed over', async () => {
  const [set] = catalogSchema.parse(contractFixture('catalog')).sets;
  const finding = (code: string) => ({ code, severity: 'warning', message: `${code} was found.` });
  const findings = [finding('NOT_FOUND'), finding('LATE')] as ImageSet['findings'];
  const store = memoryDocuments();
  const { sets } = await changeCatalog(store, RELEASE, (catalog) =>
    withImageSet(catalog, { ...set!, findings }),
  );
  expect(sets[0]!.findings).toEqual([finding('LATE')]);
  const newer = { ...set!, findings: [finding('OF_TOMORROW'), finding('LATE')] };
  const later = memoryDocuments({ [KEY]: { ...emptyCatalog(RELEASE), sets: [newer] } });
  expect((await readCatalog(later, RELEASE)).sets[0]!.findings).toEqual([finding('LATE')]);
});
