import {
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf } from '../../../bin/shared/exit-code';
import { checkNewFile, openPage, writeNewFile } from '../../../bin/shared/new-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-new-file-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const named = (file: string) => ({ option: '--html', file });

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(exitCodeOf(error)).toBe(2);
  return (error as Error).message;
}

test('a file is written whole, and nothing is left beside it', async () => {
  const file = join(folder, 'page.html');
  await checkNewFile(named(file));
  await writeNewFile(named(file), 'text');
  expect(readFileSync(file, 'utf8')).toBe('text');
  expect(readdirSync(folder)).toEqual(['page.html']);
});

test('what is there is kept: a file, a folder, a link that leads nowhere', async () => {
  const places = ['file', 'folder', 'link'].map((name) => join(folder, name)) as [string, string, string];
  writeFileSync(places[0], 'mine');
  mkdirSync(places[1]);
  symlinkSync(join(folder, 'nowhere'), places[2]);
  for (const file of places) {
    expect(await refusal(checkNewFile(named(file)))).toBe(
      `The file '${file}' of --html is there already; name another.`,
    );
    expect(await refusal(writeNewFile(named(file), 'text'))).toContain('cannot be written: EEXIST');
  }
  expect(readFileSync(places[0], 'utf8')).toBe('mine');
  expect(readdirSync(folder).sort()).toEqual(['file', 'folder', 'link']);
});

test.each([
  ['', 'The option --html takes the name of a file'],
  ['somewhere/', 'The option --html takes the name of a file'],
  [join('none', 'page.html'), 'cannot be written: ENOENT'],
])('%j is refused before any work', async (file, message) => {
  expect(await refusal(checkNewFile(named(file === '' ? file : `${folder}/${file}`)))).toContain(message);
});

test('without the option no page is made', async () => {
  const write = await openPage(undefined);
  await write(() => {
    throw new Error('A page was made.');
  });
  await (
    await openPage(join(folder, 'page.html'))
  )(() => 'page');
  expect(readFileSync(join(folder, 'page.html'), 'utf8')).toBe('page');
});
