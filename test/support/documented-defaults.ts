import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The table of docs/defaults.md below a heading: default by prop. */
export function documentedDefaults(heading: string): Readonly<Record<string, string>> {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'defaults.md'), 'utf8');
  const [section = ''] = page.split(`\n## ${heading}\n`)[1]?.split('\n## ') ?? [];
  const rows = [...section.matchAll(/^\| `(\w+)` +\| (.+?) +\|$/gm)];
  expect(rows.length).toBeGreaterThan(0);
  return Object.fromEntries(rows.map(([, prop = '', text = '']) => [prop, text]));
}
