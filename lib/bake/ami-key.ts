import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { amiKeyDescription } from '../core/destroy/left-names';
import { AUTO_SCALING_GRANT, amiKeyAlias, autoScalingRoleArn } from '../core/publish/ami-key-names';
import { keyAdministration } from '../internal/key-administration';
import type { PipelineSettings } from './pipeline-settings';

/** What starts an instance from an encrypted snapshot and copies one. */
const USE = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/**
 * The key of AMIs that other accounts start instances from, which AWS's own key of EBS does not allow. It stays when the
 * pipeline goes: instances that run need it to start again.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/share-amis-with-kms-key.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
export class AmiKey extends Key {
  constructor(scope: Construct, id: string, { distribution, pipelineName }: PipelineSettings) {
    super(scope, id, {
      description: amiKeyDescription(pipelineName),
      alias: amiKeyAlias(pipelineName),
      enableKeyRotation: true,
      policy: keyAdministration(),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { account, partition, region } = Stack.of(this);
    const { accounts } = distribution;
    const throughEc2 = { 'kms:ViaService': `ec2.${region}.amazonaws.com` };
    const others = accounts.map((other) => new AccountPrincipal(other));
    const statements = [
      // As AWS's own key of EBS has it: whoever may use EC2 here, Auto Scaling's own role among them.
      {
        sid: 'ThroughEc2',
        principals: [new AnyPrincipal()],
        actions: [...USE, 'kms:CreateGrant'],
        conditions: { StringEquals: { 'kms:CallerAccount': account, ...throughEc2 } },
      },
      {
        sid: 'OtherAccountsThroughEc2',
        principals: others,
        actions: USE,
        conditions: { StringEquals: throughEc2 },
      },
      {
        sid: 'InstancesOfOtherAccounts',
        principals: others,
        actions: ['kms:CreateGrant'],
        conditions: { StringEquals: throughEc2, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      },
      // Before it starts instances, an account looks the key up by its alias and lets Auto Scaling in.
      { sid: 'OtherAccountsFindIt', principals: others, actions: ['kms:DescribeKey'] },
      {
        sid: 'AutoScalingOfOtherAccounts',
        principals: others,
        actions: ['kms:CreateGrant'],
        conditions: {
          StringEquals: {
            'kms:GranteePrincipal': accounts.map((other) => autoScalingRoleArn(partition, other)),
          },
          'ForAllValues:StringEquals': { 'kms:GrantOperations': AUTO_SCALING_GRANT },
        },
      },
    ];
    for (const statement of statements) {
      this.addToResourcePolicy(new PolicyStatement({ ...statement, resources: ['*'] }));
    }
  }
}
