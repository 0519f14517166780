import { Annotations, Stack } from 'aws-cdk-lib';
import {
  AnyPrincipal,
  PolicyStatement,
  ServicePrincipal,
  AccountRootPrincipal,
  PolicyDocument,
  type Role,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { allow } from './allow';

/**
 * Lets CloudWatch Logs of an account and region use a key for its log groups. A key whose policy is not known here has to
 * allow it already, which is said at synthesis.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function letLogsUse(scope: IConstruct, key: IKey | undefined): void {
  if (key === undefined) {
    return;
  }
  const { account, partition, region } = Stack.of(scope);
  const { statementAdded } = key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*`,
        },
      },
    }),
  );
  if (!statementAdded) {
    Annotations.of(scope).addWarningV2(
      'winbake:keyPolicy',
      'The policy of "encryptionKey" belongs to somebody else; it must let CloudWatch Logs and CloudWatch use it, as docs/security.md says.',
    );
  }
}

/** What starts an instance from an encrypted snapshot, copies one, and encrypts a volume. */
export const VOLUME_KEY_USE = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/**
 * Lets whoever may use EC2 in this account use a key through it, as AWS's own key of EBS does: Auto Scaling's service-linked role among
 * them, which cannot be given policies. False where the key's policy is not known here, and so not changed.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
export function letEc2Use(scope: IConstruct, key: IKey): boolean {
  const { account, region } = Stack.of(scope);
  const { statementAdded } = key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new AnyPrincipal()],
      actions: [...VOLUME_KEY_USE, 'kms:CreateGrant'],
      resources: ['*'],
      conditions: {
        StringEquals: { 'kms:CallerAccount': account, 'kms:ViaService': `ec2.${region}.amazonaws.com` },
      },
    }),
  );
  return statementAdded;
}

/** Everything that an account does with a key of its own; written out, so that no policy of ours allows all of a service. */
const ACTIONS = [
  'CancelKeyDeletion',
  'CreateAlias',
  'CreateGrant',
  'Decrypt',
  'DeleteAlias',
  'DescribeKey',
  'DisableKey',
  'DisableKeyRotation',
  'EnableKey',
  'EnableKeyRotation',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GetKeyPolicy',
  'GetKeyRotationStatus',
  'ListGrants',
  'ListKeyPolicies',
  'ListKeyRotations',
  'ListResourceTags',
  'PutKeyPolicy',
  'ReEncryptFrom',
  'ReEncryptTo',
  'RevokeGrant',
  'RotateKeyOnDemand',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateAlias',
  'UpdateKeyDescription',
];

/**
 * The policy of a key whose use the IAM policies of its account decide.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-root-enable-iam
 */
export function keyAdministration(): PolicyDocument {
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'AccountDecides',
        principals: [new AccountRootPrincipal()],
        actions: ACTIONS.map((action) => `kms:${action}`),
        resources: ['*'],
      }),
    ],
  });
}

/**
 * Allows a role to read and write what a service keeps encrypted with a key, through that service alone; does nothing where the
 * service has a key of its own.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function allowKeyUse(
  role: Role,
  key: IKey | undefined,
  service: 's3' | 'secretsmanager' | 'sns' | 'sqs',
  actions: readonly string[] = ['kms:Decrypt', 'kms:GenerateDataKey'],
  region: string = Stack.of(role).region,
): void {
  if (key !== undefined) {
    allow(role, {
      actions,
      resources: [key.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `${service}.${region}.amazonaws.com` },
      },
    });
  }
}
