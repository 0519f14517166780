import { UsageError } from '../../../lib/contract/values/errors';
import type { EmbeddedRegistry } from '../../../sim/registry/embedded-registry';
import { FAULTS, parseFaults } from '../../../sim/registry/faults';
import { ask, codes, follow, sha256, start } from './embedded-fixture';

const CORE = '/v2/windows/servercore';
const TAG = `${CORE}/manifests/ltsc2022`;

async function withFaults(...names: string[]): Promise<EmbeddedRegistry> {
  return start({ faults: parseFaults(names) });
}

/** The path of the config blob of `ltsc2022-amd64`, as a registry without faults has it. */
async function configPath(): Promise<string> {
  const found = await follow(await start(), 'windows/servercore', 'ltsc2022-amd64');
  return `${CORE}/blobs/${found?.manifest.config.digest ?? ''}`;
}

test('throttle: every third request is refused, and may come again at once', async () => {
  const registry = await withFaults('throttle');
  const answers = [];
  for (let count = 0; count < 6; count += 1) {
    answers.push(await ask(registry, TAG));
  }
  expect(answers.map((one) => one.status)).toEqual([200, 200, 429, 200, 200, 429]);
  expect(answers[2]?.headers.get('retry-after')).toBe('0');
  expect(codes(answers[2]!)).toEqual(['TOOMANYREQUESTS']);
});

test('throttle: what was refused is answered the next time, whatever came between', async () => {
  const registry = await withFaults('throttle');
  const other = `${CORE}/tags/list`;
  const statuses = [];
  for (const path of [TAG, other, TAG, other, other, TAG]) {
    statuses.push((await ask(registry, path)).status);
  }
  expect(statuses).toEqual([200, 200, 429, 200, 200, 200]);
});

test('throttle-hard: all are refused', async () => {
  const registry = await withFaults('throttle-hard');
  for (let count = 0; count < 3; count += 1) {
    const { status, headers } = await ask(registry, TAG);
    expect([status, headers.get('retry-after')]).toEqual([429, '1']);
  }
});

test('down: the connection is reset', async () => {
  const registry = await withFaults('down');
  await expect(ask(registry, TAG)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
});

test('slow: the answer is right and late', async () => {
  const registry = await withFaults('slow');
  const begin = performance.now();
  expect((await ask(registry, TAG)).status).toBe(200);
  expect(performance.now() - begin).toBeGreaterThan(240);
});

test('server-error: each address fails twice', async () => {
  const registry = await withFaults('server-error');
  const statuses = [];
  for (const path of [TAG, TAG, `${CORE}/tags/list`, TAG]) {
    statuses.push((await ask(registry, path)).status);
  }
  expect(statuses).toEqual([500, 500, 500, 200]);
});

test('html: a web page with status 200', async () => {
  const { status, headers, body } = await ask(await withFaults('html'), TAG);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(body).toContain('<title>');
});

test('missing: one repository is not known', async () => {
  const registry = await withFaults('missing:windows/nanoserver');
  const answer = await ask(registry, '/v2/windows/nanoserver/manifests/ltsc2022');
  expect([answer.status, codes(answer)]).toEqual([404, ['NAME_UNKNOWN']]);
  expect((await ask(registry, TAG)).status).toBe(200);
});

test('wrong-digest: the header promises other bytes, which are good JSON', async () => {
  const registry = await withFaults('wrong-digest');
  for (const path of [TAG, await configPath()]) {
    const { status, headers, body } = await ask(registry, path);
    expect([status, Number(headers.get('content-length'))]).toEqual([200, body.length]);
    expect(headers.get('docker-content-digest')).not.toBe(sha256(body));
    expect(() => JSON.parse(body) as unknown).not.toThrow();
  }
});

test('truncated: less comes than was declared', async () => {
  const registry = await withFaults('truncated');
  for (const path of [TAG, await configPath(), `${CORE}/tags/list`]) {
    await expect(ask(registry, path)).rejects.toThrow('terminated');
  }
  expect((await ask(registry, TAG, { method: 'HEAD' })).status).toBe(200);
  expect((await ask(registry, '/v2/')).status).toBe(200);
});

test('paging: 25 tags a page, however many were asked for', async () => {
  const registry = await withFaults('paging');
  for (const [query, count] of [
    ['', 25],
    ['?n=1000', 25],
    ['?n=2', 2],
  ] as const) {
    const { body, headers } = await ask(registry, `${CORE}/tags/list${query}`);
    expect((JSON.parse(body) as { tags: string[] }).tags).toHaveLength(count);
    expect(headers.get('link')).toContain(`&n=${count}>`);
  }
});

test('endless-tags: after the last page there is another', async () => {
  const registry = await withFaults('endless-tags');
  let path = `${CORE}/tags/list`;
  const tags = new Set<string>();
  for (let count = 0; count < 20; count += 1) {
    const { body, headers } = await ask(registry, path);
    (JSON.parse(body) as { tags: string[] }).tags.forEach((tag) => tags.add(tag));
    path = /<(.+)>/.exec(headers.get('link') ?? '')?.[1] ?? '';
    expect(path).not.toBe('');
  }
  expect(tags.size).toBe(893 + 19);
});

test('redirect-blobs: blobs come from another port, which takes no credentials', async () => {
  const registry = await withFaults('redirect-blobs');
  const path = await configPath();
  const redirect = await ask(registry, path);
  const location = redirect.headers.get('location') ?? '';
  expect(redirect.status).toBe(307);
  expect(new URL(location).hostname).toBe('127.0.0.1');
  expect(new URL(location).port).not.toBe(new URL(registry.url).port);
  const blob = await ask(registry, location);
  expect([blob.status, `${CORE}/blobs/${sha256(blob.body)}`]).toEqual([200, path]);
  expect((await ask(registry, location, { headers: { authorization: 'Bearer x' } })).status).toBe(400);
  expect((await ask(registry, TAG)).status).toBe(200);
  await registry.close();
  await expect(ask(registry, location)).rejects.toThrow('fetch failed');
});

test('redirect-loop: every redirect leads to another', async () => {
  const registry = await withFaults('redirect-loop');
  let path = await configPath();
  const seen = new Set<string>();
  for (let count = 0; count < 5; count += 1) {
    const { status, headers } = await ask(registry, path);
    expect(status).toBe(307);
    path = headers.get('location') ?? '';
    expect(path.startsWith(registry.url)).toBe(true);
    seen.add(path);
  }
  expect(seen.size).toBe(5);
});

test('token: without one nothing is answered, and one is good for one repository', async () => {
  const registry = await withFaults('token');
  const refused = await ask(registry, TAG);
  expect([refused.status, codes(refused)]).toEqual([401, ['UNAUTHORIZED']]);
  const challenge = refused.headers.get('www-authenticate') ?? '';
  expect(challenge).toBe(
    `Bearer realm="${registry.url}/token",service="embedded-registry",scope="repository:windows/servercore:pull"`,
  );
  const scope = encodeURIComponent('repository:windows/servercore:pull');
  const { body } = await ask(registry, `/token?service=embedded-registry&scope=${scope}`);
  const authorization = `Bearer ${(JSON.parse(body) as { token: string }).token}`;
  expect((await ask(registry, TAG, { headers: { authorization } })).status).toBe(200);
  const other = await ask(registry, '/v2/windows/nanoserver/tags/list', { headers: { authorization } });
  expect(other.status).toBe(401);
  expect((await ask(registry, '/token?service=other')).status).toBe(400);
});

test('faults work together', async () => {
  const registry = await withFaults('paging', 'missing:windows/nanoserver', 'wrong-digest');
  expect((await ask(registry, '/v2/windows/nanoserver/tags/list')).status).toBe(404);
  expect((await ask(registry, `${CORE}/tags/list`)).headers.get('link')).toContain('n=25');
  expect((await ask(registry, TAG)).body).toMatch(/\n$/);
});

test('registry-foreign-entry: an index has entries before its own, and is served under the digest that it has', async () => {
  const plain = await ask(await start(), TAG);
  const registry = await withFaults('registry-foreign-entry');
  const { body, headers } = await ask(registry, TAG);
  const { manifests } = JSON.parse(body) as { manifests: { digest: string; platform?: object }[] };
  expect(headers.get('docker-content-digest')).toBe(sha256(body));
  expect((await ask(registry, `${CORE}/manifests/${sha256(body)}`)).body).toBe(body);
  // What was seen before the fault is there by its digest, as it was.
  expect((await ask(registry, `${CORE}/manifests/${sha256(plain.body)}`)).body).toBe(plain.body);
  const own = (JSON.parse(plain.body) as { manifests: typeof manifests }).manifests;
  // One of them looks like an image until its manifest is read.
  expect(manifests.slice(0, -own.length).map(({ platform }) => platform)).toContainEqual(own[0]!.platform);
  expect(manifests.slice(-own.length)).toEqual(own);
  expect(manifests.length).toBeGreaterThan(own.length);
  for (const { digest } of manifests.slice(0, -own.length)) {
    expect(sha256((await ask(registry, `${CORE}/manifests/${digest}`)).body)).toBe(digest);
  }
});

test('what a registry shows of the time before it is without its faults', async () => {
  const registry = await withFaults('down');
  registry.setInstant(new Date('2025-09-01T00:00:00Z'));
  expect((await ask(registry, TAG)).status).toBe(200);
});

test('each fault has a name of its own and a sentence', () => {
  expect(new Set(FAULTS.map((fault) => fault.name)).size).toBe(FAULTS.length);
  for (const { description } of FAULTS) {
    expect(description).toMatch(/^[A-Z].+\.$/);
  }
});

test.each(['thruttle', '', 'throttle:5', 'missing', 'missing:', 'missing:A b', 'missing:<repository>'])(
  '%p is no fault, and all that are get listed',
  (name) => {
    expect(() => parseFaults(['slow', name])).toThrow(
      new UsageError(`A fault is one of ${FAULTS.map((fault) => fault.name).join(', ')}; got: '${name}'.`),
    );
  },
);

test('a repository that the history does not have cannot be missing', async () => {
  await expect(withFaults('missing:windows/nonoserver')).rejects.toThrow(
    /windows\/nanoserver.*; got: 'windows\/nonoserver'\.$/,
  );
});
