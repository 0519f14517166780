import { LIST, SINGLE, history } from './history/event-fixture';
import { ask, codes, follow, start } from './embedded-fixture';

const AT = '2026-03-31';
const TAGS = ['1809', 'ltsc2022', 'ltsc2022-amd64', 'ltsc2025'];
const timeline = history(
  ...TAGS.map((tag) => ({ tag, mediaType: tag.endsWith('-amd64') ? SINGLE : LIST })),
  { tag: 'later', from: '2026-04-14T18:00:00Z' },
  { repository: 'windows/nanoserver', from: '2026-04-14T18:00:00Z' },
);
const CORE = '/v2/windows/servercore';
const UNKNOWN = `sha256:${'0'.repeat(64)}`;

test.each([
  ['GET', '/v2/', 200, undefined],
  ['GET', '/v2', 200, undefined],
  ['HEAD', '/v2/', 200, undefined],
  ['GET', `${CORE}/manifests/ltsc2022`, 200, undefined],
  ['GET', `${CORE}/manifests/ltsc2019`, 404, 'MANIFEST_UNKNOWN'],
  ['GET', `${CORE}/manifests/later`, 404, 'MANIFEST_UNKNOWN'],
  ['GET', `${CORE}/manifests/${UNKNOWN}`, 404, 'MANIFEST_UNKNOWN'],
  ['GET', `${CORE}/manifests/sha256:12`, 400, 'DIGEST_INVALID'],
  ['GET', `${CORE}/manifests/a%20b`, 400, 'DIGEST_INVALID'],
  ['GET', `${CORE}/blobs/${UNKNOWN}`, 404, 'BLOB_UNKNOWN'],
  ['GET', `${CORE}/blobs/ltsc2022`, 400, 'DIGEST_INVALID'],
  ['GET', '/v2/windows/nanoserver/tags/list', 404, 'NAME_UNKNOWN'],
  ['GET', '/v2/windows/nanoserver/manifests/ltsc2022', 404, 'NAME_UNKNOWN'],
  ['GET', `/v2/windows/other/blobs/${UNKNOWN}`, 404, 'NAME_UNKNOWN'],
  ['GET', '/v2/Windows/tags/list', 400, 'NAME_INVALID'],
  ['GET', '/v2/a//b/manifests/x', 400, 'NAME_INVALID'],
  ['GET', '/v2/_catalog', 404, 'UNSUPPORTED'],
  ['GET', '/', 404, 'UNSUPPORTED'],
  ['GET', '/v2/%zz/tags/list', 404, 'UNSUPPORTED'],
  ['GET', `${CORE}/tags/list?n=-1`, 400, 'PAGINATION_NUMBER_INVALID'],
  ['GET', `${CORE}/tags/list?n=two`, 400, 'PAGINATION_NUMBER_INVALID'],
  ['PUT', `${CORE}/manifests/ltsc2022`, 405, 'UNSUPPORTED'],
  ['POST', `${CORE}/blobs/uploads/`, 405, 'UNSUPPORTED'],
  ['DELETE', `${CORE}/manifests/${UNKNOWN}`, 405, 'UNSUPPORTED'],
])('%s %s is answered %d %p', async (method, path, status, code) => {
  const registry = await start({ history: timeline, asOf: AT });
  const answer = await ask(registry, path, { method });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  if (code !== undefined) {
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(codes(answer)).toEqual([code]);
  }
});

test('a HEAD tells of a manifest what a GET tells, without the body', async () => {
  const registry = await start({ history: timeline, asOf: AT });
  const [head, get] = await Promise.all(
    ['HEAD', 'GET'].map((method) => ask(registry, `${CORE}/manifests/ltsc2022`, { method })),
  );
  for (const name of ['content-type', 'content-length', 'docker-content-digest']) {
    expect(head?.headers.get(name)).toBe(get?.headers.get(name));
  }
  expect(head?.status).toBe(200);
  expect(head?.body).toBe('');
  expect((await ask(registry, `${CORE}/manifests/none`, { method: 'HEAD' })).status).toBe(404);
});

test.each([
  [LIST, 'ltsc2022', 200],
  [`${SINGLE}, ${LIST};q=0.5`, 'ltsc2022', 200],
  ['application/*', 'ltsc2022', 200],
  ['*/*', 'ltsc2022', 200],
  [SINGLE, 'ltsc2022', 404],
  [LIST, 'ltsc2022-amd64', 404],
  [SINGLE, 'ltsc2022-amd64', 200],
  ['application/vnd.oci.image.index.v1+json', 'ltsc2022', 404],
  ['text/html', 'ltsc2022', 404],
])('Accept: %s for %s is answered %d', async (accept, tag, status) => {
  const registry = await start({ history: timeline, asOf: AT });
  const answer = await ask(registry, `${CORE}/manifests/${tag}`, { headers: { accept } });
  expect(answer.status).toBe(status);
  if (status === 404) {
    expect(codes(answer)).toEqual(['MANIFEST_UNKNOWN']);
    expect(answer.body).toContain('Accept');
  }
});

test('OCI media types are served as such', async () => {
  const oci = history({ mediaType: 'application/vnd.oci.image.index.v1+json' });
  const registry = await start({ history: oci, asOf: AT });
  const list = await ask(registry, `${CORE}/manifests/ltsc2022`);
  expect(list.headers.get('content-type')).toBe('application/vnd.oci.image.index.v1+json');
  expect(list.body).toContain('application/vnd.oci.image.manifest.v1+json');
});

test('a manifest is no blob, and a config no manifest', async () => {
  const registry = await start({ history: timeline, asOf: AT });
  const found = await follow(registry, 'windows/servercore', 'ltsc2022');
  const blob = await ask(registry, `${CORE}/blobs/${found?.digest ?? ''}`);
  expect([blob.status, codes(blob)]).toEqual([404, ['BLOB_UNKNOWN']]);
  const manifest = await ask(registry, `${CORE}/manifests/${found?.manifest.config.digest ?? ''}`);
  expect([manifest.status, codes(manifest)]).toEqual([404, ['MANIFEST_UNKNOWN']]);
});

test('a layer tells its size and keeps its bytes', async () => {
  const registry = await start({ history: timeline, asOf: AT });
  const [layer] = (await follow(registry, 'windows/servercore', 'ltsc2022'))?.manifest.layers ?? [];
  const head = await ask(registry, `${CORE}/blobs/${layer?.digest ?? ''}`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(layer?.size)]);
  expect(head.headers.get('docker-content-digest')).toBe(layer?.digest);
  const get = await ask(registry, `${CORE}/blobs/${layer?.digest ?? ''}`);
  expect([get.status, codes(get)]).toEqual([501, ['UNSUPPORTED']]);
  expect(get.body).toContain('not modelled');
});

describe('tag lists', () => {
  test.each([
    ['', TAGS, null],
    ['?n=2', ['1809', 'ltsc2022'], '</v2/windows/servercore/tags/list?last=ltsc2022&n=2>; rel="next"'],
    ['?n=2&last=ltsc2022', ['ltsc2022-amd64', 'ltsc2025'], null],
    ['?n=4', TAGS, null],
    ['?n=0', [], null],
    ['?last=ltsc2024', ['ltsc2025'], null],
    ['?last=zzz&n=3', [], null],
  ])('%p', async (query, tags, link) => {
    const registry = await start({ history: timeline, asOf: AT });
    const answer = await ask(registry, `${CORE}/tags/list${query}`);
    expect(JSON.parse(answer.body)).toEqual({ name: 'windows/servercore', tags });
    expect(answer.headers.get('link')).toBe(link);
  });

  test('page by page they are whole, and in the order of code units', async () => {
    const registry = await start();
    const all: string[] = [];
    let path: string | undefined = `${CORE}/tags/list?n=100`;
    while (path !== undefined) {
      const answer = await ask(registry, path);
      all.push(...(JSON.parse(answer.body) as { tags: string[] }).tags);
      path = /<(.+)>/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(all).toHaveLength(893);
    expect(all).toEqual([...new Set(all)].sort());
  });
});
