import type { Role } from 'aws-cdk-lib/aws-iam';
import { allow } from '../internal/allow';
import { parameterArn } from '../internal/parameter-arn';

/** Lets a role read and write the parameters of a pipeline. */
export function allowChannelWrites(role: Role, parameterPath: string): void {
  allow(role, {
    actions: ['ssm:GetParameter', 'ssm:PutParameter'],
    resources: [parameterArn(role, `${parameterPath}/*`)],
    wildcardReason: 'The channels and the parameter of each revision, all below the path of this pipeline.',
  });
  allow(role, {
    actions: ['ec2:DescribeImages'],
    resources: ['*'],
    wildcardReason:
      'Parameter Store asks for it to check a parameter of type aws:ec2:image, and it cannot be limited to resources.',
  });
}
