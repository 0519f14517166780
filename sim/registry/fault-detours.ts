import { createServer } from 'node:http';
import type { FaultHooks, FaultSite, Fault } from './fault';
import {
  errorReply,
  jsonReply,
  repositoryOf,
  type RegistryRequest,
  listen,
  registryRequest,
  sendReply,
} from './http';

const SERVICE = 'embedded-registry';

/**
 * Asks every request for a token of its repository and gives one to anyone who asks at `/token`.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
function bearerChallenge(site: FaultSite): FaultHooks {
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

/** Ways round which a registry sends its clients; real ones do, so these are faults only where a client cannot follow. */
export const DETOURS: readonly Fault[] = [
  {
    name: 'redirect-blobs',
    description: 'Blobs are redirected (307) to a second port, which refuses requests with credentials.',
    arrange: redirectBlobs,
  },
  {
    name: 'redirect-loop',
    description: 'Blobs are redirected (307) to themselves for ever.',
    arrange: (site) => {
      let count = 0;
      return {
        before: ({ route, path }) =>
          route.kind === 'blob'
            ? { status: 307, headers: { Location: `${site.url}${path}?turn=${++count}` }, body: '' }
            : undefined,
      };
    },
  },
  {
    name: 'token',
    description: 'Every request needs a bearer token, which /token gives to anyone.',
    arrange: bearerChallenge,
  },
];

async function redirectBlobs(site: FaultSite): Promise<FaultHooks> {
  const server = createServer((incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    const refused = headers.authorization !== undefined;
    const reply = refused
      ? errorReply(400, 'UNSUPPORTED', 'The address is signed already; credentials may not be sent along.')
      : site.answer(registryRequest(method, url, headers));
    sendReply(response, method, reply);
  });
  const port = await listen(server, site.host, 0);
  const origin = new URL(site.url);
  origin.port = String(port);
  return {
    before: ({ route, path }) =>
      route.kind === 'blob'
        ? { status: 307, headers: { Location: `${origin.origin}${path}?signature=synthetic` }, body: '' }
        : undefined,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    },
  };
}
