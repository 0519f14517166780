import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf, RULES } from '../../lib/core/aws-rules/rules';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'aws-rules.md'), 'utf8');

/** The rows of the table under a heading, each as its cells. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = text.split(`\n## ${heading}\n`);
  return [...section.replace(/\n## [^]*/, '').matchAll(/^\| `(\S+)` +\| (.+?) +\| <(\S+)> +\|$/gm)].map(
    ([, ...cells]) => cells,
  );
}

test.each([...Map.groupBy(RULES, kindOf)])('the rules for a %s are those of the table', (kind, rules) => {
  expect(rowsUnder(kind)).toEqual(rules.map(({ id, source, wayOut }) => [id, wayOut, source]));
});
