import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
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
  constructor(scope: Construct, id: string, { distribution, pipelineName, resourceName }: PipelineSettings) {
    super(scope, id, {
      description: `Winbake ${pipelineName}: AMIs that other accounts use`,
      alias: `alias/${resourceName}-amis`,
      enableKeyRotation: true,
      policy: keyAdministration(),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { account, region } = Stack.of(this);
    // As AWS's own key of EBS has it: whoever may use EC2 here, Auto Scaling's own role among them.
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ThroughEc2',
        principals: [new AnyPrincipal()],
        actions: [...USE, 'kms:CreateGrant'],
        resources: ['*'],
        conditions: {
          StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `ec2.${region}.amazonaws.com` },
        },
      }),
    );
    const others = distribution.accounts.map((other) => new AccountPrincipal(other));
    this.addToResourcePolicy(
      new PolicyStatement({ sid: 'OtherAccounts', principals: others, actions: USE, resources: ['*'] }),
    );
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'GrantsOfOtherAccounts',
        principals: others,
        actions: ['kms:CreateGrant'],
        resources: ['*'],
        conditions: {
          'ForAllValues:StringEquals': {
            'kms:GrantOperations': [
              'Decrypt',
              'DescribeKey',
              'GenerateDataKeyWithoutPlaintext',
              'ReEncryptFrom',
              'ReEncryptTo',
              'CreateGrant',
            ],
          },
        },
      }),
    );
  }
}
