import type { JsonObject } from '../../../lib/contract/values/json';
import { checkTemplate } from '../../../lib/core/aws-rules/check-template';
import { checkedApp } from '../../support/checked-app';

test('no service refuses a document that the constructs synthesize', () => {
  const refusals = checkedApp().assembly.stacks.flatMap((stack) =>
    checkTemplate(stack.template as JsonObject).map((refusal) => ({ stack: stack.stackName, ...refusal })),
  );
  expect(refusals).toEqual([]);
});
