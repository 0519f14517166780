import type { Role } from 'aws-cdk-lib/aws-iam';
import { allow } from '../internal/allow';

/** Lets a role look at a fleet's group, refreshes, instances and launch template versions. */
export function allowToSeeFleet(role: Role): void {
  allow(role, {
    actions: [
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeInstanceRefreshes',
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplateVersions',
    ],
    resources: ['*'],
    wildcardReason: 'Calls that describe cannot be limited to resources.',
  });
}
