import { Bench, MANIFEST, registryError, sha256 } from './bench';
import type { ScriptedResponse, ScriptedRegistry, ReceivedRequest } from './scripted-registry';

const BODY = '{}';
const PATH = '/v2/library/x/manifests/a';
const GOOD: ScriptedResponse = { body: BODY, headers: { 'content-type': MANIFEST } };
const SCOPE = 'repository:library/x:pull';

const challenge = (realm: string, more = `,service="reg,istry",scope="${SCOPE}"`): ScriptedResponse => ({
  status: 401,
  headers: { 'www-authenticate': `Bearer realm="${realm}"${more}` },
});

/** Lets in whoever has one of the tokens that the server gave out and still takes. */
function protectedRegistry(
  server: ScriptedRegistry,
  taken: () => readonly string[],
  realm = `${server.url}/token?x=1`,
): void {
  server.on(PATH, ({ headers }) =>
    taken().some((token) => headers.authorization === `Bearer ${token}`) ? GOOD : challenge(realm),
  );
}

const token = (value: unknown, more: object = {}): ScriptedResponse => ({
  body: JSON.stringify({ token: value, ...more }),
});
const paths = (requests: readonly ReceivedRequest[]): string[] =>
  requests.map(({ path }) => path.split('?')[0]!);

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.putAway());

describe('a registry that wants a token', () => {
  it('gets one from where it says, for what it says', async () => {
    const [server, client] = await bench.pair();
    protectedRegistry(server, () => ['t1']);
    server.on('/token', token('t1'));
    expect(await client.manifest('library/x', 'a')).toMatchObject({ digest: sha256(BODY) });
    expect(paths(server.requests)).toEqual([PATH, '/token', PATH]);
    const asked = new URL(server.seen('/token')[0]!.path, server.url).searchParams;
    expect([...asked]).toEqual([
      ['x', '1'],
      ['service', 'reg,istry'],
      ['scope', SCOPE],
    ]);
    expect(server.seen('/token')[0]!.headers.authorization).toBeUndefined();
    expect(client.traffic).toEqual({ requests: 3, redirects: 0 });
  });

  it('asks for pulling where the challenge names no scope, and takes an access_token', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, challenge(`${server.url}/token`, ''), GOOD);
    server.on('/token', { body: JSON.stringify({ access_token: 't2' }) });
    await client.manifest('library/x', 'a');
    expect(new URL(server.seen('/token')[0]!.path, server.url).search).toBe(
      '?scope=repository%3Alibrary%2Fx%3Apull',
    );
    expect(server.requests.at(-1)!.headers.authorization).toBe('Bearer t2');
  });

  it('finds the Bearer challenge among several headers', async () => {
    const [server, client] = await bench.pair();
    const headers = { 'www-authenticate': [`Bearer realm="${server.url}/token"`, 'Basic realm="x"'] };
    server.on(PATH, { status: 401, headers }, GOOD).on('/token', token('t1'));
    expect(await client.manifest('library/x', 'a')).toBeDefined();
  });

  it('keeps the token for the repository until shortly before it expires', async () => {
    const [server, client] = await bench.pair();
    protectedRegistry(server, () => ['t1']);
    server.on('/token', token('t1', { expires_in: 300 }));
    await client.manifest('library/x', 'a');
    bench.time.now += 289_000;
    await client.manifest('library/x', 'a');
    expect(server.seen('/token')).toHaveLength(1);
    bench.time.now += 2_000;
    await client.manifest('library/x', 'a');
    expect(server.seen('/token')).toHaveLength(2);
  });

  it.each([
    ['not said', {}],
    ['no number', { expires_in: '3600' }],
  ])('takes a minute where the lifetime is %s', async (_name, more) => {
    const [server, client] = await bench.pair();
    protectedRegistry(server, () => ['t1']);
    server.on('/token', token('t1', more));
    await client.manifest('library/x', 'a');
    bench.time.now += 49_000;
    await client.manifest('library/x', 'a');
    expect(server.seen('/token')).toHaveLength(1);
    bench.time.now += 2_000;
    await client.manifest('library/x', 'a');
    expect(server.seen('/token')).toHaveLength(2);
  });

  it('uses a token once that is good for no time at all', async () => {
    const [server, client] = await bench.pair();
    protectedRegistry(server, () => ['t1']);
    server.on('/token', token('t1', { expires_in: 0 }));
    expect(await client.manifest('library/x', 'a')).toBeDefined();
  });

  it('gives two questions at once one token', async () => {
    const [server, client] = await bench.pair();
    protectedRegistry(server, () => ['t1']);
    server.on('/token', { ...token('t1'), delay: 10 });
    await Promise.all([client.manifest('library/x', 'a'), client.manifest('library/x', 'a')]);
    expect(server.seen('/token')).toHaveLength(1);
    expect(client.traffic.requests).toBe(5);
  });

  it('gives each repository its own', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, challenge(`${server.url}/token`), GOOD).on('/token', token('t1'));
    server.on('/v2/library/y/manifests/a', GOOD);
    await client.manifest('library/x', 'a');
    await client.manifest('library/y', 'a');
    expect(server.requests.at(-1)!.headers.authorization).toBeUndefined();
  });

  it('gets a new one where a kept one is refused', async () => {
    const [server, client] = await bench.pair();
    let good = 't1';
    protectedRegistry(server, () => [good]);
    server.on('/token', token('t1'), token('t2'));
    await client.manifest('library/x', 'a');
    good = 't2';
    expect(await client.manifest('library/x', 'a')).toBeDefined();
    expect(server.seen('/token')).toHaveLength(2);
  });

  it('tries a second token where the first is refused, and no third', async () => {
    const [server, client] = await bench.pair();
    protectedRegistry(server, () => ['t2']);
    server.on('/token', token('t1'), token('t2'));
    expect(await client.manifest('library/x', 'a')).toBeDefined();
    protectedRegistry(server, () => []);
    const before = server.seen('/token').length;
    const error = await registryError(client.manifest('library/x', 'a'));
    expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', status: 401 });
    expect(error.message).toContain('refused anonymous reading with 401');
    expect(server.seen('/token').length - before).toBe(2);
  });

  it('does not keep a failed request for a token', async () => {
    const [server, client] = await bench.pair();
    protectedRegistry(server, () => ['t1']);
    server.on('/token', { status: 403 }, token('t1'));
    expect((await registryError(client.manifest('library/x', 'a'))).status).toBe(403);
    expect(await client.manifest('library/x', 'a')).toBeDefined();
  });

  it.each<[string, string, ScriptedResponse]>([
    ['is no JSON', 'REGISTRY_INVALID', { body: 'secret-token' }],
    ['has no token', 'REGISTRY_INVALID', { body: '{"tokens":"secret-token"}' }],
    ['would break the header', 'REGISTRY_INVALID', token('secret-token\r\nx: y')],
    ['is empty', 'REGISTRY_INVALID', token('')],
    ['is too large', 'REGISTRY_INVALID', token(`secret-token${'x'.repeat(70_000)}`)],
    ['is a redirect', 'REGISTRY_INVALID', { status: 302, headers: { location: '/token' } }],
    ['is a refusal', 'REGISTRY_UNREACHABLE', { status: 401 }],
  ])('fails where the token answer %s', async (_name, code, response) => {
    const [server, client] = await bench.pair();
    protectedRegistry(server, () => ['t1']);
    server.on('/token', response);
    const error = await registryError(client.manifest('library/x', 'a'));
    expect(error.code).toBe(code);
    expect(error.message).toContain('a token for library/x:a');
    expect(`${error.message} ${String(error.cause)}`).not.toContain('secret-token');
    expect(server.seen('/token')).toHaveLength(1);
  });

  it.each([
    ['http://auth.example/token', 'an address without https'],
    ['https://10.0.0.1/token', 'an address of a private network'],
    ['https://u:p@auth.example/token', 'an address with a password'],
    ['ftp://auth.example/token', 'an address without https'],
    ['/token', 'without saying where'],
    ['', 'without saying where'],
  ])('does not go to %j for it', async (realm, message) => {
    const [server, client] = await bench.pair();
    server.on(PATH, challenge(realm));
    const error = await registryError(client.manifest('library/x', 'a'));
    expect(error.code).toBe('REGISTRY_INVALID');
    expect(error.message).toContain(message);
    expect(client.traffic.requests).toBe(1);
  });
});

describe('a registry that wants something else', () => {
  it.each([
    ['a password', { 'www-authenticate': 'Basic realm="x"' }, 'wants a user name and password'],
    ['nothing that it says', {}, 'refused anonymous reading with 401'],
    ['Kerberos', { 'www-authenticate': 'Negotiate' }, 'refused anonymous reading with 401'],
  ])('is refused (%s)', async (_name, headers, message) => {
    const [server, client] = await bench.pair();
    server.on(PATH, { status: 401, headers });
    const error = await registryError(client.manifest('library/x', 'a'));
    expect(error).toMatchObject({ code: 'REGISTRY_UNREACHABLE', status: 401 });
    expect(error.message).toContain(message);
    expect(client.traffic.requests).toBe(1);
  });

  it('is refused where it forbids reading, with its own code', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, { status: 403, body: '{"errors":[{"code":"DENIED","message":"no"}]}' });
    expect(await registryError(client.manifest('library/x', 'a'))).toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      registryCode: 'DENIED',
      message: `The registry ${server.url} refused anonymous reading with 403 DENIED (GET library/x:a).`,
    });
  });
});

describe('a registry that lets in whoever signs in', () => {
  const basic = (user: string, password: string) =>
    `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const wantsBasic: ScriptedResponse = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };

  it('gets the password where it wants one, asked for once, and at once from then on', async () => {
    let asked = 0;
    const login = () => {
      asked += 1;
      return Promise.resolve({ user: 'AWS', password: 'se:cret' });
    };
    const [server, client] = await bench.pair({ login });
    server.on(PATH, ({ headers }) => (headers.authorization === basic('AWS', 'se:cret') ? GOOD : wantsBasic));
    expect(await client.manifest('library/x', 'a')).toBeDefined();
    expect(await client.manifest('library/x', 'a')).toBeDefined();
    expect(asked).toBe(1);
    expect(server.requests).toHaveLength(3);
  });

  it('gives the password to the token server alone, which gives a token for it', async () => {
    const [server, client] = await bench.pair({ login: () => Promise.resolve({ user: 'u', password: 'p' }) });
    protectedRegistry(server, () => ['t1']);
    server.on('/token', ({ headers }) =>
      headers.authorization === basic('u', 'p') ? token('t1') : { status: 401 },
    );
    expect(await client.manifest('library/x', 'a')).toBeDefined();
    const sent = server.seen(PATH).map(({ headers }) => headers.authorization);
    expect(sent).toEqual([undefined, 'Bearer t1']);
  });

  it('changes an identity token for one of the repository', async () => {
    const [server, client] = await bench.pair({ login: () => Promise.resolve({ identityToken: 'refresh' }) });
    protectedRegistry(server, () => ['t1'], `${server.url}/token`);
    server.on('/token', token('t1'));
    expect(await client.manifest('library/x', 'a')).toBeDefined();
    const [asked] = server.seen('/token');
    expect(asked).toMatchObject({ method: 'POST', path: '/token' });
    expect(asked!.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('says that it takes no login, and that it did not take this one', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, wantsBasic);
    expect((await registryError(client.manifest('library/x', 'a'))).message).toContain('wants a user name');
    const [strict, signedIn] = await bench.pair({
      login: () => Promise.resolve({ user: 'u', password: 'old' }),
    });
    strict.on(PATH, wantsBasic);
    const error = await registryError(signedIn.manifest('library/x', 'a'));
    expect(error.message).toContain('did not take the user name and password');
    expect(error.status).toBe(401);
    expect(JSON.stringify(error)).not.toContain('old');
    expect(strict.requests).toHaveLength(2);
  });

  it('never takes a login to another server', async () => {
    const [server, client] = await bench.pair({ login: () => Promise.resolve({ user: 'u', password: 'p' }) });
    const other = await bench.server();
    other.on('/data', GOOD);
    server.on(PATH, ({ headers }) =>
      headers.authorization === undefined
        ? wantsBasic
        : { status: 307, headers: { location: `${other.url}/data` } },
    );
    expect(await client.manifest('library/x', 'a')).toBeDefined();
    expect(other.requests[0]!.headers.authorization).toBeUndefined();
  });
});
