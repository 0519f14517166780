import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf, RULES } from '../../lib/core/aws-rules/rules';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'aws-rules.md'), 'utf8');

test('the page counts the rules of every kind, and of no other', () => {
  const counted = [...text.matchAll(/`([a-z-]+)` (\d+)[,.]/g)].map(([, kind, count]) => [
    kind,
    Number(count),
  ]);
  const counts = [...Map.groupBy(RULES, kindOf)].map(([kind, rules]) => [kind, rules.length]);
  expect(counted).toEqual(counts);
});

test('every rule has its source and a way out, which the page leaves to the refusal', () => {
  expect(RULES.filter(({ source, wayOut }) => !/^https:\/\/\S+$/.test(source) || wayOut === '')).toEqual([]);
});
