import { errorReply, jsonReply, type RegistryReply } from './registry-reply';

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
