import { Annotations } from 'aws-cdk-lib';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { refuse } from '../../internal/validate';
import type { WindowsAmiPipelineProps } from '../props/windows-ami-pipeline-props';

/** Where the build and test instances run; both are left out for the region's default VPC. */
export interface PipelineNetwork {
  readonly subnetId?: string;
  readonly securityGroupIds?: string[];
}

/** Image Builder takes one subnet and its security groups, or neither. */
export function pipelineNetwork(
  scope: Construct,
  { vpc, vpcSubnets, securityGroups }: WindowsAmiPipelineProps,
): PipelineNetwork {
  if (vpc === undefined) {
    for (const [prop, value] of Object.entries({ vpcSubnets, securityGroups })) {
      if (value !== undefined) {
        refuse(
          scope,
          prop,
          'needs "vpc"',
          'no "vpc"',
          'Name the VPC as well, or leave both out for the default VPC.',
        );
      }
    }
    Annotations.of(scope).addWarningV2(
      'winbake:defaultVpc',
      'No "vpc" is given, so the bake runs in the default VPC of the region. Accounts of companies often have none: then every ' +
        'bake fails at its first step. Name a VPC with a way out, or acknowledge this warning.',
    );
    return {};
  }
  const [subnetId] = vpc.selectSubnets(vpcSubnets).subnetIds;
  const groups = securityGroups ?? [
    new SecurityGroup(scope, 'SecurityGroup', {
      vpc,
      description: 'Build and test instances of Winbake: nothing in',
    }),
  ];
  return { subnetId, securityGroupIds: groups.map((group) => group.securityGroupId) };
}
