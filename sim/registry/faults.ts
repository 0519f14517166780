import { UsageError } from '../../lib/contract/values/errors';
import { isRepository } from '../../lib/core/oci/image-reference';
import type { Fault, FaultHooks, FaultSite } from './fault';
import { DAMAGES, REFUSALS } from './fault-responses';
import { createServer } from 'node:http';
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

/** All faults that the embedded registry can have, for `--fault` and its help. */
export const FAULTS: readonly Fault[] = [...REFUSALS, ...DAMAGES, ...DETOURS];

/** A fault that was asked for, and the value of its parameter. */
export interface FaultSettings {
  readonly fault: Fault;
  /** Empty where the fault takes none. */
  readonly value: string;
}

/**
 * The faults of these names; throws a `UsageError` where a name is none, which lists them all and others that would have
 * been one.
 */
export function parseFaults(
  names: readonly string[],
  others: readonly string[] = [],
): readonly FaultSettings[] {
  return names.map((text) => {
    const [name = '', ...rest] = text.split(':');
    const value = rest.join(':');
    const fault = FAULTS.find((candidate) =>
      takesRepository(candidate)
        ? candidate.name.startsWith(`${name}:`) && isRepository(value)
        : candidate.name === text,
    );
    if (fault === undefined) {
      const known = new Set([...others, ...FAULTS.map((one) => one.name)]);
      throw new UsageError(`A fault is one of ${[...known].join(', ')}; got: '${text}'.`);
    }
    return { fault, value };
  });
}

/** Whether a fault is about one repository, whose name follows its own. */
export function takesRepository(fault: Fault): boolean {
  return fault.name.endsWith(':<repository>');
}
