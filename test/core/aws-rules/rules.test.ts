import { checkDocument, EXAMPLES, kindOf, RULES } from '../../../lib/core/aws-rules/rules';

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
});
