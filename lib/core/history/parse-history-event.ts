import { WinbakeError } from '../../contract/values/errors';
import { isDigest, type Digest } from '../../contract/values/digest';
import { isRepository, isTag } from '../oci/image-reference';
import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { isIndexType, isManifestType } from '../oci/media-type';
import { readOsVersion } from '../../contract/values/os-version';
import { EVIDENCE, type HistoryEvent, type RecordedLayer } from './history-event';
import { readInstant } from '../../contract/values/instant';

/** What a field must be, in words. */
const RULES = {
  from: 'an ISO-8601 instant with Z or an offset',
  repository: 'the name of a repository',
  tag: 'a tag of a registry',
  osVersion: 'an OS version of four parts, 10.0.<build>.<revision>, or null',
  digest: 'sha256: and 64 hexadecimal digits, or null',
  platformDigest: 'sha256: and 64 hexadecimal digits, or null',
  mediaType: 'the media type of an image manifest or a manifest list',
  layers: 'a list of {digest, size}, size in bytes or null',
  evidence: `one of ${EVIDENCE.join(', ')}`,
  note: 'a text',
} as const;

/**
 * The event in one line of a history file. Fields that it does not know are ignored; `platformDigest`, `layers`,
 * `evidence` and `note` may be absent. `place` names file and line to people; throws a `WinbakeError` with code
 * `DOCUMENT_INVALID` where the line is no event.
 */
export function parseHistoryEvent(line: string, place: string): HistoryEvent {
  const object = parseLine(line, place);
  const { from, repository, tag, osVersion, digest, mediaType, note = null } = object;
  const { platformDigest = null, layers = null, evidence = 'unknown' } = object;
  const fail = (field: keyof typeof RULES): never => failWith(place, field, object[field]);
  const time = typeof from === 'string' ? readInstant(from) : undefined;
  return {
    from: typeof from === 'string' ? from : fail('from'),
    time: time ?? fail('from'),
    repository: typeof repository === 'string' && isRepository(repository) ? repository : fail('repository'),
    tag: typeof tag === 'string' && isTag(tag) ? tag : fail('tag'),
    osVersion: isOsVersionOrNull(osVersion) ? osVersion : fail('osVersion'),
    digest: isDigestOrNull(digest) ? digest : fail('digest'),
    platformDigest: isDigestOrNull(platformDigest) ? platformDigest : fail('platformDigest'),
    mediaType: isMediaType(mediaType) ? mediaType : fail('mediaType'),
    layers: parseLayers(layers) ?? fail('layers'),
    evidence: EVIDENCE.find((known) => known === evidence) ?? fail('evidence'),
    note: note === null || typeof note === 'string' ? note : fail('note'),
  };
}

function parseLine(line: string, place: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new WinbakeError('DOCUMENT_INVALID', `${place} is not JSON; got: ${excerpt(line)}.`, { cause });
  }
  if (!isJsonObject(value)) {
    throw new WinbakeError('DOCUMENT_INVALID', `${place} is not a JSON object; got: ${excerpt(line)}.`);
  }
  return value;
}

function failWith(place: string, field: keyof typeof RULES, value: unknown): never {
  const got = value === undefined ? 'nothing' : excerpt(JSON.stringify(value));
  throw new WinbakeError('DOCUMENT_INVALID', `${place}: "${field}" must be ${RULES[field]}; got: ${got}.`);
}

function isOsVersionOrNull(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && readOsVersion(value) !== undefined);
}

function isDigestOrNull(value: unknown): value is Digest | null {
  return value === null || isDigest(value);
}

function isMediaType(value: unknown): value is string {
  return typeof value === 'string' && (isIndexType(value) || isManifestType(value));
}

function parseLayers(value: unknown): readonly RecordedLayer[] | undefined {
  if (value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    return undefined;
  }
  const layers = value.map((layer: unknown) => parseLayer(layer));
  return layers.every((layer) => layer !== undefined) ? layers : undefined;
}

function parseLayer(value: unknown): RecordedLayer | undefined {
  const { digest, size = null } = isJsonObject(value) ? value : {};
  const known = size === null || (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0);
  return isDigest(digest) && known ? { digest, size } : undefined;
}

/** The beginning of a text, in one line. */
function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
