import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { RegistryClient } from '../../lib/registry/registry-client';
import type { RegistryLimits } from '../../lib/registry/registry-limits';
import { limitParallel, pacedRequests } from '../../lib/registry/request-pace';
import { Bench, MANIFEST, SimulatedTime, registryError, sha256 } from './bench';
import { ScriptedRegistry, type ScriptedResponse } from './scripted-registry';

const MIB = 2 ** 20;
const PATH = '/v2/a/manifests/t';
const GOOD: ScriptedResponse = { body: '{}', headers: { 'content-type': MANIFEST } };

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.putAway());

describe('limits in size', () => {
  it.each([
    ['an unknown number of bytes', {}],
    ['as many bytes as it says', { 'content-length': `${200 * MIB}` }],
  ])('leave off a manifest of 200 MiB early, sent with %s', async (_name, headers) => {
    const [server, client] = await bench.pair();
    server.on(PATH, {
      body: Buffer.alloc(MIB, ' '),
      total: 200 * MIB,
      headers: { 'content-type': MANIFEST, ...headers },
    });
    const error = await registryError(client.manifest('a', 't'));
    expect(error).toMatchObject({
      code: 'REGISTRY_INVALID',
      message: expect.stringContaining('more than 4 MiB'),
    });
    expect(server.bytesWritten).toBeLessThan(32 * MIB);
    expect(client.traffic.requests).toBe(1);
  });

  it('do not wait for what says to be too long', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, { body: '  ', trickle: 5000, headers: { 'content-length': `${200 * MIB}` } });
    expect((await registryError(client.manifest('a', 't'))).message).toContain('more than 4 MiB');
  });

  it('take a manifest of exactly the limit, and none with a byte more', async () => {
    const [server, client] = await bench.pair({
      limits: { manifestBytes: 100, blobBytes: 50, tagPageBytes: 50 },
    });
    const body = (size: number): string => `"${'x'.repeat(size - 2)}"`;
    server.on(PATH, { ...GOOD, body: body(100) }, { ...GOOD, body: body(101) });
    expect(await client.manifest('a', 't')).toMatchObject({ body: body(100) });
    expect((await registryError(client.manifest('a', 't'))).message).toContain('more than 100 bytes');
    const digest = sha256(body(51));
    server.on(`/v2/a/blobs/${digest}`, { body: body(51) }).on('/v2/a/tags/list', { body: body(51) });
    expect((await registryError(client.blob('a', digest))).message).toContain('more than 50 bytes');
    expect((await registryError(client.tags('a'))).message).toContain('more than 50 bytes');
  });

  it('read of an error only its beginning', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, { status: 400, body: Buffer.alloc(MIB, ' '), total: 200 * MIB });
    expect(await registryError(client.manifest('a', 't'))).toMatchObject({
      status: 400,
      registryCode: undefined,
    });
    expect(server.bytesWritten).toBeLessThan(32 * MIB);
  });
});

describe('limits in time', () => {
  it.each<[string, ScriptedResponse]>([
    ['says nothing', { ...GOOD, delay: 5000 }],
    ['says a byte from time to time', { ...GOOD, body: ' '.repeat(1000), trickle: 10 }],
  ])('end the wait for a server that %s', async (_name, response) => {
    const [server, client] = await bench.pair({ deadlineSeconds: 0.06 });
    server.on(PATH, response);
    const error = await registryError(client.manifest('a', 't'));
    expect(error).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: `The registry ${server.url} gave no answer within 0.06 s (GET a:t).`,
    });
    expect(error.cause).toBeDefined();
    expect(client.traffic.requests).toBe(1);
  });

  it('are one for all the work of a client', async () => {
    const [server, client] = await bench.pair({ deadlineSeconds: 30 });
    server.on(PATH, GOOD);
    bench.time.now += 29_999;
    expect(await client.manifest('a', 't')).toBeDefined();
    bench.time.now += 1;
    expect((await registryError(client.manifest('a', 't'))).message).toContain(
      'was not asked any more, since the 30 s for all requests had passed (GET a:t)',
    );
    expect(client.traffic.requests).toBe(1);
  });

  it('leave time for the other repositories where one hangs, which is not asked again', async () => {
    const [server, client] = await bench.pair({ deadlineSeconds: 30 });
    const hang = () => {
      bench.time.now += 18_000;
      return { reset: true };
    };
    server.on('/v2/hangs/manifests/t', hang).on('/v2/well/manifests/t', GOOD);
    const sentence = `The registry ${server.url} gave no answer within 18 s (GET hangs:t).`;
    expect((await registryError(client.manifest('hangs', 't'))).message).toBe(sentence);
    expect(await client.manifest('well', 't')).toBeDefined();
    expect((await registryError(client.tags('hangs'))).message).toBe(sentence);
    expect(client.traffic.requests).toBe(2);
  });

  it('end a wait for the next try', async () => {
    const server = await bench.server();
    const client = bench.client(server.url, { deadlineSeconds: 0.05, clock: () => 0, sleep: undefined });
    server.on(PATH, { status: 503, headers: { 'retry-after': '0' }, delay: 20 });
    expect((await registryError(client.manifest('a', 't'))).message).toContain('no answer within 0.05 s');
  });

  it('may be longer than a timer', async () => {
    const [server, client] = await bench.pair({ deadlineSeconds: 1e9 });
    server.on(PATH, { ...GOOD, delay: 5 });
    expect(await client.manifest('a', 't')).toBeDefined();
  });

  it('end silence before the headers and within the body', async () => {
    const [server, client] = await bench.pair({ limits: { silenceMilliseconds: 20, tries: 1 } });
    server.on(PATH, { ...GOOD, delay: 5000 }).on('/v2/b/manifests/t', { ...GOOD, trickle: 5000 });
    const errors = await Promise.all(['a', 'b'].map((name) => registryError(client.manifest(name, 't'))));
    const reported = (name: string): string =>
      `The registry ${server.url} did not answer in time (GET ${name}:t).`;
    expect(errors.map(({ message }) => message)).toEqual([reported('a'), reported('b')]);
    expect(errors.map(({ code }) => code)).toEqual(['REGISTRY_UNREACHABLE', 'REGISTRY_UNREACHABLE']);
  });

  it('end a try that takes too long, and try again', async () => {
    const [server, client] = await bench.pair({ limits: { tryMilliseconds: 2000 } });
    server.on(PATH, { ...GOOD, body: ' '.repeat(100), trickle: 50 }, GOOD);
    expect(await client.manifest('a', 't')).toMatchObject({ body: '{}' });
    expect(client.traffic.requests).toBeGreaterThan(1);
    const [silent, hasty] = await bench.pair({ limits: { tryMilliseconds: 30 } });
    silent.on(PATH, { ...GOOD, delay: 5000 });
    expect((await registryError(hasty.manifest('a', 't'))).message).toContain(
      'did not answer in time (GET a:t)',
    );
  });
});

describe('the end of the work', () => {
  it('comes with the signal, and keeps its reason', async () => {
    const controller = new AbortController();
    const [server, client] = await bench.pair({ signal: controller.signal });
    server.on(PATH, ({}) => {
      controller.abort(new Error('Ctrl-C'));
      return { ...GOOD, delay: 5000 };
    });
    const error = await registryError(client.manifest('a', 't'));
    expect(error).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringContaining('was cancelled'),
    });
    expect((error.cause as Error).cause).toEqual(new Error('Ctrl-C'));
    await registryError(client.tags('a'));
    expect(client.traffic.requests).toBe(1);
  });

  it('comes at once with a signal that is over already', async () => {
    const [, client] = await bench.pair({ signal: AbortSignal.abort() });
    expect((await registryError(client.manifest('a', 't'))).message).toContain('was cancelled');
    expect(client.traffic.requests).toBe(0);
  });

  it('comes with close, for what is under way and what follows', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, { ...GOOD, delay: 5000 });
    const work = registryError(client.manifest('a', 't'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await client.close();
    expect((await work).message).toContain('its client was closed');
    expect((await registryError(client.manifest('a', 't'))).message).toContain('its client was closed');
    await client.close();
  });

  it('keeps a connection for the next request, but none with a body that was not read', async () => {
    const [server, client] = await bench.pair();
    const opened = jest.fn();
    server.onConnection(opened);
    server.on(PATH, GOOD).on('/v2/b/manifests/t', { status: 404, body: Buffer.alloc(MIB), total: MIB });
    for (const repository of ['a', 'a', 'b', 'a']) {
      await client.manifest(repository, 't');
    }
    expect(opened).toHaveBeenCalledTimes(2);
  });

  it('leaves no connection open', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, GOOD);
    await client.manifest('a', 't');
    expect(server.connections).toBe(1);
    await client.close();
    while (server.connections > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(server.connections).toBe(0);
  });
});

/** A client of a server that does something to each socket as soon as it has read from it. */
async function rawClient(
  answer: (socket: Socket) => void,
  limits: Partial<RegistryLimits> = {},
): Promise<RegistryClient> {
  const server = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .once('data', () => {
        answer(socket);
      }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  bench.atEnd(() => void server.close());
  return bench.client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { limits });
}

describe('a server that is not there', () => {
  it('is said to refuse the connection', async () => {
    const server = await new ScriptedRegistry().start();
    const { url } = server;
    await server.close();
    const client = bench.client(url);
    const error = await registryError(client.manifest('a', 't'));
    expect(error).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: `The registry ${url} refused the connection.`,
      cause: { code: 'ECONNREFUSED' },
    });
    expect(client.traffic.requests).toBe(2);
  });

  it('is said to be unknown', async () => {
    const client = bench.client('https://registry.example', {
      lookup: (hostname, _options, callback) => {
        callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), '');
      },
    });
    expect(await registryError(client.manifest('a', 't'))).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: 'The registry registry.example could not be found: DNS knows no such name here.',
    });
    expect(client.traffic.requests).toBe(1);
  });

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    [
      'a body in broken pieces',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\nno number\r\n',
    ],
    ['more headers than anybody needs', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('is said not to speak HTTP where it sends %s', async (_name, sent) => {
    const client = await rawClient((socket) => socket.end(sent));
    expect(await registryError(client.manifest('a', 't'))).toMatchObject({
      code: 'REGISTRY_INVALID',
      message: expect.stringContaining('does not answer as HTTP'),
    });
    expect(client.traffic.requests).toBe(1);
  });

  it('is said to close the connection where it changes the protocol', async () => {
    const client = await rawClient((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    );
    const error = await registryError(client.manifest('a', 't'));
    expect(error.message).toContain('closed the connection');
    expect(client.traffic.requests).toBe(5);
  });

  it('is not waited for beyond its headers, however slowly they come', async () => {
    const client = await rawClient(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write('X: y\r\n'), 20);
        socket.on('close', () => {
          clearInterval(timer);
        });
      },
      { silenceMilliseconds: 100, tries: 1 },
    );
    expect((await registryError(client.manifest('a', 't'))).message).toContain('did not answer in time');
  });
});

describe('pace', () => {
  const evenly = async (url: string, requestsPerSecond?: number): Promise<readonly number[]> => {
    const time = new SimulatedTime();
    const starts: number[] = [];
    const pace = pacedRequests({ requestsPerSecond, clock: time.clock, sleep: time.sleep });
    for (let count = 0; count < 4; count += 1) {
      await pace(new URL(url));
      starts.push(time.now);
    }
    return starts.map((start) => start - starts[0]!);
  };

  it.each<[string, number | undefined, readonly number[]]>([
    ['https://mcr.microsoft.com/v2/', undefined, [0, 200, 400, 600]],
    ['https://mcr.microsoft.com/v2/', 2, [0, 500, 1000, 1500]],
    ['https://mcr.microsoft.com/v2/', Infinity, [0, 0, 0, 0]],
    ['http://127.0.0.1:5000/v2/', undefined, [0, 0, 0, 0]],
    ['http://127.0.0.1:5000/v2/', 10, [0, 100, 200, 300]],
  ])('of %s at %s a second', async (url, perSecond, expected) => {
    expect(await evenly(url, perSecond)).toEqual(expected);
  });

  it('gives those who come together places in a row, and each host its own row', async () => {
    const waits: number[] = [];
    const pace = pacedRequests({
      requestsPerSecond: 5,
      clock: () => 1000,
      sleep: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
    });
    const [one, two] = [new URL('https://one.example'), new URL('https://two.example')];
    await Promise.all([pace(one), pace(one), pace(two), pace(one), pace(two)]);
    expect(waits).toEqual([200, 400, 200]);
  });

  it('does not save up the time in which nobody asked', async () => {
    const time = new SimulatedTime();
    const pace = pacedRequests({ requestsPerSecond: 5, clock: time.clock, sleep: time.sleep });
    await pace(new URL('https://one.example'));
    time.now += 10_000;
    await pace(new URL('https://one.example'));
    await pace(new URL('https://one.example'));
    expect(time.slept).toEqual([200]);
  });

  it.each([0, -1, NaN])('is more than %s', (requestsPerSecond) => {
    expect(() => bench.client('https://mcr.microsoft.com', { requestsPerSecond })).toThrow(RangeError);
  });

  it('holds for every request of a client, retries too', async () => {
    const [server, client] = await bench.pair({ requestsPerSecond: 1 });
    server.on(PATH, { status: 500 }, GOOD);
    await client.manifest('a', 't');
    expect(bench.time.slept).toEqual([500, 500]);
  });
});

describe('parallel requests', () => {
  it('are eight at most', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, { ...GOOD, gather: 8, delay: 5 });
    await Promise.all(Array.from({ length: 30 }, () => client.manifest('a', 't')));
    expect(server.mostAtOnce).toBe(8);
    expect(client.traffic.requests).toBe(30);
  });

  it('make room again where one fails', async () => {
    const limit = limitParallel(1);
    await expect(limit(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await Promise.all([limit(() => Promise.resolve(1)), limit(() => Promise.resolve(2))])).toEqual([
      1, 2,
    ]);
  });
});
