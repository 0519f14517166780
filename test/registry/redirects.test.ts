import { objectionTo } from '../../lib/registry/follow-redirects';
import { parseRegistryUrl } from '../../lib/registry/registry-url';
import { Bench, MANIFEST, registryError, sha256 } from './bench';
import type { ScriptedResponse } from './scripted-registry';

const BODY = '{}';
const DIGEST = sha256(BODY);
const PATH = `/v2/a/blobs/${DIGEST}`;
const to = (location: string, status = 307): ScriptedResponse => ({ status, headers: { location } });

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.putAway());

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('follows %i', async (status) => {
    const [server, client] = await bench.pair();
    server.on(PATH, to('/data?sig=1#part', status)).on('/data', { body: BODY });
    expect(await client.blob('a', DIGEST)).toBe(BODY);
    expect(server.requests.map(({ path }) => path)).toEqual([PATH, '/data?sig=1']);
    expect(client.traffic).toEqual({ requests: 2, redirects: 1 });
  });

  it('follows those of manifests, HEADs included', async () => {
    const [server, client] = await bench.pair();
    server.on('/v2/a/manifests/t', to('/m'));
    server.on('/m', { body: BODY, headers: { 'content-type': MANIFEST, 'docker-content-digest': DIGEST } });
    expect(await client.head('a', 't')).toEqual({ digest: DIGEST, mediaType: MANIFEST });
    expect(await client.manifest('a', 't')).toMatchObject({ digest: DIGEST });
    expect(server.seen('/m').map(({ method }) => method)).toEqual(['HEAD', 'GET']);
    expect(server.seen('/m')[0]!.headers.accept).toContain(MANIFEST);
    expect(client.traffic).toEqual({ requests: 4, redirects: 2 });
  });

  it('checks the digest of what another server gives', async () => {
    const [server, client] = await bench.pair();
    const other = await bench.server();
    server.on(PATH, to(`${other.url}/data`));
    other.on('/data', { body: 'something else' });
    expect((await registryError(client.blob('a', DIGEST))).code).toBe('REGISTRY_INVALID');
  });

  it('shows its token to the registry alone', async () => {
    const [server, client] = await bench.pair();
    const other = await bench.server();
    const headers = { 'www-authenticate': `Bearer realm="${server.url}/token"` };
    server.on(PATH, ({ headers: { authorization } }) =>
      authorization ? to('/here') : { status: 401, headers },
    );
    server.on('/token', { body: '{"token":"t1"}' });
    server.on('/here', to(`${other.url}/there`)).on('/back', { body: BODY });
    other.on('/there', to(`${server.url}/back`));
    expect(await client.blob('a', DIGEST)).toBe(BODY);
    expect(server.seen('/here')[0]!.headers.authorization).toBe('Bearer t1');
    expect(other.seen('/there')[0]!.headers.authorization).toBeUndefined();
    expect(server.seen('/back')[0]!.headers.authorization).toBe('Bearer t1');
    expect(client.traffic).toEqual({ requests: 6, redirects: 3 });
  });

  it('takes no challenge from another server', async () => {
    const [server, client] = await bench.pair();
    const other = await bench.server();
    server.on(PATH, to(`${other.url}/data`));
    other.on('/data', { status: 401, headers: { 'www-authenticate': `Bearer realm="${other.url}/token"` } });
    const error = await registryError(client.blob('a', DIGEST));
    expect(error.message).toContain(`to which the registry ${server.url} points, refused anonymous reading`);
    expect(other.seen('/token')).toEqual([]);
  });

  it('reads an address that was sent as plain UTF-8', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, to(Buffer.from('/größe').toString('latin1'))).on(encodeURI('/größe'), { body: BODY });
    expect(await client.blob('a', DIGEST)).toBe(BODY);
  });

  it('retries where it was sent to, and not the whole way', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, to('/data')).on('/data', { status: 503 }, { body: BODY });
    expect(await client.blob('a', DIGEST)).toBe(BODY);
    expect(client.traffic).toEqual({ requests: 3, redirects: 1 });
  });

  it('takes a 404 at the end as not there', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, to('/data'));
    expect(await client.blob('a', DIGEST)).toBeUndefined();
  });

  it('ends a circle', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, to('/b')).on('/b', to(`${PATH}#again`));
    const error = await registryError(client.blob('a', DIGEST));
    expect(error).toMatchObject({
      code: 'REGISTRY_INVALID',
      message: expect.stringContaining('in a circle'),
    });
    expect(client.traffic).toEqual({ requests: 2, redirects: 1 });
  });

  it('follows five and no sixth', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, to('/1')).on('/1', to('/2')).on('/2', to('/3')).on('/3', to('/4')).on('/4', to('/5'));
    server.on('/5', { body: BODY });
    expect(await client.blob('a', DIGEST)).toBe(BODY);
    server.on('/5', to('/6')).on('/6', { body: BODY });
    const error = await registryError(client.blob('a', DIGEST));
    expect(error).toMatchObject({
      code: 'REGISTRY_INVALID',
      message: expect.stringContaining('more than 5 times'),
    });
    expect(server.seen('/6')).toEqual([]);
  });

  it.each([
    ['http://example.com/data', 'an address without https'],
    ['http://169.254.169.254/latest/meta-data', 'an address without https'],
    ['https://169.254.169.254/latest/meta-data', 'an address of a private network'],
    ['https://[::ffff:10.0.0.1]/', 'an address of a private network'],
    ['file:///etc/passwd', 'an address without https'],
    ['https://user:secret@example.com/', 'an address with a password'],
    ['https://exa mple/?sig=secret', 'without a readable address'],
  ])('does not go to %s', async (location, message) => {
    const [server, client] = await bench.pair();
    server.on(PATH, to(location));
    const error = await registryError(client.blob('a', DIGEST));
    expect(error.code).toBe('REGISTRY_INVALID');
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('secret');
    expect(client.traffic).toEqual({ requests: 1, redirects: 0 });
  });

  it('does not follow without an address, or another status', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, { status: 302 }, { status: 304, headers: { location: '/data' } });
    expect((await registryError(client.blob('a', DIGEST))).message).toContain('without a readable address');
    expect((await registryError(client.blob('a', DIGEST))).message).toContain('answered 304');
  });
});

describe('objectionTo', () => {
  const mcr = 'https://mcr.microsoft.com';
  const here = 'http://127.0.0.1:5000';
  const inside = 'https://10.0.0.5';
  const cdn = 'https://westus.data.mcr.microsoft.com';
  const NO_HTTPS = 'an address without https';
  const PRIVATE = 'an address of a private network';

  it.each<[string, string, string, string | undefined]>([
    [mcr, mcr, cdn, undefined],
    [mcr, cdn, mcr, undefined],
    [mcr, mcr, 'http://westus.data.mcr.microsoft.com', NO_HTTPS],
    [mcr, mcr, here, NO_HTTPS],
    [mcr, mcr, 'https://127.0.0.1', PRIVATE],
    [mcr, mcr, 'https://localhost', PRIVATE],
    [mcr, mcr, 'https://2130706433', PRIVATE],
    [mcr, mcr, inside, PRIVATE],
    [mcr, cdn, inside, PRIVATE],
    [mcr, mcr, 'https://[fd00::1]', PRIVATE],
    [mcr, here, 'https://localhost', PRIVATE],
    [inside, inside, inside, undefined],
    [inside, cdn, inside, undefined],
    [inside, inside, 'https://10.0.0.5:8443', PRIVATE],
    [inside, inside, 'https://10.0.0.6', PRIVATE],
    [inside, inside, cdn, undefined],
    [here, here, here, undefined],
    [here, here, 'http://localhost:5001', undefined],
    [here, here, 'http://[::1]:5001', undefined],
    [here, here, 'https://localhost:5001', undefined],
    [here, here, cdn, undefined],
    [here, here, 'http://10.0.0.5', NO_HTTPS],
    [here, here, inside, PRIVATE],
    [here, cdn, here, NO_HTTPS],
    [here, cdn, 'https://localhost:5001', PRIVATE],
    ['https://localhost:5000', 'https://localhost:5000', here, NO_HTTPS],
    ['https://localhost:5000', 'https://localhost:5000', 'https://127.0.0.1', undefined],
  ])('registry %s, from %s to %s: %s', (registry, from, target, expected) => {
    expect(objectionTo(new URL(target), new URL(from), parseRegistryUrl(registry))).toBe(expected);
  });
});
