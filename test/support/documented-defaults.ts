import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The list of docs/defaults.md below a heading: default by prop. */
export function documentedDefaults(heading: string): Readonly<Record<string, string>> {
  const page = readFileSync(join(__dirname, '..', '..', 'docs', 'defaults.md'), 'utf8');
  const [section = ''] = page.split(`\n## ${heading}\n`)[1]?.split('\n## ') ?? [];
  const items = [...section.matchAll(/^- `(\w+)`: (.+(?:\n {2}.+)*)$/gm)];
  expect(items.length).toBeGreaterThan(0);
  return Object.fromEntries(items.map(([, prop = '', text = '']) => [prop, text.replaceAll(/\n\s+/g, ' ')]));
}
