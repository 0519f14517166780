import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf, RULES } from '../../lib/core/aws-rules/rules';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'aws-rules.md'), 'utf8');

/** The ids that the page lists, in its order. */
const listed = [...text.matchAll(/^- ([a-z-]+): ((?:`[a-z-]+`,?\s+)+)/gm)].flatMap(
  ([, kind = '', names = '']) => [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => `${kind}/${name}`),
);

test('the page lists every rule by its kind, and no other', () => {
  expect(listed).toEqual([...Map.groupBy(RULES, kindOf).values()].flat().map(({ id }) => id));
});

test('every rule has its source and a way out, which the page leaves to the refusal', () => {
  expect(RULES.filter(({ source, wayOut }) => !/^https:\/\/\S+$/.test(source) || wayOut === '')).toEqual([]);
});
