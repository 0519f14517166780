import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FINDING_CODES } from '../../lib/contract/values/finding';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'operating.md'), 'utf8');

/** The rows of the table of findings: code, meaning, way out. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const [, section = ''] = text.split('\n### Findings\n');
  const lines = (section.split(/\n#+ /)[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What the table lacks, and what it has too much. */
function differences(text: string): readonly string[] {
  const codes = rowsOf(text).map(([code = '']) => code.replaceAll('`', ''));
  return [
    ...FINDING_CODES.filter((code) => codes.filter((one) => one === code).length !== 1),
    ...codes.filter((code) => !(FINDING_CODES as readonly string[]).includes(code)),
  ];
}

test('every finding is explained once, with its meaning and the way out', () => {
  expect(differences(page)).toEqual([]);
  for (const row of rowsOf(page)) {
    expect([row[0], row.length, row.every((cell) => cell !== '')]).toEqual([row[0], 3, true]);
  }
});

test('a finding that is missing, misspelt or named twice is noticed', () => {
  expect(differences(page.replace('| `LATE` ', '| `LAT` '))).toEqual(['LATE', 'LAT']);
  const [row = ''] = /^\| `FROZEN` .*\n/m.exec(page) ?? [];
  expect(differences(page.replace(row, ''))).toEqual(['FROZEN']);
  expect(differences(page.replace(row, row + row))).toEqual(['FROZEN']);
});
