import type { JsonObject } from '../../../lib/contract/values/json';
import { checkTemplate } from '../../../lib/core/aws-rules/check-template';
import { hasRequired } from '../../../lib/core/aws-rules/resource-rules';
import { checkedApp } from '../../support/checked-app';

const templates = checkedApp().assembly.stacks.map(({ stackName, template }) => ({
  stackName,
  template: template as { readonly Resources?: Readonly<Record<string, { readonly Type: string }>> },
}));

test('no service refuses a document that the constructs synthesize', () => {
  const refusals = templates.flatMap(({ stackName, template }) =>
    checkTemplate(template as JsonObject).map((refusal) => ({ stackName, ...refusal })),
  );
  expect(refusals).toEqual([]);
});

test('it is known of each type that the constructs make what it requires; tools/build/required-properties.py writes it', () => {
  const types = templates.flatMap(({ template }) =>
    Object.values(template.Resources ?? {}).map(({ Type }) => Type),
  );
  expect(types.length).toBeGreaterThan(100);
  const unknown = types.filter((type) => type.startsWith('AWS::') && !hasRequired(type));
  expect([...new Set(unknown)]).toEqual([]);
});
