import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDING_CODES } from '../../lib/contract/values/finding';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'operating.md'), 'utf8');

/** The entries of the list of findings: code, meaning, way out. */
function entriesOf(text: string): readonly (readonly string[])[] {
  const [, section = ''] = text.split('\n### Findings\n');
  const entries = (section.split(/\n#+ /)[0] ?? '').matchAll(/^- `(\w+)`:([^]*?) →([^]*?)\.$/gm);
  return [...entries].map(([, ...parts]) => parts.map((part) => part.trim()));
}

/** What the list lacks, and what it has too much. */
function differences(text: string): readonly string[] {
  const codes = entriesOf(text).map(([code = '']) => code);
  return [
    ...FINDING_CODES.filter((code) => codes.filter((one) => one === code).length !== 1),
    ...codes.filter((code) => !(FINDING_CODES as readonly string[]).includes(code)),
  ];
}

test('every finding is explained once, with its meaning and the way out', () => {
  expect(differences(page)).toEqual([]);
  for (const entry of entriesOf(page)) {
    expect([entry[0], entry.length, entry.every((part) => part !== '')]).toEqual([entry[0], 3, true]);
  }
});

test('a finding that is missing, misspelt or named twice is noticed', () => {
  expect(differences(page.replace('- `LATE`:', '- `LAT`:'))).toEqual(['LATE', 'LAT']);
  const [entry = ''] = /^- `FROZEN`:[^]*?(?=^- )/m.exec(page) ?? [];
  expect(differences(page.replace(entry, ''))).toEqual(['FROZEN']);
  expect(differences(page.replace(entry, entry + entry))).toEqual(['FROZEN']);
});
