import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The ARNs of all versions of the image that a recipe makes; an image has its recipe's name. */
export function imageArns(scope: IConstruct, recipeName: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:imagebuilder:${region}:${account}:image/${recipeName}/*`;
}
