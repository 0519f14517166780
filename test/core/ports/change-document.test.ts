import { changeDocument, readDocument, type DocumentForm } from '../../../lib/core/ports/stores';
import { memoryDocuments } from '../../support/memory-ports';

const FORM: DocumentForm<readonly string[]> = {
  key: 'list.json',
  parse: (text) => JSON.parse(text) as string[],
  empty: [],
};

test('a document that is not there is the empty one', async () => {
  expect(await readDocument(memoryDocuments(), FORM)).toEqual([]);
});

test('two writers at once lose nothing', async () => {
  const store = memoryDocuments();
  const overrides = ['one', 'two', 'three', 'four', 'five'];
  await Promise.all(
    overrides.map((override) => changeDocument(store, FORM, (before) => [...before, override])),
  );
  expect([...(await readDocument(store, FORM))].sort()).toEqual([...overrides].sort());
});

test('the same object is no change, and nothing is written', async () => {
  const store = memoryDocuments({ 'list.json': ['one'] });
  const write = jest.spyOn(store, 'write');
  expect(await changeDocument(store, FORM, (before) => before)).toEqual(['one']);
  expect(write).not.toHaveBeenCalled();
});

test('where others write all the time it gives up and says so', async () => {
  const store = memoryDocuments();
  jest.spyOn(store, 'write').mockResolvedValue(false);
  await expect(changeDocument(store, FORM, (before) => [...before, 'one'])).rejects.toMatchObject({
    code: 'DOCUMENT_CONFLICT',
    message: 'list.json was changed by others 8 times in a row; try again.',
  });
});
