import { type Digest, isDigest } from '../../contract/values/digest';
import { WinbakeError } from '../../contract/values/errors';
import { readInstant } from '../../contract/values/instant';
import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { readOsVersion } from '../../contract/values/os-version';
import { isRepository, isTag } from '../oci/image-reference';
import { isIndexType, isManifestType } from '../oci/manifests';

/**
 * How surely an event is known, from a digest that was recorded and whose version is proven down to one that a test made
 * up; `docs/recorded-history.md` explains each.
 */
const EVIDENCE = [
  'recorded',
  'recorded-month',
  'recorded-tag',
  'inferred-month',
  'inferred-base',
  'unknown',
  'synthetic',
] as const;

/** How surely an event is known. */
export type Evidence = (typeof EVIDENCE)[number];

/** A layer that was recorded; its compressed bytes often were not. */
interface RecordedLayer {
  readonly digest: Digest;
  readonly size: number | null;
}

/** "From this instant on, the tag of the repository resolved to this image": one change of a registry. */
export interface HistoryEvent {
  /** The instant as written. */
  readonly from: string;
  /** The same in milliseconds since 1970. */
  readonly time: number;
  /** Without the registry's host name. */
  readonly repository: string;
  readonly tag: string;
  /** The version inside the image; null where it is not known, or where a list spans several versions. */
  readonly osVersion: string | null;
  /** What the tag resolved to, a list or a single manifest; null where it was never recorded. */
  readonly digest: Digest | null;
  /** The manifest for windows/amd64; null where it was never recorded. */
  readonly platformDigest: Digest | null;
  readonly mediaType: string;
  /** Base layer first; empty where not recorded. */
  readonly layers: readonly RecordedLayer[];
  readonly evidence: Evidence;
  /** What is special or assumed; null where there is nothing to say. */
  readonly note: string | null;
}

/** The order of a history: by instant, then repository, then tag. */
export function compareEvents(one: HistoryEvent, other: HistoryEvent): number {
  return (
    one.time - other.time || compareText(one.repository, other.repository) || compareText(one.tag, other.tag)
  );
}

/** The order of code units, which is the one that registries list tags in. */
export function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

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
