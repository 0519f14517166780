import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const pages = readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`);

/** All words of a text as `wc -w` counts them: commands and the bars of tables are words too. */
function lengthOf(text: string): number {
  return text.split(/\s+/).filter((token) => token !== '').length;
}

/** The lines of tables, drawn with bars or in columns, that a terminal of 80 columns would break. */
function wideRowsOf(text: string): readonly string[] {
  const columns = [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].flatMap(([, language, block = '']) =>
    language === '' ? block.split('\n') : [],
  );
  const bars = text.split('\n').filter((line) => line.startsWith('|'));
  return [...columns, ...bars].filter(({ length }) => length > 80);
}

/** The anchors of a page, as GitHub makes them of its headings. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links of a file to others of the repository that lead nowhere. */
function brokenLinksOf(file: string, text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^https?:/.test(link)) {
      return [];
    }
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), path);
    const isThere =
      existsSync(join(ROOT, target)) && (anchor === undefined || anchorsOf(read(target)).includes(anchor));
    return isThere ? [] : [`${file}: ${link}`];
  });
}

test('the pages hold at most 12,000 words in all', () => {
  const counts = pages.map((page) => [page, lengthOf(read(page))] as const);
  const all = counts.reduce((sum, [, length]) => sum + length, 0);
  expect(counts.length).toBeGreaterThan(15);
  expect({ counts: all > 12_000 ? counts : [], isShort: all <= 12_000 }).toEqual({
    counts: [],
    isShort: true,
  });
  expect(lengthOf('| one  | `--two` |\n| ---- | ------ |\n\n```\nthree four\n```\n')).toBe(14);
});

test('a terminal of 80 columns shows every table', () => {
  expect(pages.flatMap((page) => wideRowsOf(read(page)).map((row) => `${page}: ${row}`))).toEqual([]);
  const long = 'x'.repeat(81);
  const block = (language: string) => `\`\`\`${language}\n${long}\n\`\`\`\n`;
  expect(wideRowsOf(`${long}\n| ${long} |\n\n${block('')}${long}\n${block('ts')}`)).toHaveLength(2);
});

test('every link of a page leads to a file, and to a heading of it', () => {
  const files = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/README.md', ...pages];
  expect(files.flatMap((file) => brokenLinksOf(file, read(file)))).toEqual([]);
  expect(brokenLinksOf('docs/x.md', '[a](costs.md#inputs) [b](costs.md#no-such) [c](gone.md)')).toEqual([
    'docs/x.md: costs.md#no-such',
    'docs/x.md: gone.md',
  ]);
});

test('what a page names of the tests and tools is there', () => {
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/`((?:test|tools|lib|bin|sim)\/[\w./-]+)`/g)].map(([, path = '']) => path),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('README leads to every page', () => {
  const readme = read('README.md');
  expect(pages.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
});
