import type { Role } from 'aws-cdk-lib/aws-iam';
import { allow } from '../internal/allow';
import { parameterArn } from '../internal/parameter-arn';

/** Lets a role read and write the parameters of pipelines. */
export function allowChannelWrites(role: Role, parameterPaths: readonly string[]): void {
  allow(role, {
    actions: ['ssm:GetParameter', 'ssm:PutParameter'],
    resources: parameterPaths.map((path) => parameterArn(role, `${path}/*`)),
    wildcardReason: 'The channels and the parameter of each revision, all below the path of a pipeline.',
  });
  allow(role, {
    actions: ['ec2:DescribeImages'],
    resources: ['*'],
    wildcardReason:
      'Parameter Store asks for it to check a parameter of type aws:ec2:image, and it cannot be limited to resources.',
  });
}
