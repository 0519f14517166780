import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { WinbakeError } from '../contract/values/errors';
import { explaining } from './explain-failure';

/**
 * The hosts of private ECR registries, of both kinds of addresses, with FIPS or without, in China too.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
 */
const ECR_HOST =
  /^\d{12}\.dkr(?:\.ecr|-ecr)(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;

/** The region of a private ECR registry, or undefined where a host is none. */
export function ecrRegion(host: string): string | undefined {
  return ECR_HOST.exec(host)?.[1];
}

/**
 * The login of the caller's identity for the private ECR registries of a region, good for 12 hours. Throws a `WinbakeError`.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 */
export async function ecrLogin(
  region: string,
  client: ECRClient = new ECRClient({ region }),
): Promise<{ readonly user: string; readonly password: string }> {
  return explaining({ doing: 'sign in to ECR', region }, async () => {
    const { authorizationData = [] } = await client.send(new GetAuthorizationTokenCommand({}));
    const text = Buffer.from(authorizationData[0]?.authorizationToken ?? '', 'base64').toString('utf8');
    const [, user, password] = /^([^:]+):(.+)$/s.exec(text) ?? [];
    if (user === undefined || password === undefined) {
      throw new WinbakeError('AWS_FAILED', `ECR in ${region} gave no readable login.`);
    }
    return { user, password };
  });
}
