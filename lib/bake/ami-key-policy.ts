import { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { AUTO_SCALING_GRANT, autoScalingRoleArn } from '../contract/names/resources';

/** What starts an instance from an encrypted snapshot and copies one. */
const USE = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/**
 * Lets this account and others start instances from AMIs that are encrypted with a key, Auto Scaling's own roles among them;
 * false where the key's policy is not known here, and so not changed.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/share-amis-with-kms-key.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
export function letInstancesUse(scope: IConstruct, key: IKey, accounts: readonly string[]): boolean {
  const { account, partition, region } = Stack.of(scope);
  const throughEc2 = { 'kms:ViaService': `ec2.${region}.amazonaws.com` };
  // As AWS's own key of EBS has it: whoever may use EC2 here.
  const own = {
    principals: [new AnyPrincipal()],
    actions: [...USE, 'kms:CreateGrant'],
    conditions: { StringEquals: { 'kms:CallerAccount': account, ...throughEc2 } },
  };
  const principals = accounts.map((other) => new AccountPrincipal(other));
  const others = [
    { principals, actions: USE, conditions: { StringEquals: throughEc2 } },
    {
      principals,
      actions: ['kms:CreateGrant'],
      conditions: { StringEquals: throughEc2, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
    // Before it starts instances, an account looks the key up by its alias and lets Auto Scaling in.
    { principals, actions: ['kms:DescribeKey'] },
    {
      principals,
      actions: ['kms:CreateGrant'],
      conditions: {
        StringEquals: {
          'kms:GranteePrincipal': accounts.map((other) => autoScalingRoleArn(partition, other)),
        },
        'ForAllValues:StringEquals': { 'kms:GrantOperations': AUTO_SCALING_GRANT },
      },
    },
  ];
  return [own, ...(accounts.length === 0 ? [] : others)]
    .map((one) => key.addToResourcePolicy(new PolicyStatement({ ...one, resources: ['*'] })))
    .every(({ statementAdded }) => statementAdded);
}
