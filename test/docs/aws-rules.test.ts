import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../lib/core/aws-rules/rules';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'aws-rules.md'), 'utf8');

test('the page counts the rules', () => {
  expect(text).toContain(`The ${RULES.length} rules of`);
});

test('every rule has its source and a way out, which the page leaves to the refusal', () => {
  expect(RULES.filter(({ source, wayOut }) => !/^https:\/\/\S+$/.test(source) || wayOut === '')).toEqual([]);
});
