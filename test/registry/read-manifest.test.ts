import { UsageError } from '../../lib/contract/values/errors';
import type { Digest } from '../../lib/contract/values/digest';
import { Bench, MANIFEST, registryError, sha256 } from './bench';
import type { ScriptedResponse } from './scripted-registry';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const BODY = '{ "schemaVersion": 2,\n "note": "gr\u00fc\u00dfe" }\n';
const DIGEST = sha256(BODY);
const OTHER = sha256('something else');
const TAG_PATH = '/v2/windows/servercore/manifests/ltsc2022';
const DIGEST_PATH = `/v2/windows/servercore/manifests/${DIGEST}`;
const BLOB_PATH = `/v2/windows/servercore/blobs/${DIGEST}`;
const GOOD: ScriptedResponse = {
  headers: { 'content-type': `${MANIFEST}; charset=utf-8`, 'docker-content-digest': DIGEST },
  body: BODY,
};

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.putAway());

describe('manifest', () => {
  it('reads exactly the bytes, with the digest computed and the media type without parameters', async () => {
    const [server, client] = await bench.pair();
    server.on(TAG_PATH, GOOD).on(DIGEST_PATH, GOOD);
    const expected = { digest: DIGEST, mediaType: MANIFEST, body: BODY };
    expect(await client.manifest('windows/servercore', 'ltsc2022')).toEqual(expected);
    expect(await client.manifest('windows/servercore', DIGEST)).toEqual(expected);
    expect(client.traffic).toEqual({ requests: 2, redirects: 0 });
  });

  it('says which manifests it takes, and that it takes no compression', async () => {
    const [server, client] = await bench.pair();
    server.on(TAG_PATH, GOOD);
    await client.manifest('windows/servercore', 'ltsc2022');
    const { accept, 'accept-encoding': encoding, authorization } = server.requests[0]!.headers;
    expect(accept?.split(', ')).toEqual([
      'application/vnd.docker.distribution.manifest.list.v2+json',
      INDEX,
      MANIFEST,
      'application/vnd.oci.image.manifest.v1+json',
    ]);
    expect([encoding, authorization]).toEqual(['identity', undefined]);
  });

  it('keeps a byte order mark, which is part of the digest', async () => {
    const [server, client] = await bench.pair();
    server.on(TAG_PATH, { ...GOOD, body: `\ufeff${BODY}`, headers: { 'content-type': MANIFEST } });
    expect(await client.manifest('windows/servercore', 'ltsc2022')).toMatchObject({
      body: `\ufeff${BODY}`,
      digest: sha256(`\ufeff${BODY}`),
    });
  });

  it('takes a tag without Docker-Content-Digest at its computed digest', async () => {
    const [server, client] = await bench.pair();
    server.on(TAG_PATH, { ...GOOD, headers: { 'content-type': MANIFEST } });
    expect(await client.manifest('windows/servercore', 'ltsc2022')).toMatchObject({ digest: DIGEST });
  });

  it('takes the media type of the body where the header knows none', async () => {
    const [server, client] = await bench.pair();
    const body = JSON.stringify({ mediaType: INDEX });
    server.on(TAG_PATH, { body, headers: { 'content-type': 'application/json' } });
    expect(await client.manifest('windows/servercore', 'ltsc2022')).toMatchObject({ mediaType: INDEX });
  });

  it('answers undefined where it is not there', async () => {
    const [, client] = await bench.pair();
    expect(await client.manifest('windows/servercore', 'ltsc2022')).toBeUndefined();
    expect(await client.head('windows/servercore', 'ltsc2022')).toBeUndefined();
    expect(await client.blob('windows/servercore', DIGEST)).toBeUndefined();
    expect(await client.tags('windows/servercore')).toBeUndefined();
  });

  const html = '<!DOCTYPE html><html></html>';
  it.each<[string, string, ScriptedResponse]>([
    [
      'HTML',
      'answered with HTML instead of a manifest',
      { body: html, headers: { 'content-type': 'text/html' } },
    ],
    [
      'HTML in disguise',
      'answered with HTML instead',
      { body: html, headers: { 'content-type': 'text/plain' } },
    ],
    [
      'plain JSON',
      'application/json instead of a manifest',
      { body: '{}', headers: { 'content-type': 'application/json' } },
    ],
    [
      'another document',
      'application/json instead of a manifest',
      {
        body: '{"mediaType":"application/vnd.oci.image.config.v1+json"}',
        headers: { 'content-type': 'application/json' },
      },
    ],
    ['no media type', 'something else instead of a manifest', { body: '{}' }],
    [
      'a list that says it is one image',
      'sent a manifest as',
      { body: JSON.stringify({ mediaType: MANIFEST }), headers: { 'content-type': INDEX } },
    ],
    [
      'another digest header',
      `of digest sha256:${DIGEST.slice(7, 19)} instead of sha256:${OTHER.slice(7, 19)}`,
      { ...GOOD, headers: { ...GOOD.headers, 'docker-content-digest': OTHER } },
    ],
    [
      'a digest that is no SHA-256',
      'instead of a digest of another kind',
      { ...GOOD, headers: { ...GOOD.headers, 'docker-content-digest': 'sha512:00' } },
    ],
    [
      'bytes that are no UTF-8',
      'no text',
      { ...GOOD, body: Buffer.from([0x7b, 0xff, 0x7d]), headers: { 'content-type': MANIFEST } },
    ],
    [
      'a compressed body',
      'compressed',
      { ...GOOD, headers: { ...GOOD.headers, 'content-encoding': 'gzip' } },
    ],
    ['a part of it', 'answered 206', { ...GOOD, status: 206 }],
    ['no content', 'answered 204', { status: 204 }],
    [
      'schema 1',
      'instead of a manifest',
      {
        body: BODY,
        headers: { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
      },
    ],
  ])('refuses %s', async (_name, message, response) => {
    const [server, client] = await bench.pair();
    server.on(TAG_PATH, response);
    const error = await registryError(client.manifest('windows/servercore', 'ltsc2022'));
    expect(error.code).toBe('REGISTRY_INVALID');
    expect(error.message).toContain(message);
    expect(error.message).toContain('GET windows/servercore:ltsc2022');
    expect(client.traffic.requests).toBe(1);
  });

  it.each([
    ['{"x":1}', 'application/json'],
    ['a licence', 'text/plain'],
    ['{"blobs":[]}', 'application/octet-stream'],
  ])(
    'gives %s of an entry that its digest proves, for whoever passes over what is no image',
    async (body, type) => {
      const [server, client] = await bench.pair();
      const wanted = sha256(body);
      server.on(`/v2/windows/servercore/manifests/${wanted}`, { body, headers: { 'content-type': type } });
      expect(await client.manifest('windows/servercore', wanted)).toMatchObject({ digest: wanted, body });
    },
  );

  it('refuses a manifest of unknown type, which may be an image, also by its digest', async () => {
    const [server, client] = await bench.pair();
    const body = '{"schemaVersion":2,"config":{},"layers":[]}';
    server.on(`/v2/windows/servercore/manifests/${sha256(body)}`, {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect((await registryError(client.manifest('windows/servercore', sha256(body)))).message).toContain(
      'application/json instead of a manifest',
    );
  });

  it('refuses contents that are not those of the digest asked for, whatever the header says', async () => {
    const [server, client] = await bench.pair();
    const body = `${BODY} `;
    server.on(DIGEST_PATH, { body, headers: { 'content-type': MANIFEST } });
    expect((await registryError(client.manifest('windows/servercore', DIGEST))).code).toBe(
      'REGISTRY_INVALID',
    );
    server.on(DIGEST_PATH, {
      body,
      headers: { 'content-type': MANIFEST, 'docker-content-digest': sha256(body) },
    });
    expect((await registryError(client.manifest('windows/servercore', DIGEST))).code).toBe(
      'REGISTRY_INVALID',
    );
  });
});

describe('head', () => {
  it('tells digest and media type without a body', async () => {
    const [server, client] = await bench.pair();
    server.on(TAG_PATH, GOOD);
    expect(await client.head('windows/servercore', 'ltsc2022')).toEqual({
      digest: DIGEST,
      mediaType: MANIFEST,
    });
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD']);
    expect(server.requests[0]!.headers.accept).toContain(INDEX);
  });

  it.each([
    ['the digest', { 'content-type': MANIFEST }],
    ['the media type', { 'docker-content-digest': DIGEST }],
  ])('falls back to a GET without %s', async (_name, headers) => {
    const [server, client] = await bench.pair();
    server.on(TAG_PATH, ({ method }) => (method === 'HEAD' ? { headers } : GOOD));
    expect(await client.head('windows/servercore', 'ltsc2022')).toEqual({
      digest: DIGEST,
      mediaType: MANIFEST,
    });
    expect(server.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  it.each([
    [DIGEST, OTHER],
    ['ltsc2022', 'sha512:00'],
  ])('refuses for %s the digest %s', async (reference, digest) => {
    const [server, client] = await bench.pair();
    server.on(`/v2/windows/servercore/manifests/${reference}`, {
      headers: { 'content-type': MANIFEST, 'docker-content-digest': digest },
    });
    expect((await registryError(client.head('windows/servercore', reference))).code).toBe('REGISTRY_INVALID');
  });
});

describe('blob', () => {
  it('reads a text and checks its digest', async () => {
    const [server, client] = await bench.pair();
    server.on(BLOB_PATH, { body: BODY });
    expect(await client.blob('windows/servercore', DIGEST)).toBe(BODY);
  });

  it.each([`${BODY}.`, ''])('refuses other contents (%j)', async (body) => {
    const [server, client] = await bench.pair();
    server.on(BLOB_PATH, { body });
    const error = await registryError(client.blob('windows/servercore', DIGEST));
    expect(error.code).toBe('REGISTRY_INVALID');
    expect(error.message).toContain(`blob windows/servercore@sha256:${DIGEST.slice(7, 19)}`);
  });
});

describe('names', () => {
  const long = 'a'.repeat(256);
  it.each([
    '',
    'Windows/servercore',
    '../secret',
    'windows//x',
    'windows/servercore?x=1',
    '/windows',
    'a b',
    long,
  ])('refuses the repository %j before anything is sent', async (repository) => {
    const [, client] = await bench.pair();
    await expect(client.manifest(repository, 'ltsc2022')).rejects.toThrow(UsageError);
    await expect(client.head(repository, 'ltsc2022')).rejects.toThrow(UsageError);
    await expect(client.blob(repository, DIGEST)).rejects.toThrow(UsageError);
    await expect(client.tags(repository)).rejects.toThrow(UsageError);
    expect(client.traffic.requests).toBe(0);
  });

  it.each([
    '',
    '.hidden',
    '../x',
    'a/b',
    'a?b',
    'a b',
    'x'.repeat(129),
    'sha256:12',
    `sha512:${'0'.repeat(128)}`,
  ])('refuses the reference %j before anything is sent', async (reference) => {
    const [, client] = await bench.pair();
    await expect(client.manifest('windows/servercore', reference)).rejects.toThrow(UsageError);
    await expect(client.blob('windows/servercore', reference as Digest)).rejects.toThrow(UsageError);
    expect(client.traffic.requests).toBe(0);
  });
});
