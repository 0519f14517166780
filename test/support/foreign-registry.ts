import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { storeRegistry, type RegistryShape, type StoredRepository } from '../../sim/registry/memory-registry';

/** How a registry other than the embedded one may behave, each within the distribution specification. */
export interface Quirks {
  /** Tags per page, told by a `Link` header. */
  readonly pageSize?: number;
  /** Asks for an anonymous token first. */
  readonly bearer?: boolean;
  /** Sends the reader of a blob elsewhere. */
  readonly redirectBlobs?: boolean;
  /** Answers the first request of each address with 429. */
  readonly throttle?: boolean;
}

/** A registry on loopback that shares no code with the embedded one. */
export interface ForeignRegistry {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a shape over HTTP. */
export async function startForeignRegistry(
  shape: RegistryShape,
  quirks: Quirks = {},
): Promise<ForeignRegistry> {
  const stored = storeRegistry(shape);
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    if (quirks.throttle === true && !seen.has(request.url!)) {
      seen.add(request.url!);
      refuse(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '0' });
      return;
    }
    answer(stored, quirks, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
}

function answer(
  stored: ReadonlyMap<string, StoredRepository>,
  quirks: Quirks,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? ''}`);
  if (url.pathname === '/token') {
    send(response, 'application/json', JSON.stringify({ token: 'anonymous', expires_in: 300 }));
    return;
  }
  if (url.pathname.startsWith('/data/')) {
    const [, , digest] = url.pathname.split('/');
    const body = [...stored.values()]
      .map((content) => content.blobs.get(digest!))
      .find((one) => one !== undefined);
    send(response, 'application/octet-stream', body!);
    return;
  }
  const match = /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(url.pathname);
  const [, name, kind, reference] = match ?? [];
  if (quirks.bearer === true && request.headers.authorization !== 'Bearer anonymous') {
    refuse(response, 401, 'UNAUTHORIZED', {
      'www-authenticate': `Bearer realm="${url.origin}/token",service="a, b",scope="repository:${name!}:pull"`,
    });
    return;
  }
  const content = stored.get(name ?? '');
  if (content === undefined || reference === undefined) {
    refuse(response, 404, 'NAME_UNKNOWN');
  } else if (kind === 'tags') {
    sendTags(response, url, [...content.tags.keys()].sort(), quirks.pageSize);
  } else if (kind === 'blobs') {
    sendBlob(response, url, content.blobs.get(reference), reference, quirks);
  } else {
    const manifest = content.tags.get(reference) ?? content.manifests.get(reference);
    if (manifest === undefined || !(request.headers.accept ?? '').includes(manifest.mediaType)) {
      refuse(response, 404, 'MANIFEST_UNKNOWN');
    } else {
      response.setHeader('docker-content-digest', manifest.digest);
      send(response, manifest.mediaType, manifest.body);
    }
  }
}

function sendTags(response: ServerResponse, url: URL, tags: readonly string[], pageSize = 100_000): void {
  const from = tags.findIndex((tag) => tag > (url.searchParams.get('last') ?? ''));
  const page = from === -1 ? [] : tags.slice(from, from + pageSize);
  if (from !== -1 && from + pageSize < tags.length) {
    response.setHeader('link', `<${url.pathname}?last=${page.at(-1)!}>; rel="next"`);
  }
  send(response, 'application/json', JSON.stringify({ name: 'x', tags: page }));
}

function sendBlob(
  response: ServerResponse,
  url: URL,
  body: string | undefined,
  digest: string,
  quirks: Quirks,
): void {
  if (body === undefined) {
    refuse(response, 404, 'BLOB_UNKNOWN');
  } else if (quirks.redirectBlobs === true) {
    response.writeHead(307, { location: `${url.origin}/data/${digest}?signature=secret` }).end();
  } else {
    send(response, 'application/octet-stream', body);
  }
}

function send(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
}
