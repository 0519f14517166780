import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { JsonObject } from '../contract/values/json';
import { checkTemplate, hasRules } from '../core/aws-rules/check-template';
import { refusalText } from '../core/aws-rules/rule';

/** Ends synthesis where a service would refuse a resource of a construct, whatever made or changed it: props, escape hatches or aspects. */
export function holdToServiceRules(scope: Construct): void {
  scope.node.addValidation({
    validate: () =>
      checkTemplate({ Resources: renderedResources(scope) }).map(
        (refusal) => `The deployment would fail at ${refusal.logicalId}: ${refusalText(refusal)}.`,
      ),
  });
}

function renderedResources(scope: Construct): JsonObject {
  const stack = Stack.of(scope);
  const held = scope.node
    .findAll()
    .filter((one) => CfnResource.isCfnResource(one))
    .filter(({ cfnResourceType }) => hasRules(cfnResourceType));
  // What CDK itself renders a template with; nothing public gives a resource with its overrides.
  return Object.assign(
    {},
    ...held.map((one) => {
      const rendered = (one as unknown as { _toCloudFormation(): object })._toCloudFormation();
      return (stack.resolve(rendered) as { readonly Resources?: object }).Resources;
    }),
  ) as JsonObject;
}
