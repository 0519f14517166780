import { createHash } from 'node:crypto';
import { type Digest, isDigest, shortDigest } from '../contract/values/digest';
import { isJsonObject } from '../contract/values/json';
import { isTag } from '../core/oci/image-reference';
import type { FollowedAnswer } from './follow-redirects';
import type { RegistryErrors } from './registry-errors';
import type { RegistryLimits } from './registry-limits';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The digest of some bytes. */
function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The text that exactly these bytes are in UTF-8, or undefined where they are none. */
function exactText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The contents of a good answer. */
interface AcceptedBody {
  readonly digest: Digest;
  readonly text: string;
}

/** Whether what was asked for is there; throws a `RegistryError` where that cannot be known. */
export function isThere({ request, response }: FollowedAnswer, errors: RegistryErrors): boolean {
  if (response.status === 200) {
    return true;
  }
  if (response.status === 404) {
    return false;
  }
  throw errors.status(request, response);
}

/** The whole body of a successful answer as it was written; throws a `RegistryError` where it is not to be had. */
export function acceptBody({ request, response }: FollowedAnswer, errors: RegistryErrors): AcceptedBody {
  const { status, headers, bytes, complete } = response;
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw errors.invalid(request, 'answered with a compressed body that was not asked for', status);
  }
  if (!complete) {
    throw errors.invalid(request, `answered with more than ${readableBytes(request.limitBytes)}`, status);
  }
  const text = exactText(bytes);
  if (text === undefined) {
    throw errors.invalid(request, 'answered with something that is no text', status);
  }
  return { digest: digestOf(bytes), text };
}

/** Checks that a body is the one asked for; throws a `RegistryError` where its digest is another. */
export function assertDigest(
  followed: FollowedAnswer,
  actual: Digest,
  wanted: string | undefined,
  errors: RegistryErrors,
): void {
  if (wanted !== undefined && wanted !== actual) {
    const expected = isDigest(wanted) ? `sha256:${shortDigest(wanted)}` : 'a digest of another kind';
    const problem = `answered with contents of digest sha256:${shortDigest(actual)} instead of ${expected}`;
    throw errors.invalid(followed.request, problem, followed.response.status);
  }
}

function readableBytes(bytes: number): string {
  return bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${bytes} bytes`;
}

/** The media type of a `Content-Type` header, lower case and without parameters; empty where there is none. */
export function mediaTypeOf(header: string | undefined): string {
  return header?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** What a body is that should have been something else, as people call it: HTML, its media type, or `something else`. */
export function describeContent(header: string | undefined, bytes: Uint8Array): string {
  const mediaType = mediaTypeOf(header);
  if (
    mediaType.endsWith('html') ||
    /^\s*<(!doctype )?html/i.test(Buffer.from(bytes.subarray(0, 100)).toString())
  ) {
    return 'HTML';
  }
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(mediaType) ? mediaType : 'something else';
}

/**
 * The address of the next page in a `Link` header, as it is written there, or undefined where there is none.
 * @see https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
export function nextLink(header: string | undefined): string | undefined {
  for (const [, target, rest = ''] of (header ?? '').matchAll(/<([^<>]*)>((?:"[^"]*"|[^<">])*)/g)) {
    for (const [, name, quoted, plain] of rest.matchAll(/;\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/g)) {
      const relations = (quoted ?? plain ?? '').toLowerCase().split(/\s+/);
      if (name?.toLowerCase() === 'rel' && relations.includes('next')) {
        return target;
      }
    }
  }
  return undefined;
}

/** What reading a tag list depends on. */
interface TagPagesOptions {
  /** Reads one page. */
  readonly read: (url: URL) => Promise<FollowedAnswer>;
  readonly limits: RegistryLimits;
  readonly errors: RegistryErrors;
}

/**
 * All tags of a list from its first page on, each once; undefined where the repository is not there. What cannot be a tag
 * is left out. A list that does not end is no list: throws a `RegistryError` then, rather than give a part of it.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
 */
export async function readTagPages(
  first: URL,
  options: TagPagesOptions,
): Promise<readonly string[] | undefined> {
  const { read, limits, errors } = options;
  const tags = new Set<string>();
  const seen = new Set<string>();
  let url: URL | undefined = first;
  while (url !== undefined) {
    seen.add(url.href);
    const page = await read(url);
    if (!isThere(page, errors)) {
      if (seen.size === 1) {
        return undefined;
      }
      throw errors.status(page.request, page.response);
    }
    tagsOf(page, errors).forEach((tag) => tags.add(tag));
    url = nextUrl(url, page, errors);
    const problem = problemOf(url, seen, tags, limits);
    if (problem !== undefined) {
      throw errors.invalid(page.request, problem, page.response.status);
    }
  }
  return [...tags];
}

function problemOf(
  next: URL | undefined,
  seen: ReadonlySet<string>,
  tags: ReadonlySet<string>,
  limits: RegistryLimits,
): string | undefined {
  if (tags.size > limits.tags) {
    return `lists more than ${limits.tags} tags`;
  }
  if (next !== undefined && seen.has(next.href)) {
    return 'lists its tags in a circle of pages';
  }
  return next !== undefined && seen.size >= limits.tagPages
    ? `lists its tags on more than ${limits.tagPages} pages`
    : undefined;
}

function tagsOf(page: FollowedAnswer, errors: RegistryErrors): readonly string[] {
  const { request, response } = page;
  const tags = tagList(acceptBody(page, errors).text);
  if (tags === undefined) {
    const content = describeContent(response.headers['content-type'], response.bytes);
    const problem = content === 'HTML' ? 'HTML' : 'something else';
    throw errors.invalid(request, `answered with ${problem} instead of a tag list`, response.status);
  }
  return tags.filter(isTag);
}

function tagList(text: string): readonly string[] | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const tags: unknown = isJsonObject(body) ? body['tags'] : undefined;
  if (tags === null) {
    return [];
  }
  const isList = Array.isArray(tags) && tags.every((tag): tag is string => typeof tag === 'string');
  return isList ? tags : undefined;
}

function nextUrl(current: URL, page: FollowedAnswer, errors: RegistryErrors): URL | undefined {
  const link = nextLink(page.response.headers['link']);
  if (link === undefined) {
    return undefined;
  }
  if (!URL.canParse(link, current.href) || new URL(link, current).origin !== current.origin) {
    const problem = 'continues its tag list at another server';
    throw errors.invalid(page.request, problem, page.response.status);
  }
  return new URL(link, current);
}
