import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';

/** Lets somebody call exactly one function or alias: the grants of CDK take the aliases of a function along. */
export function grantInvoke(grantee: IGrantable, arn: string): Grant {
  return Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: [arn] });
}
