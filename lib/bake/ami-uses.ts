import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { allow } from '../internal/allow';

/** Where it is looked for what uses AMIs. */
export interface AmiUsesProps {
  readonly parameterPrefix: string;
  /** The paths of the pipelines whose AMIs they are. */
  readonly parameterPaths: readonly string[];
  /** Regions of the role's own account. */
  readonly regions: readonly string[];
}

/** Lets a role see what uses the AMIs of pipelines, and forget the revisions whose AMIs are gone. */
export function allowToSeeUses(role: Role, { parameterPaths, parameterPrefix, regions }: AmiUsesProps): void {
  const { account, partition } = Stack.of(role);
  allow(role, {
    actions: [
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplateVersions',
      'autoscaling:DescribeAutoScalingGroups',
    ],
    resources: ['*'],
    wildcardReason: 'Anything of the account may use an AMI, and these calls cannot be limited to resources.',
  });
  const parameters = (path: string) =>
    regions.map((region) => `arn:${partition}:ssm:${region}:${account}:parameter${path}`);
  allow(role, {
    actions: ['ssm:GetParametersByPath'],
    resources: [...parameters(parameterPrefix), ...parameters(`${parameterPrefix}/*`)],
    wildcardReason: 'What channels and fleets of the prefix name is in use; fleets belong to other stacks.',
  });
  allow(role, {
    actions: ['ssm:DeleteParameter'],
    resources: parameterPaths.flatMap((path) => parameters(`${path}/by-revision/*`)),
    wildcardReason: 'The parameter of a revision whose AMI is gone; its name holds the revision.',
  });
}
