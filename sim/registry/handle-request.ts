import { isDigest } from '../../lib/contract/values/digest';
import { isRepository, isTag } from '../../lib/core/oci/image-reference';
import type { History } from './history/history';
import { errorReply, jsonReply, type RegistryReply, type RegistryRequest, tagPage } from './http';
import type { PublishedContent } from './images/image-store';
import type { Content, ManifestContent } from './images/stored-content';

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
export function handleRequest(state: RegistryState, request: RegistryRequest): RegistryReply {
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
