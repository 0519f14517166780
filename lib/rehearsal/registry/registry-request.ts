import type { IncomingHttpHeaders } from 'node:http';

/** What a request of the distribution API asks for. */
export type Route =
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
