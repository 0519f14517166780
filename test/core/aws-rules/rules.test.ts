import type { JsonObject } from '../../../lib/contract/values/json';
import { checkDocument, EXAMPLES, kindOf, RULES } from '../../../lib/core/aws-rules/rules';
import { IMAGE_BUILDER_NEIGHBOURS } from './image-builder-neighbours';
import { OTHER_NEIGHBOURS } from './other-neighbours';

const NEIGHBOURS: Readonly<Record<string, JsonObject>> = { ...IMAGE_BUILDER_NEIGHBOURS, ...OTHER_NEIGHBOURS };

describe('the table of rules', () => {
  test('names each rule once', () => {
    const ids = RULES.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test.each(Object.entries(EXAMPLES))('the example of a %s breaks none', (kind, document) => {
    expect(checkDocument(kind as keyof typeof EXAMPLES, document)).toEqual([]);
  });

  test.each(RULES.map((rule) => [rule.id, rule] as const))('%s refuses what was refused', (id, rule) => {
    const refusals = checkDocument(kindOf(rule), { ...EXAMPLES[kindOf(rule)], ...rule.refused });
    expect(refusals.map(({ rule: found }) => found)).toContain(id);
  });

  test.each(RULES.map((rule) => [rule.id, rule] as const))('%s accepts its neighbour', (id, rule) => {
    const neighbour = NEIGHBOURS[id] ?? {};
    expect(checkDocument(kindOf(rule), changed(EXAMPLES[kindOf(rule)], neighbour))).toEqual([]);
  });

  test('has a neighbour for each rule', () => {
    expect(Object.keys(NEIGHBOURS)).toEqual(RULES.map(({ id }) => id));
  });
});

/** The change laid over the example; what is undefined in it is left out. */
function changed(example: JsonObject, change: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries({ ...example, ...change }).filter(([, value]) => value !== undefined),
  );
}
