import { UsageError } from '../../lib/contract/values/errors';
import { isRepository } from '../../lib/core/oci/image-reference';
import { isDigest } from '../../lib/contract/values/digest';
import { isIndexType } from '../../lib/core/oci/manifests';
import type { Fault, FaultHooks, FaultSite } from './fault';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import {
  errorReply,
  jsonReply,
  repositoryOf,
  type RegistryReply,
  type RegistryRequest,
  listen,
  registryRequest,
  sendReply,
  linkTo,
} from './http';

/** The most tags on a page of the fault `paging`. */
const TAGS_OF_A_PAGE = 25;

/** Faults by which a registry answers with something else than it should. */
export const DAMAGES: readonly Fault[] = [
  {
    name: 'wrong-digest',
    description: 'Manifests and configs differ by one byte from what their digests promise.',
    arrange: () => ({
      after: ({ route }, reply) =>
        reply.status === 200 && (route.kind === 'manifest' || (route.kind === 'blob' && reply.body !== ''))
          ? { ...reply, body: `${reply.body}\n` }
          : reply,
    }),
  },
  {
    name: 'truncated',
    description: 'The connection ends in the middle of each manifest, config and tag list.',
    arrange: () => ({
      after: ({ route }, reply) =>
        reply.status === 200 && route.kind !== 'base' ? { ...reply, ending: 'halfway' } : reply,
    }),
  },
  {
    name: 'registry-foreign-entry',
    description:
      'Each index has entries that are no images: an attestation, an artifact, a signature, an index.',
    arrange: foreignEntries,
  },
  {
    name: 'paging',
    description: `Tag lists come in pages of ${TAGS_OF_A_PAGE}, whatever was asked for.`,
    arrange: () => ({
      rewrite: (request) => {
        const query = new URLSearchParams(request.query);
        query.set('n', String(Math.min(TAGS_OF_A_PAGE, Number(query.get('n') ?? TAGS_OF_A_PAGE))));
        return request.route.kind === 'tags' ? { ...request, query } : request;
      },
    }),
  },
  {
    name: 'endless-tags',
    description: 'After the last page of a tag list there is always another one, with an invented tag.',
    arrange: () => {
      let count = 0;
      return {
        after: ({ route, query }, reply) => {
          if (route.kind !== 'tags' || reply.status !== 200 || reply.headers['Link'] !== undefined) {
            return reply;
          }
          const tag = `zz-endless-${++count}`;
          const link = linkTo(route.repository, tag, query.get('n') ?? '1');
          const isInvented = query.get('last')?.startsWith('zz-endless-') === true;
          return isInvented
            ? jsonReply(200, { name: route.repository, tags: [tag] }, link)
            : { ...reply, headers: { ...reply.headers, ...link } };
        },
      };
    },
  },
];

/** The repository of the fault `registry-hangs-one`, and how late it answers: later than anybody waits. */
const HANGING = 'dotnet/framework/aspnet';
const NEVER_MILLISECONDS = 2 ** 31 - 1;

/** What registries keep beside the images of an index, each with its own entry. */
const FOREIGN_ENTRIES: readonly {
  readonly mediaType: string;
  readonly entry: object;
  readonly body: object;
}[] = [
  {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    entry: { platform: { os: 'unknown', architecture: 'unknown' } },
    body: { layers: [] },
  },
  { mediaType: 'application/vnd.oci.artifact.manifest.v1+json', entry: {}, body: { blobs: [] } },
  {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    entry: { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json' },
    body: { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json', layers: [] },
  },
  { mediaType: 'application/vnd.oci.image.index.v1+json', entry: {}, body: { manifests: [] } },
];

const ATTACHED = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  body: { artifactType: 'application/spdx+json', layers: [] },
};

/** Serves each index that a tag leads to with entries that are no images before its own, under the digest that it then has. */
function foreignEntries(): FaultHooks {
  const served = new Map<string, RegistryReply>();
  const keep = (mediaType: string, body: string): string => {
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const headers = { 'Content-Type': mediaType, 'Docker-Content-Digest': digest };
    served.set(digest, { status: 200, headers, body });
    return digest;
  };
  return {
    before: ({ route }) => (route.kind === 'manifest' ? served.get(route.reference) : undefined),
    after: ({ route }, reply) => {
      const mediaType = reply.headers['Content-Type'] ?? '';
      if (
        route.kind !== 'manifest' ||
        reply.status !== 200 ||
        !isIndexType(mediaType) ||
        isDigest(route.reference)
      ) {
        return reply;
      }
      const index = JSON.parse(reply.body) as {
        readonly manifests: readonly { readonly platform?: object }[];
      };
      // An artifact has the platform of the image that it is attached to.
      const attached = { platform: index.manifests[0]?.platform };
      const foreign = [...FOREIGN_ENTRIES, { ...ATTACHED, entry: attached }].map((one) => {
        const { body, entry, mediaType: type } = one;
        const text = JSON.stringify({ schemaVersion: 2, mediaType: type, ...body });
        return { mediaType: type, digest: keep(type, text), size: text.length, ...entry };
      });
      const body = JSON.stringify({ ...index, manifests: [...foreign, ...index.manifests] });
      return served.get(keep(mediaType, body)) ?? reply;
    },
  };
}

const TOO_MANY = 'Too many requests; ask again later.';

/** Faults by which a registry gives no answer, or not the one that was asked for. */
const REFUSALS: readonly Fault[] = [
  {
    name: 'throttle',
    description: 'Every third request is answered 429 with Retry-After: 0, none twice in a row.',
    arrange: () => {
      let count = 0;
      const refusal = errorReply(429, 'TOOMANYREQUESTS', TOO_MANY, { 'Retry-After': '0' });
      // Beside others, one that comes again could be the third each time.
      const refused = new Set<string>();
      return {
        before: ({ path, query }) => {
          const asked = `${path}?${query.toString()}`;
          count += 1;
          if (refused.delete(asked) || count % 3 !== 0) {
            return undefined;
          }
          refused.add(asked);
          return refusal;
        },
      };
    },
  },
  {
    name: 'throttle-hard',
    description: 'Every request is answered 429 with Retry-After: 1.',
    arrange: () => ({ before: () => errorReply(429, 'TOOMANYREQUESTS', TOO_MANY, { 'Retry-After': '1' }) }),
  },
  {
    name: 'down',
    description: 'Every connection is reset.',
    arrange: () => ({ before: () => ({ status: 0, headers: {}, body: '', ending: 'reset' }) }),
  },
  {
    name: 'slow',
    description: 'Every answer comes 250 ms late.',
    arrange: () => ({ after: (_request, reply) => ({ ...reply, delayMilliseconds: 250 }) }),
  },
  {
    name: 'server-error',
    description: 'The first two requests of each address are answered 500.',
    arrange: () => {
      const counts = new Map<string, number>();
      return {
        before: ({ method, path }) => {
          const count = (counts.get(`${method} ${path}`) ?? 0) + 1;
          counts.set(`${method} ${path}`, count);
          return count <= 2 ? errorReply(500, 'UNKNOWN', 'The registry has an internal error.') : undefined;
        },
      };
    },
  },
  {
    name: 'html',
    description:
      'Every request is answered with a web page and status 200, as by a portal that wants a login.',
    arrange: () => ({
      before: () => ({
        status: 200,
        headers: { 'Content-Type': 'text/html; charset=utf-8' },
        body: '<!doctype html><title>Sign in</title><p>Sign in to use this network.</p>',
      }),
    }),
  },
  {
    name: 'registry-hangs-one',
    description: `Tags of ${HANGING} are never answered for; other repositories and digests are.`,
    arrange: () => ({
      after: ({ route }, reply) => {
        const isTag = route.kind === 'tags' || (route.kind === 'manifest' && !isDigest(route.reference));
        return isTag && route.repository === HANGING
          ? { ...reply, delayMilliseconds: NEVER_MILLISECONDS }
          : reply;
      },
    }),
  },
  {
    name: 'missing:<repository>',
    description: 'The named repository is not known.',
    arrange: (_site, repository) => ({
      before: (request) =>
        repositoryOf(request) === repository
          ? errorReply(404, 'NAME_UNKNOWN', `There is no repository ${repository}.`)
          : undefined,
    }),
  },
];

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
const DETOURS: readonly Fault[] = [
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
