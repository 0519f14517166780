import type { Fault } from './fault';
import { jsonReply, linkTo, errorReply, repositoryOf } from './http';

/** The most tags on a page of the fault `paging`. */
const TAGS_OF_A_PAGE = 25;

/** Faults by which a registry answers with something else than it should. */
export const DAMAGES: readonly Fault[] = [
  {
    name: 'wrong-digest',
    description: 'Manifests and configs differ by one byte from what their digests promise.',
    arrange: () => ({
      after: ({ route }, reply) =>
        reply.status === 200 && (route.kind === 'manifest' || (route.kind === 'blob' && reply.body !== ''))
          ? { ...reply, body: `${reply.body}\n` }
          : reply,
    }),
  },
  {
    name: 'truncated',
    description: 'The connection ends in the middle of each manifest, config and tag list.',
    arrange: () => ({
      after: ({ route }, reply) =>
        reply.status === 200 && route.kind !== 'base' ? { ...reply, ending: 'halfway' } : reply,
    }),
  },
  {
    name: 'paging',
    description: `Tag lists come in pages of ${TAGS_OF_A_PAGE}, whatever was asked for.`,
    arrange: () => ({
      rewrite: (request) => {
        const query = new URLSearchParams(request.query);
        query.set('n', String(Math.min(TAGS_OF_A_PAGE, Number(query.get('n') ?? TAGS_OF_A_PAGE))));
        return request.route.kind === 'tags' ? { ...request, query } : request;
      },
    }),
  },
  {
    name: 'endless-tags',
    description: 'After the last page of a tag list there is always another one, with an invented tag.',
    arrange: () => {
      let count = 0;
      return {
        after: ({ route, query }, reply) => {
          if (route.kind !== 'tags' || reply.status !== 200 || reply.headers['Link'] !== undefined) {
            return reply;
          }
          const tag = `zz-endless-${++count}`;
          const link = linkTo(route.repository, tag, query.get('n') ?? '1');
          const isInvented = query.get('last')?.startsWith('zz-endless-') === true;
          return isInvented
            ? jsonReply(200, { name: route.repository, tags: [tag] }, link)
            : { ...reply, headers: { ...reply.headers, ...link } };
        },
      };
    },
  },
];

const TOO_MANY = 'Too many requests; ask again later.';

/** Faults by which a registry gives no answer, or not the one that was asked for. */
export const REFUSALS: readonly Fault[] = [
  {
    name: 'throttle',
    description: 'Every third request is answered 429 with Retry-After: 0.',
    arrange: () => {
      let count = 0;
      const refusal = errorReply(429, 'TOOMANYREQUESTS', TOO_MANY, { 'Retry-After': '0' });
      return { before: () => (++count % 3 === 0 ? refusal : undefined) };
    },
  },
  {
    name: 'throttle-hard',
    description: 'Every request is answered 429 with Retry-After: 1.',
    arrange: () => ({ before: () => errorReply(429, 'TOOMANYREQUESTS', TOO_MANY, { 'Retry-After': '1' }) }),
  },
  {
    name: 'down',
    description: 'Every connection is reset.',
    arrange: () => ({ before: () => ({ status: 0, headers: {}, body: '', ending: 'reset' }) }),
  },
  {
    name: 'slow',
    description: 'Every answer comes 250 ms late.',
    arrange: () => ({ after: (_request, reply) => ({ ...reply, delayMilliseconds: 250 }) }),
  },
  {
    name: 'server-error',
    description: 'The first two requests of each address are answered 500.',
    arrange: () => {
      const counts = new Map<string, number>();
      return {
        before: ({ method, path }) => {
          const count = (counts.get(`${method} ${path}`) ?? 0) + 1;
          counts.set(`${method} ${path}`, count);
          return count <= 2 ? errorReply(500, 'UNKNOWN', 'The registry has an internal error.') : undefined;
        },
      };
    },
  },
  {
    name: 'html',
    description:
      'Every request is answered with a web page and status 200, as by a portal that wants a login.',
    arrange: () => ({
      before: () => ({
        status: 200,
        headers: { 'Content-Type': 'text/html; charset=utf-8' },
        body: '<!doctype html><title>Sign in</title><p>Sign in to use this network.</p>',
      }),
    }),
  },
  {
    name: 'missing:<repository>',
    description: 'The named repository is not known.',
    arrange: (_site, repository) => ({
      before: (request) =>
        repositoryOf(request) === repository
          ? errorReply(404, 'NAME_UNKNOWN', `There is no repository ${repository}.`)
          : undefined,
    }),
  },
];
