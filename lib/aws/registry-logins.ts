import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { WinbakeError } from '../contract/values/errors';
import { isJsonObject, textAt } from '../contract/values/json';
import { ecrRegion } from '../core/images/own-image';
import { explaining } from './explain-failure';

/** A user name and what proves it. */
interface PasswordLogin {
  readonly user: string;
  readonly password: string;
}

/** A login must not take the time of a whole poll, in milliseconds. */
const LOGIN_MILLISECONDS = 10_000;

/**
 * The login of the caller's identity for the private ECR registries of a region, good for 12 hours. Throws a `WinbakeError`.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 */
export async function ecrLogin(
  region: string,
  client: ECRClient = new ECRClient({ region }),
): Promise<PasswordLogin> {
  return explaining({ doing: 'sign in to ECR', region }, async () => {
    const { authorizationData = [] } = await client.send(new GetAuthorizationTokenCommand({}), timeLimit());
    const text = Buffer.from(authorizationData[0]?.authorizationToken ?? '', 'base64').toString('utf8');
    const [, user, password] = /^([^:]+):(.+)$/s.exec(text) ?? [];
    if (user === undefined || password === undefined) {
      throw new WinbakeError('AWS_FAILED', `ECR in ${region} gave no readable login.`);
    }
    return { user, password };
  });
}

function timeLimit(): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(LOGIN_MILLISECONDS) };
}

/**
 * The login that a secret holds as ECS takes it for a private registry: `{"username": ..., "password": ...}`. Throws a `WinbakeError`.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
 */
async function secretLogin(arn: string): Promise<PasswordLogin> {
  const region = arn.split(':')[3] ?? '';
  return explaining({ doing: `read the secret ${arn}`, region }, async () => {
    const client = new SecretsManagerClient({ region });
    const { SecretString = '' } = await client.send(
      new GetSecretValueCommand({ SecretId: arn }),
      timeLimit(),
    );
    const value = parse(SecretString);
    const [user, password] = isJsonObject(value)
      ? [textAt(value, 'username'), textAt(value, 'password')]
      : [];
    if (user === undefined || password === undefined) {
      throw new WinbakeError(
        'AWS_FAILED',
        `The secret ${arn} is no JSON object with the texts "username" and "password".`,
      );
    }
    return { user, password };
  });
}

/** The parser's own error is not kept: it would quote the secret. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The logins of a role for registries by their hosts: what a secret holds where there is one, and in ECR the role's own. Other registries
 * are read in the name of nobody. Throws a `WinbakeError`.
 */
export function roleLogins(
  secrets: Readonly<Record<string, string>>,
): (host: string) => Promise<PasswordLogin | undefined> {
  return async (host) => {
    const [secret, region] = [Object.hasOwn(secrets, host) ? secrets[host] : undefined, ecrRegion(host)];
    return secret !== undefined ? secretLogin(secret) : region === undefined ? undefined : ecrLogin(region);
  };
}
