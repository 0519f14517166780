import type { Server, IncomingHttpHeaders, ServerResponse } from 'node:http';
import { UsageError, WinbakeError } from '../../lib/contract/values/errors';

/**
 * Opens a server on a port of an address of this computer; port 0 takes any that is free. Resolves with the port; throws a
 * `UsageError` for a number that is no port, and a `WinbakeError` with code `PORT_UNAVAILABLE` where it cannot be had.
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError(`A port is a number from 0 to 65535, 0 for any that is free; got: ${port}.`);
  }
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new WinbakeError('PORT_UNAVAILABLE', `${reasonOf(cause, host, port)}; choose another, or 0.`, {
          cause,
        }),
      );
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' ? (address?.port ?? port) : port);
    });
  });
}

function reasonOf(cause: NodeJS.ErrnoException, host: string, port: number): string {
  const reasons: Partial<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is taken on ${host}`,
    EACCES: `Port ${port} may not be opened by this user`,
  };
  return (
    reasons[cause.code ?? ''] ??
    `Port ${port} of ${host} could not be opened (${cause.code ?? cause.message})`
  );
}

/** What the embedded registry answers; a HEAD gets the same without the body. */
export interface RegistryReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The size to declare where it is not the body's, in bytes. */
  readonly declaredBytes?: number;
  /** How long the answer is held back, in milliseconds. */
  readonly delayMilliseconds?: number;
  /** `reset`: the connection ends without an answer; `halfway`: in the middle of the body. */
  readonly ending?: 'reset' | 'halfway';
}

/**
 * The error codes that the embedded registry uses.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
type RegistryErrorName =
  | 'BLOB_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'PAGINATION_NUMBER_INVALID'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNKNOWN'
  | 'UNSUPPORTED';

/** An error in the form of the distribution API. */
export function errorReply(
  status: number,
  code: RegistryErrorName,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): RegistryReply {
  return jsonReply(status, { errors: [{ code, message, detail: null }] }, headers);
}

/** A JSON document. */
export function jsonReply(
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): RegistryReply {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(document),
  };
}

/** What a request of the distribution API asks for. */
type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'other' };

/** A request as the embedded registry sees it. */
export interface RegistryRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly route: Route;
}

/** Reads method, address and headers of a request; an address that cannot be decoded is of the kind `other`. */
export function registryRequest(
  method: string,
  address: string,
  headers: IncomingHttpHeaders,
): RegistryRequest {
  const [rawPath = '', ...query] = address.split('?');
  const path = decode(rawPath);
  return { method, path, query: new URLSearchParams(query.join('?')), headers, route: routeOf(path) };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

/** @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints */
function routeOf(path: string): Route {
  if (path === '/v2/' || path === '/v2') {
    return { kind: 'base' };
  }
  const tags = /^\/v2\/(.+)\/tags\/list$/.exec(path);
  if (tags?.[1] !== undefined) {
    return { kind: 'tags', repository: tags[1] };
  }
  const [, repository, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
  if (repository === undefined || reference === undefined) {
    return { kind: 'other' };
  }
  return kind === 'blobs'
    ? { kind: 'blob', repository, digest: reference }
    : { kind: 'manifest', repository, reference };
}

/** The repository that a request is about, if any. */
export function repositoryOf({ route }: RegistryRequest): string | undefined {
  return 'repository' in route ? route.repository : undefined;
}

/** Sends an answer, after its delay and up to its ending; a HEAD gets the headers only. */
export function sendReply(response: ServerResponse, method: string, reply: RegistryReply): void {
  if (reply.delayMilliseconds === undefined) {
    sendNow(response, method, reply);
  } else {
    setTimeout(() => {
      sendNow(response, method, reply);
    }, reply.delayMilliseconds).unref();
  }
}

function sendNow(response: ServerResponse, method: string, reply: RegistryReply): void {
  if (reply.ending === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = Buffer.from(reply.body);
  response.writeHead(reply.status, {
    'Docker-Distribution-Api-Version': 'registry/2.0',
    ...reply.headers,
    'Content-Length': String(reply.declaredBytes ?? body.length),
  });
  if (method === 'HEAD') {
    response.end();
  } else if (reply.ending === 'halfway') {
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  } else {
    response.end(body);
  }
}

/**
 * One page of a repository's tags, with a `Link` to the next where there is one.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
 */
export function tagPage(repository: string, tags: readonly string[], query: URLSearchParams): RegistryReply {
  const n = query.get('n');
  const last = query.get('last');
  if (n !== null && !/^\d{1,9}$/.test(n)) {
    return errorReply(400, 'PAGINATION_NUMBER_INVALID', `n must be a number of tags; got: '${n}'.`);
  }
  const remaining = last === null ? tags : tags.filter((tag) => tag > last);
  const page = n === null ? remaining : remaining.slice(0, Number(n));
  const end = page.at(-1);
  const hasMore = end !== undefined && page.length < remaining.length;
  return jsonReply(200, { name: repository, tags: page }, hasMore ? linkTo(repository, end, n ?? '') : {});
}

/** The header that leads to the page after a tag. */
export function linkTo(repository: string, last: string, n: string): Readonly<Record<string, string>> {
  return { Link: `</v2/${repository}/tags/list?last=${encodeURIComponent(last)}&n=${n}>; rel="next"` };
}
