import { Stack } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct, Construct } from 'constructs';
import { allow, explainManagedPolicy } from '../../internal/allow';
import type { BaseAmiSource } from '../props/base-ami';
import type { PipelineSettings } from '../props/pipeline-settings';

/** The ARNs of all versions of the image that a recipe makes; an image has its recipe's name. */
export function imageArns(scope: IConstruct, recipeName: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:imagebuilder:${region}:${account}:image/${recipeName}/*`;
}

/** What Image Builder works with in this pipeline. */
interface ExecutionRoleProps {
  readonly settings: PipelineSettings;
  readonly instanceRole: IRole;
  readonly baseAmi: BaseAmiSource;
  /** The ARNs of the keys that AMIs are encrypted with, in all regions. */
  readonly keyArns: readonly string[];
}

/**
 * What Image Builder may do while it carries out the workflows. AWS's own policy allows it what it made itself, by its tag.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2ImageBuilderExecutionPolicy.html
 */
export class ExecutionRole extends Role {
  constructor(scope: Construct, id: string, props: ExecutionRoleProps) {
    const { baseAmi, instanceRole, keyArns, settings } = props;
    const policies = [
      'EC2ImageBuilderExecutionPolicy',
      ...(settings.fastLaunch === undefined ? [] : ['EC2FastLaunchFullAccess']),
    ];
    super(scope, id, {
      assumedBy: new ServicePrincipal('imagebuilder.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
      managedPolicies: policies.map((policy) => ManagedPolicy.fromAwsManagedPolicyName(policy)),
    });
    for (const policy of policies) {
      explainManagedPolicy(
        this,
        policy,
        'AWS asks for it on this role, keeps it up to date, and limits it to what Image Builder made.',
      );
    }
    allow(this, {
      actions: ['iam:PassRole'],
      resources: [instanceRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    });
    allow(this, { actions: ['ssm:GetParameter'], resources: [baseAmi.parameterArn] });
    if (settings.scan !== undefined) {
      allowScan(this);
    }
    if (keyArns.length > 0) {
      allowVolumes(this, keyArns);
    }
  }
}

/**
 * As Image Builder's own role has it: keys are used through EC2 only.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam-awsmanpol.html
 */
function allowVolumes(role: Role, keyArns: readonly string[]): void {
  const StringLike = { 'kms:ViaService': 'ec2.*.amazonaws.com' };
  allow(role, {
    actions: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    resources: keyArns,
    conditions: { StringLike },
  });
  allow(role, {
    actions: ['kms:CreateGrant'],
    resources: keyArns,
    conditions: { StringLike, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
  });
}

/**
 * An account's first scan of an AMI makes the roles that Inspector reads snapshots with.
 *
 * @see https://docs.aws.amazon.com/inspector/latest/user/machine-image-on-demand.html
 * @see https://docs.aws.amazon.com/inspector/latest/user/slr-permissions-ami.html
 */
function allowScan(role: Role): void {
  const { account, partition } = Stack.of(role);
  allow(role, {
    actions: ['inspector2:StartOnDemandScan', 'inspector2:GetOnDemandScanStatus'],
    resources: ['*'],
    wildcardReason: 'The AMI that is scanned has an id unknown before, and Inspector has no resource for it.',
  });
  allow(role, {
    actions: ['iam:CreateServiceLinkedRole'],
    resources: [
      ['inspector2', 'AWSServiceRoleForAmazonInspector2'],
      ['ami.inspector2', 'AWSServiceRoleForAmazonInspector2Ami'],
    ].map(
      ([service = '', name = '']) =>
        `arn:${partition}:iam::${account}:role/aws-service-role/${service}.amazonaws.com/${name}`,
    ),
  });
}
