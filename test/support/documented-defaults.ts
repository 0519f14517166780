import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const API = readFileSync(join(__dirname, '..', '..', 'API.md'), 'utf8');

/** What API.md says is used for what is left out of a struct: default by prop. */
export function documentedDefaults(struct: string): Readonly<Record<string, string>> {
  const entries = API.split('\n---\n').flatMap((entry) => {
    const prop = new RegExp(`id="winbake\\.${struct}\\.property\\.(\\w+)"></a>\n\n\`\`\``).exec(entry)?.[1];
    const text = /^- \*Default:\* (.+)$/m.exec(entry)?.[1];
    return prop === undefined || text === undefined ? [] : [[prop, text] as const];
  });
  expect(entries.length).toBeGreaterThan(0);
  return Object.fromEntries(entries);
}
