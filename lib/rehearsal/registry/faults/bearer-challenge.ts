import { errorReply, jsonReply } from '../registry-reply';
import { repositoryOf, type RegistryRequest } from '../registry-request';
import type { FaultHooks, FaultSite } from './fault';

const SERVICE = 'embedded-registry';

/**
 * Asks every request for a token of its repository and gives one to anyone who asks at `/token`.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export function bearerChallenge(site: FaultSite): FaultHooks {
  return {
    before: (request) => {
      if (request.path === '/token') {
        return tokenReply(request.query);
      }
      const scope = scopeOf(request);
      const isAllowed = request.headers.authorization === `Bearer ${tokenFor(scope)}`;
      return isAllowed
        ? undefined
        : errorReply(401, 'UNAUTHORIZED', 'A token is needed.', challenge(site.url, scope));
    },
  };
}

function challenge(url: string, scope: string): Readonly<Record<string, string>> {
  const wanted = scope === '' ? '' : `,scope="${scope}"`;
  return { 'WWW-Authenticate': `Bearer realm="${url}/token",service="${SERVICE}"${wanted}` };
}

function tokenReply(query: URLSearchParams): ReturnType<typeof jsonReply> {
  return query.get('service') === SERVICE
    ? jsonReply(200, { token: tokenFor(query.get('scope') ?? ''), expires_in: 300 })
    : errorReply(400, 'UNSUPPORTED', `The service is ${SERVICE}.`);
}

function scopeOf(request: RegistryRequest): string {
  const repository = repositoryOf(request);
  return repository === undefined ? '' : `repository:${repository}:pull`;
}

/** A token that says nothing secret: it proves only that it was fetched for this scope. */
function tokenFor(scope: string): string {
  return Buffer.from(`token for ${scope}`).toString('base64url');
}
