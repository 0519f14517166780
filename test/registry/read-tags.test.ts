import { nextLink } from '../../lib/registry/accept-response';
import { Bench, registryError } from './bench';

const PATH = '/v2/windows/servercore/tags/list';
const page = (
  tags: unknown,
  link?: string | string[],
): { body: string; headers: Record<string, string | string[]> } => ({
  body: JSON.stringify({ name: 'windows/servercore', tags }),
  headers: { 'content-type': 'application/json', ...(link === undefined ? {} : { link }) },
});

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.putAway());

describe('tags', () => {
  it('asks for a thousand and keeps the order of the registry', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, page(['ltsc2022', '10.0.20348.1', 'ltsc2019']));
    expect(await client.tags('windows/servercore')).toEqual(['ltsc2022', '10.0.20348.1', 'ltsc2019']);
    expect(server.requests.map(({ path }) => path)).toEqual([`${PATH}?n=1000`]);
  });

  it.each([
    ['relative to the server', (): string => `<${PATH}?last=b&n=2>; rel="next"`],
    ['relative to the page', (): string => '<?last=b&n=2>; rel=next'],
    ['absolute', (url: string): string => `<${url}${PATH}?last=b&n=2>; rel="next"`],
    ['among others', (): string => `</x>; rel="prev", <list?last=b&n=2>; rel="next"`],
  ])('follows a link that is %s', async (_name, link) => {
    const [server, client] = await bench.pair();
    server.on(PATH, ({ path }) =>
      path.includes('last=b')
        ? page(['c', 'a', null].filter((tag) => tag !== null))
        : page(['a', 'b'], link(server.url)),
    );
    expect(await client.tags('windows/servercore')).toEqual(['a', 'b', 'c']);
    expect(server.requests.map(({ path }) => path)).toEqual([`${PATH}?n=1000`, `${PATH}?last=b&n=2`]);
  });

  it('follows a link in a header of its own', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, page(['a'], ['<?last=a>; rel="next"', '</x>; rel="prev"']), page(['b']));
    expect(await client.tags('windows/servercore')).toEqual(['a', 'b']);
  });

  it('takes null as no tags', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, page(null));
    expect(await client.tags('windows/servercore')).toEqual([]);
  });

  it('leaves out what cannot be a tag', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, page(['../../x', 'a', '\u001b[31m', '']));
    expect(await client.tags('windows/servercore')).toEqual(['a']);
  });

  it('refuses a list that goes round in circles', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, ({ path }) =>
      page(['a'], path.includes('last=a') ? '<?last=b>; rel=next' : '<?last=a>; rel=next'),
    );
    const error = await registryError(client.tags('windows/servercore'));
    expect(error).toMatchObject({
      code: 'REGISTRY_INVALID',
      message: expect.stringContaining('in a circle'),
    });
    expect(client.traffic.requests).toBe(3);
  });

  it('refuses a list that never ends', async () => {
    const [server, client] = await bench.pair();
    let pages = 0;
    server.on(PATH, () => page(['a'], `<?last=${(pages += 1)}>; rel=next`));
    const error = await registryError(client.tags('windows/servercore'));
    expect(error).toMatchObject({
      code: 'REGISTRY_INVALID',
      message: expect.stringContaining('more than 1000 pages'),
    });
    expect(pages).toBe(1000);
  });

  it('refuses more tags than a repository can have', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, page(Array.from({ length: 100_001 }, (_, index) => `t${index}`)));
    const error = await registryError(client.tags('windows/servercore'));
    expect(error).toMatchObject({
      code: 'REGISTRY_INVALID',
      message: expect.stringContaining('more than 100000 tags'),
    });
  });

  it('asks no other server', async () => {
    const [server, client] = await bench.pair();
    const other = await bench.server();
    server.on(PATH, page(['a'], `<${other.url}${PATH}?last=a>; rel="next"`));
    const error = await registryError(client.tags('windows/servercore'));
    expect(error).toMatchObject({
      code: 'REGISTRY_INVALID',
      message: expect.stringContaining('at another server'),
    });
    expect(other.requests).toEqual([]);
  });

  it('refuses a list that breaks off at a later page', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, page(['a'], '<?last=a>; rel=next'), { status: 404 });
    expect(await registryError(client.tags('windows/servercore'))).toMatchObject({
      code: 'REGISTRY_INVALID',
      status: 404,
    });
  });

  it.each([
    ['HTML', '<html></html>', 'text/html'],
    ['something else', '{}', 'application/json'],
    ['something else', '{"tags":["a",1]}', 'application/json'],
    ['something else', '[]', 'application/json'],
    ['something else', '{"tags":["a"', 'application/json'],
  ])('refuses %s (%s)', async (name, body, type) => {
    const [server, client] = await bench.pair();
    server.on(PATH, { body, headers: { 'content-type': type } });
    const error = await registryError(client.tags('windows/servercore'));
    expect(error.code).toBe('REGISTRY_INVALID');
    expect(error.message).toContain(
      `answered with ${name} instead of a tag list (GET tags of windows/servercore)`,
    );
  });
});

describe('nextLink', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['</a>; rel="prev"', undefined],
    ['</a>', undefined],
    ['</a>; rel="next"', '/a'],
    ['</a>;rel=next', '/a'],
    ['</a>; title="x, <y>; rel=prev"; rel="next"', '/a'],
    ['</a>; rel="last next"', '/a'],
    ['</a?x=1,2>; rel=last, </b>; REL="NEXT"', '/b'],
    ['</a>; notrel=next', undefined],
  ])('reads %j as %j', (header, expected) => {
    expect(nextLink(header)).toBe(expected);
  });
});
