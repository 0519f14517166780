import { jsonReply } from '../registry-reply';
import { linkTo } from '../tag-page';
import type { Fault } from './fault';

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
