import { Token } from 'aws-cdk-lib';
import { Grant, type Role } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { allowKeyUse } from './keys';

/**
 * Allows a role to read secrets and to decrypt them, as `ISecret.grantRead` does, without a change to their own policies: what reads them in
 * another stack must not change the stack of a secret.
 */
export function allowSecretReads(role: Role, secrets: readonly ISecret[]): void {
  for (const secret of new Set(secrets)) {
    const { encryptionKey, env, secretArn, secretFullArn } = secret;
    Grant.addToPrincipal({
      grantee: role,
      actions: ['secretsmanager:GetSecretValue'],
      // A name alone lacks the six characters that Secrets Manager adds.
      resourceArns: [secretFullArn ?? `${secretArn}-??????`],
    });
    allowKeyUse(
      role,
      encryptionKey,
      'secretsmanager',
      ['kms:Decrypt'],
      Token.isUnresolved(env.region) ? undefined : env.region,
    );
  }
}
