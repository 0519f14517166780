import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { allow } from './allow';

/**
 * Lets a role read and write what a service keeps encrypted with a key, through that service alone; does nothing where the
 * service has a key of its own.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function allowKeyUse(role: Role, key: IKey | undefined, service: 's3' | 'sns' | 'sqs'): void {
  if (key !== undefined) {
    allow(role, {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: {
        StringEquals: { 'kms:ViaService': `${service}.${Stack.of(role).region}.amazonaws.com` },
      },
    });
  }
}
