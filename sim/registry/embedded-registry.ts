import { createServer } from 'node:http';
import { type Digest, isDigest } from '../../lib/contract/values/digest';
import { UsageError } from '../../lib/contract/values/errors';
import { isRepository, isTag } from '../../lib/core/oci/image-reference';
import type { ManifestDocument, Registry } from '../../lib/core/oci/registry';
import type { FaultHooks, FaultSite } from './fault';
import { type FaultSettings, takesRepository } from './faults';
import { checkAsOf, type History, parseAsOf } from './history/history';
import {
  errorReply,
  jsonReply,
  listen,
  type RegistryReply,
  registryRequest,
  type RegistryRequest,
  sendReply,
  tagPage,
} from './http';
import { type ImageStore, type PublishedContent, publishedContentOf } from './images/image-store';
import type { Content, ManifestContent, RecordedImage } from './images/stored-content';

/** Whether an `Accept` header allows a media type; an absent header, like that of curl, allows all. */
function accepts(header: string | undefined, mediaType: string): boolean {
  const wanted = (header ?? '*/*').split(',').map((range) => range.split(';')[0]?.trim().toLowerCase() ?? '');
  const [group = ''] = mediaType.split('/');
  return wanted.some((range) => range === mediaType || range === '*/*' || range === `${group}/*`);
}

/** What the embedded registry answers from. */
interface RegistryState {
  readonly history: History;
  readonly content: PublishedContent;
  readonly instant: Date;
}

/** The answer of a registry without faults, read only, to one request at one instant. */
function handleRequest(state: RegistryState, request: RegistryRequest): RegistryReply {
  const { route, method } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    return errorReply(405, 'UNSUPPORTED', 'This registry replays history and takes nothing.', {
      Allow: 'GET, HEAD',
    });
  }
  if (route.kind === 'base') {
    return jsonReply(200, {});
  }
  if (route.kind === 'other') {
    return errorReply(404, 'UNSUPPORTED', `This registry has no address ${request.path}.`);
  }
  const { repository } = route;
  if (!isRepository(repository)) {
    return errorReply(400, 'NAME_INVALID', `'${repository}' names no repository.`);
  }
  const tags = state.history.tagsAt(repository, state.instant);
  if (tags.length === 0) {
    const at = state.instant.toISOString();
    return errorReply(404, 'NAME_UNKNOWN', `There is no repository ${repository} at ${at}.`);
  }
  switch (route.kind) {
    case 'tags':
      return tagPage(repository, tags, request.query);
    case 'manifest':
      return serveManifest(state, request, repository, route.reference);
    case 'blob':
      return serveBlob(state, method, repository, route.digest);
  }
}

function serveManifest(
  { content, instant }: RegistryState,
  { headers }: RegistryRequest,
  repository: string,
  reference: string,
): RegistryReply {
  if (!isDigest(reference) && !isTag(reference)) {
    return errorReply(400, 'DIGEST_INVALID', `'${reference}' is neither a tag nor a sha256 digest.`);
  }
  const found = isDigest(reference)
    ? content.find(repository, reference, instant)
    : content.resolve(repository, reference, instant);
  if (found?.kind !== 'manifest') {
    return errorReply(
      404,
      'MANIFEST_UNKNOWN',
      `${repository} has no ${reference} at ${instant.toISOString()}.`,
    );
  }
  return accepts(headers.accept, found.mediaType)
    ? manifestReply(found)
    : errorReply(
        404,
        'MANIFEST_UNKNOWN',
        `${reference} is a ${found.mediaType}, which Accept does not name.`,
      );
}

function manifestReply({ digest, mediaType, body }: ManifestContent): RegistryReply {
  return { status: 200, headers: { 'Content-Type': mediaType, 'Docker-Content-Digest': digest }, body };
}

function serveBlob(
  { content, instant }: RegistryState,
  method: string,
  repository: string,
  digest: string,
): RegistryReply {
  if (!isDigest(digest)) {
    return errorReply(400, 'DIGEST_INVALID', `'${digest}' is no sha256 digest.`);
  }
  const found = content.find(repository, digest, instant);
  if (found === undefined || found.kind === 'manifest') {
    return errorReply(
      404,
      'BLOB_UNKNOWN',
      `${repository} has no blob ${digest} at ${instant.toISOString()}.`,
    );
  }
  const headers = { 'Content-Type': 'application/octet-stream', 'Docker-Content-Digest': digest };
  return found.kind === 'config'
    ? { status: 200, headers, body: found.body }
    : layerReply(found, method, headers);
}

function layerReply(
  layer: Extract<Content, { kind: 'layer' }>,
  method: string,
  headers: RegistryReply['headers'],
): RegistryReply {
  return method === 'HEAD'
    ? { status: 200, headers, body: '', declaredBytes: layer.size }
    : errorReply(501, 'UNSUPPORTED', 'The bytes of layers are not modelled; HEAD tells the declared size.');
}

/** What a registry is started with. */
export interface EmbeddedRegistryOptions {
  readonly history: History;
  /** The moment of the history that is shown; must lie in its range. */
  readonly asOf: Date | string;
  /** Defaults to 0, any that is free. */
  readonly port?: number;
  /** The address of this computer to listen on; defaults to 127.0.0.1. */
  readonly host?: string;
  /** From `parseFaults`; what is shown of moments before `asOf` is without them. */
  readonly faults?: readonly FaultSettings[];
  /** Told of every request after its answer is known. */
  readonly onRequest?: (request: {
    readonly method: string;
    readonly path: string;
    readonly status: number;
  }) => void;
}

/** A registry that replays a history over HTTP. */
export interface EmbeddedRegistry {
  /** Without a slash at the end. */
  readonly url: string;
  /** The images behind its digests. */
  readonly images: ImageStore;
  /** How many requests it has had. */
  readonly requests: number;
  /** Moves the moment that is shown; it may go back, and on beyond the history's end, where nothing changes any more. */
  setInstant(instant: Date): void;
  /** What was recorded of the image behind a digest of this registry; undefined where the digest is not its own. */
  recordedDigest(digest: string): RecordedImage | undefined;
  close(): Promise<void>;
}

/**
 * Starts a registry that shows a history as of a moment: distribution API, read only. Throws a `UsageError` for a moment
 * outside the history or a fault's repository that it does not have, and a `WinbakeError` with code `PORT_UNAVAILABLE`.
 */
export async function startEmbeddedRegistry(options: EmbeddedRegistryOptions): Promise<EmbeddedRegistry> {
  const { history, host = '127.0.0.1', asOf } = options;
  let instant = typeof asOf === 'string' ? parseAsOf(asOf, history) : checkAsOf(asOf, history);
  const began = instant;
  const faults = options.faults ?? [];
  checkRepositories(faults, history);
  const content = publishedContentOf(history);
  const { images } = content;
  const answer = (request: RegistryRequest): RegistryReply =>
    handleRequest({ history, content, instant }, request);
  const hooks: FaultHooks[] = [];
  let requests = 0;
  const server = createServer((incoming, response) => {
    const { method = '', url: address = '', headers } = incoming;
    requests += 1;
    const request = registryRequest(method, address, headers);
    const reply = instant < began ? answer(request) : replyWith(hooks, answer, request);
    options.onRequest?.({ method, path: request.path, status: reply.status });
    incoming.resume();
    sendReply(response, method, reply);
  });
  const port = await listen(server, host, options.port ?? 0);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  hooks.push(...(await arrange(faults, { url, host, answer })));
  return {
    url,
    images,
    get requests() {
      return requests;
    },
    setInstant: (next) => {
      instant = next;
    },
    recordedDigest: (digest) => images.recordedDigest(digest),
    close: async () => {
      for (const hook of hooks) {
        await hook.close?.();
      }
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function replyWith(
  hooks: readonly FaultHooks[],
  answer: (request: RegistryRequest) => RegistryReply,
  asked: RegistryRequest,
): RegistryReply {
  const request = hooks.reduce((rewritten, hook) => hook.rewrite?.(rewritten) ?? rewritten, asked);
  let reply: RegistryReply | undefined;
  for (const hook of hooks) {
    reply ??= hook.before?.(request);
  }
  reply ??= answer(request);
  return hooks.reduce((spoilt, hook) => hook.after?.(request, spoilt) ?? spoilt, reply);
}

async function arrange(settings: readonly FaultSettings[], site: FaultSite): Promise<readonly FaultHooks[]> {
  const hooks: FaultHooks[] = [];
  for (const { fault, value } of settings) {
    hooks.push(await fault.arrange(site, value));
  }
  return hooks;
}

function checkRepositories(settings: readonly FaultSettings[], history: History): void {
  for (const { fault, value } of settings) {
    if (takesRepository(fault) && !history.repositories().includes(value)) {
      const known = history.repositories().join(', ');
      throw new UsageError(
        `The fault ${fault.name} takes a repository of the history: ${known}; got: '${value}'.`,
      );
    }
  }
}

/** A registry of recorded history without a network, and what is on record of the bytes of layers. */
interface RecordedRegistry extends Registry {
  /** The compressed bytes of a layer as they were recorded; undefined where its size is only declared. */
  readonly bytesOf: (layer: string) => number | undefined;
}

/** Shows a history as of a moment. It knows an image by the digest that the real registry had, too, where that was recorded. */
export function recordedRegistry(history: History, asOf: Date): RecordedRegistry {
  const content = publishedContentOf(history);
  const sizes = new Map(
    history.events.flatMap(({ layers }) =>
      layers.flatMap(({ digest, size }) => (size === null ? [] : [[digest as string, size] as const])),
    ),
  );
  const byRecordedDigest = (repository: string, digest: Digest): Content | undefined => {
    const events = history.eventsOf(repository).filter(({ time }) => time <= asOf.getTime());
    const whole = events.find((event) => event.digest === digest);
    const platform = whole ?? events.find((event) => event.platformDigest === digest);
    const image = platform && content.images.imageOf(platform);
    return whole === undefined ? image?.platform.manifest : image?.resolved;
  };
  const find = (repository: string, reference: string): Content | undefined =>
    isDigest(reference)
      ? (content.find(repository, reference, asOf) ?? byRecordedDigest(repository, reference))
      : content.resolve(repository, reference, asOf);
  const manifest = (repository: string, reference: string): Promise<ManifestDocument | undefined> => {
    const found = find(repository, reference);
    return Promise.resolve(found?.kind === 'manifest' ? found : undefined);
  };
  return {
    manifest,
    head: manifest,
    blob: (repository, digest) => {
      const found = content.find(repository, digest, asOf);
      return Promise.resolve(found?.kind === 'config' ? found.body : undefined);
    },
    tags: (repository) => {
      const tags = history.tagsAt(repository, asOf);
      return Promise.resolve(tags.length === 0 ? undefined : tags);
    },
    bytesOf: (layer) => sizes.get(layer),
  };
}
