import { resourceNameOf } from '../destroy/left-names';

/** The alias of the key that a pipeline makes for AMIs of other accounts; accounts find the key by it. */
export function amiKeyAlias(pipeline: string): string {
  return `alias/${resourceNameOf(pipeline)}-amis`;
}

/**
 * What Auto Scaling's own role needs of a key of another account.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html#policy-example-cmk-cross-account-access
 */
export const AUTO_SCALING_GRANT = [
  'CreateGrant',
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
] as const;

/** The role that Auto Scaling has in an account unless a group names another one. */
export function autoScalingRoleArn(partition: string, account: string): string {
  return `arn:${partition}:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
}
