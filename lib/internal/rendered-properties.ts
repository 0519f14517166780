import { Stack, type CfnResource } from 'aws-cdk-lib';

/**
 * The properties of a resource as the template will have them, overrides and all; to be called while the template is made, as
 * from a lazy value. CDK's own hash of a function reads a resource the same way.
 *
 * @see https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-lambda/lib/function-hash.ts
 */
export function renderedProperties(resource: CfnResource): unknown {
  const renderable = resource as unknown as { readonly _toCloudFormation: () => object };
  const rendered: unknown = Stack.of(resource).resolve(renderable._toCloudFormation());
  const { Resources } = rendered as {
    readonly Resources: Readonly<Record<string, { Properties?: unknown }>>;
  };
  return Object.values(Resources)[0]?.Properties;
}
