import { isJsonObject } from '../contract/values/json';
import { isTag } from '../core/oci/image-reference';
import { acceptBody, isThere, describeContent } from './accept-response';
import type { FollowedAnswer } from './follow-redirects';
import type { RegistryErrors } from './registry-errors';
import type { RegistryLimits } from './registry-limits';

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
