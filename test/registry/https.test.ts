import type { LookupFunction } from 'node:net';
import { inspect } from 'node:util';
import { Bench, registryError, sha256 } from './bench';
import type { ScriptedResponse } from './scripted-registry';
import { selfSigned } from './self-signed';

const BODY = '{}';
const DIGEST = sha256(BODY);
const PATH = `/v2/a/blobs/${DIGEST}`;
const SIGNATURE = 'sig=s3cr3t';
const identity = selfSigned(['registry.test', 'cdn.test']);
const certificateAuthorities = [identity.cert];
const to = (location: string): ScriptedResponse => ({ status: 307, headers: { location } });

/** Every name is this computer. */
const lookup: LookupFunction = (_hostname, options, callback) => {
  if (options.all === true) {
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  } else {
    callback(null, '127.0.0.1', 4);
  }
};

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.putAway());

describe('a registry over https', () => {
  it('may be at a private address, and redirect to itself', async () => {
    const server = await bench.server(identity);
    const client = bench.client(`https://registry.test:${server.port}`, { lookup, certificateAuthorities });
    server.on(PATH, to(`https://registry.test:${server.port}/data?${SIGNATURE}`)).on('/data', { body: BODY });
    expect(await client.blob('a', DIGEST)).toBe(BODY);
  });

  it.each([
    ['http://registry.test/', 'redirects to an address without https'],
    ['http://127.0.0.1/', 'redirects to an address without https'],
    ['https://127.0.0.1/', 'redirects to an address of a private network'],
    ['https://[::ffff:192.168.0.1]/', 'redirects to an address of a private network'],
  ])('may not redirect to %s', async (location, message) => {
    const server = await bench.server(identity);
    const client = bench.client(`https://registry.test:${server.port}`, { lookup, certificateAuthorities });
    server.on(PATH, to(`${location}?${SIGNATURE}`));
    const error = await registryError(client.blob('a', DIGEST));
    expect(error.code).toBe('REGISTRY_INVALID');
    expect(error.message).toContain(message);
    expect(client.traffic).toEqual({ requests: 1, redirects: 0 });
  });

  it('may not redirect to a name that leads to a private address', async () => {
    const [server, cdn] = [await bench.server(identity), await bench.server(identity)];
    const client = bench.client(`https://registry.test:${server.port}`, { lookup, certificateAuthorities });
    server.on(PATH, to(`https://cdn.test:${cdn.port}/data?${SIGNATURE}`));
    cdn.on('/data', { body: BODY });
    expect(await registryError(client.blob('a', DIGEST))).toMatchObject({
      code: 'REGISTRY_INVALID',
      message:
        `The server cdn.test:${cdn.port}, to which the registry registry.test:${server.port} points, ` +
        'belongs to a private address and is not asked.',
    });
    expect(cdn.requests).toEqual([]);
    expect(client.traffic).toEqual({ requests: 2, redirects: 1 });
  });

  it('is not trusted with a certificate that nobody vouches for, and not asked twice', async () => {
    const server = await bench.server(identity);
    const client = bench.client(`https://registry.test:${server.port}`, { lookup });
    const error = await registryError(client.blob('a', DIGEST));
    expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', message: expect.stringContaining('TLS') });
    expect(error.cause).toBeDefined();
    expect(client.traffic.requests).toBe(1);
  });

  it('is not trusted under another name, or where it speaks no TLS', async () => {
    const [server, plain] = [await bench.server(identity), await bench.server()];
    for (const url of [`https://other.test:${server.port}`, `https://registry.test:${plain.port}`]) {
      const client = bench.client(url, { lookup, certificateAuthorities });
      expect((await registryError(client.blob('a', DIGEST))).message).toContain('TLS');
      expect(client.traffic.requests).toBe(1);
    }
  });
});

describe('signatures in addresses', () => {
  it.each<[string, ScriptedResponse]>([
    ['a refusal', { status: 403, body: '{"errors":[{"code":"DENIED"}]}' }],
    ['a server error', { status: 500 }],
    ['throttling', { status: 429, headers: { 'retry-after': '100' } }],
    ['a reset', { reset: true }],
    ['a broken body', { body: BODY, cutAfter: 1 }],
    ['a wrong body', { body: `?${SIGNATURE}` }],
    ['silence', { delay: 5000 }],
    ['a circle', to(`/data?${SIGNATURE}`)],
    ['a forbidden address', to(`http://example.com/?${SIGNATURE}`)],
    ['an unreadable address', to(`https://a b/?${SIGNATURE}`)],
  ])('are in no error, at %s', async (_name, response) => {
    const [server, client] = await bench.pair({ limits: { tryMilliseconds: 2000, tries: 2 } });
    server.on(PATH, to(`/data?${SIGNATURE}`)).on('/data', response);
    const error = await registryError(client.blob('a', DIGEST));
    expect(error.url).toBe(`${server.url}/data`);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('s3cr3t');
  });
});
