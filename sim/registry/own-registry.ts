import { createServer } from 'node:http';
import { isTag } from '../../lib/core/oci/image-reference';
import {
  errorReply,
  jsonReply,
  listen,
  registryRequest,
  sendReply,
  type RegistryReply,
  type RegistryRequest,
} from './http';
import { platformImage } from './images/image-store';
import { sha256, type Content, type PlatformImage } from './images/stored-content';

/** A user name and what proves it. */
export interface BasicLogin {
  readonly user: string;
  readonly password: string;
}

/** What is read of a repository; docker asks for a layer with HEAD, in place of its bytes. */
export type ReadKind = 'manifest' | 'blob' | 'layer';

/** What a private registry is started with. */
export interface OwnRegistryOptions {
  /**
   * `basic`: it takes the login itself, as ECR does; `bearer`: it wants a token, which its token server gives for the login; `open`: it
   * lets anybody read.
   * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html#registry_auth_http
   * @see https://distribution.github.io/distribution/spec/auth/token/
   */
  readonly scheme: 'basic' | 'bearer' | 'open';
  /** Whether a login may read that of a repository. */
  readonly mayRead: (login: BasicLogin, repository: string, kind: ReadKind) => boolean;
  /** The image that a tag shows now. */
  readonly imageAt: (repository: string, tag: string) => PlatformImage | undefined;
}

/** A registry of its own, in which an app's images lie. */
export interface OwnRegistry {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** An app's image: what it is built on, with a layer of its own; synthetic. */
export function appImage(
  base: PlatformImage,
  {
    key,
    osVersion,
    bytes,
    made,
  }: { readonly key: string; readonly osVersion: string; readonly bytes: number; readonly made: Date },
): PlatformImage {
  const layers = base.layers.map(({ digest, size }) => ({ digest, size }));
  return platformImage({
    key,
    architecture: 'amd64',
    osVersion,
    firstSeen: made.getTime(),
    layers: [...layers, { digest: sha256(`app ${key}`), size: bytes }],
    recorded: { recordedDigest: null, evidence: 'synthetic', layers: 'declared' },
    oci: false,
  });
}

const SERVICE = 'own.registry';

/** Starts a private registry on this computer; read only. */
export async function startOwnRegistry(options: OwnRegistryOptions): Promise<OwnRegistry> {
  const shelves = new Map<string, Content>();
  let url = '';
  const server = createServer((incoming, response) => {
    const { method = '', url: address = '', headers } = incoming;
    const request = registryRequest(method, address, headers);
    incoming.resume();
    sendReply(response, method, answer(options, shelves, url, request));
  });
  url = `http://127.0.0.1:${await listen(server, '127.0.0.1', 0)}`;
  return {
    url,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

function answer(
  options: OwnRegistryOptions,
  shelves: Map<string, Content>,
  url: string,
  request: RegistryRequest,
): RegistryReply {
  const { headers, method, path, query, route } = request;
  if (path === '/token') {
    const login = basicLogin(headers.authorization);
    const repository = /^repository:(.+):pull$/.exec(query.get('scope') ?? '')?.[1] ?? '';
    return login !== undefined &&
      query.get('service') === SERVICE &&
      options.mayRead(login, repository, 'manifest')
      ? jsonReply(200, { token: tokenFor(repository), expires_in: 300 })
      : errorReply(401, 'UNAUTHORIZED', 'The login is not known.');
  }
  if (route.kind !== 'manifest' && route.kind !== 'blob') {
    return errorReply(404, 'UNSUPPORTED', `This registry has no address ${path}.`);
  }
  const { kind, repository } = route;
  const read = kind === 'blob' && method === 'HEAD' ? 'layer' : kind;
  const refusal = refused(options, url, headers.authorization, repository, read);
  if (refusal !== undefined) {
    return refusal;
  }
  const reference = kind === 'manifest' ? route.reference : route.digest;
  const image = kind === 'manifest' && isTag(reference) ? options.imageAt(repository, reference) : undefined;
  for (const content of image === undefined ? [] : [image.manifest, image.config, ...image.layers]) {
    shelves.set(`${repository} ${content.digest}`, content);
  }
  const found = image?.manifest ?? shelves.get(`${repository} ${reference}`);
  if (found === undefined) {
    const code = kind === 'manifest' ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN';
    return errorReply(404, code, `${repository} has no ${reference}.`);
  }
  const named = { 'Docker-Content-Digest': found.digest };
  if (found.kind === 'layer') {
    const sized = { status: 200, headers: named, body: '', declaredBytes: found.size };
    return method === 'HEAD'
      ? sized
      : errorReply(501, 'UNSUPPORTED', 'The bytes of layers are not modelled.');
  }
  const type = found.kind === 'manifest' ? found.mediaType : 'application/octet-stream';
  return { status: 200, headers: { 'Content-Type': type, ...named }, body: found.body };
}

function refused(
  { mayRead, scheme }: OwnRegistryOptions,
  url: string,
  authorization: string | undefined,
  repository: string,
  kind: ReadKind,
): RegistryReply | undefined {
  if (scheme === 'open') {
    return undefined;
  }
  if (scheme === 'bearer') {
    const scope = `repository:${repository}:pull`;
    const challenge = `Bearer realm="${url}/token",service="${SERVICE}",scope="${scope}"`;
    return authorization === `Bearer ${tokenFor(repository)}`
      ? undefined
      : errorReply(401, 'UNAUTHORIZED', 'A token is needed.', { 'WWW-Authenticate': challenge });
  }
  const login = basicLogin(authorization);
  if (login === undefined) {
    const challenge = `Basic realm="${url}/",service="ecr.amazonaws.com"`;
    return errorReply(401, 'UNAUTHORIZED', 'Not Authorized', { 'WWW-Authenticate': challenge });
  }
  return mayRead(login, repository, kind)
    ? undefined
    : errorReply(403, 'DENIED', `This login may not read the ${kind}s of ${repository}.`);
}

function basicLogin(authorization = ''): BasicLogin | undefined {
  const [, encoded = ''] = /^Basic (.+)$/.exec(authorization) ?? [];
  const [, user, password] = /^([^:]+):(.+)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}

function tokenFor(repository: string): string {
  return Buffer.from(`token for ${repository}`).toString('base64url');
}
