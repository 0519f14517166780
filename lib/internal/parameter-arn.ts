import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The ARN of a parameter of this account, or with a trailing `*` of all below a path; the name begins with a slash. */
export function parameterArn(scope: IConstruct, name: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:ssm:${region}:${account}:parameter${name}`;
}

/** The ARN of a public parameter, which belongs to no account. */
export function publicParameterArn(scope: IConstruct, name: string): string {
  const { partition, region } = Stack.of(scope);
  return `arn:${partition}:ssm:${region}::parameter${name}`;
}
