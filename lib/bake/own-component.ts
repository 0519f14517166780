import { CfnComponent, type CfnImageRecipe } from 'aws-cdk-lib/aws-imagebuilder';
import type { Construct } from 'constructs';
import type { BakeComponent } from './bake-component';

/** A component of the user's own as part of a recipe; one that was given as a document is made first. */
export function ownComponent(
  scope: Construct,
  { componentArn, document, name = '', parameters }: BakeComponent,
  prefix: string,
): CfnImageRecipe.ComponentConfigurationProperty {
  const values = Object.entries(parameters).map(([key, value]) => ({ name: key, value: [value] }));
  const arn =
    componentArn ??
    new CfnComponent(scope, `Own-${name}`, {
      name: `${prefix}-own-${name}`,
      version: '1.0.0',
      platform: 'Windows',
      data: document ?? '',
    }).attrArn;
  return { componentArn: arn, ...(values.length === 0 ? {} : { parameters: values }) };
}
