import { retryAfterSeconds } from '../../lib/registry/registry-errors';
import { nextWaitMilliseconds } from '../../lib/registry/retrying-sender';
import { Bench, MANIFEST, registryError, START } from './bench';
import type { ScriptedResponse } from './scripted-registry';

const PATH = '/v2/windows/servercore/manifests/ltsc2022';
const GOOD: ScriptedResponse = { body: '{}', headers: { 'content-type': MANIFEST } };
const slower = (after?: string): ScriptedResponse => ({
  status: 429,
  headers: after === undefined ? {} : { 'retry-after': after },
});
const date = (offsetSeconds: number): string => new Date(START + offsetSeconds * 1000).toUTCString();

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.putAway());

describe('retries', () => {
  it.each([408, 429, 500, 502, 503, 504])('try again after %i, longer each time', async (status) => {
    const [server, client] = await bench.pair();
    server.on(PATH, { status }, { status }, { status }, GOOD);
    expect(await client.manifest('windows/servercore', 'ltsc2022')).toBeDefined();
    expect(bench.time.slept).toEqual([500, 1000, 2000]);
    expect(client.traffic).toEqual({ requests: 4, redirects: 0 });
  });

  it.each<[string, ScriptedResponse]>([
    ['a reset', { reset: true }],
    ['a body that breaks off', { ...GOOD, headers: { ...GOOD.headers, 'content-length': '2' }, cutAfter: 1 }],
    ['a chunked body that breaks off', { ...GOOD, cutAfter: 1 }],
  ])('try again after %s', async (_name, response) => {
    const [server, client] = await bench.pair();
    server.on(PATH, response, response, GOOD);
    expect(await client.manifest('windows/servercore', 'ltsc2022')).toMatchObject({ body: '{}' });
    expect(client.traffic.requests).toBe(3);
  });

  it.each([400, 403, 405, 410, 501, 505])('do not try again after %i', async (status) => {
    const [server, client] = await bench.pair();
    server.on(PATH, { status });
    expect((await registryError(client.manifest('windows/servercore', 'ltsc2022'))).status).toBe(status);
    expect(client.traffic.requests).toBe(1);
  });

  it.each<[ScriptedResponse, string, string]>([
    [{ status: 500 }, 'REGISTRY_UNREACHABLE', 'answered 500 to GET windows/servercore:ltsc2022.'],
    [{ reset: true }, 'REGISTRY_UNREACHABLE', 'closed the connection (GET windows/servercore:ltsc2022).'],
    [{ ...GOOD, cutAfter: 1 }, 'REGISTRY_INVALID', 'broke off its answer (GET windows/servercore:ltsc2022).'],
    [
      slower(),
      'REGISTRY_THROTTLED',
      'asked to slow down (429) for windows/servercore:ltsc2022; try again later.',
    ],
    [
      { status: 503, cutAfter: 1, body: 'xx' },
      'REGISTRY_UNREACHABLE',
      'answered 503 to GET windows/servercore:ltsc2022.',
    ],
  ])('give up after five tries of %j', async (response, code, message) => {
    const [server, client] = await bench.pair();
    server.on(PATH, response);
    const error = await registryError(client.manifest('windows/servercore', 'ltsc2022'));
    expect(error).toMatchObject({ code, message: `The registry ${server.url} ${message}` });
    expect(error.cause === undefined).toBe('status' in response);
    expect(client.traffic.requests).toBe(5);
  });

  it.each([
    ['7', 7000],
    ['0', 0],
    ['60', 60_000],
    [date(9), 9000],
    [date(-100), 0],
    ['soon', 500],
    ['-5', 500],
  ])('wait as long as Retry-After %j asks for', async (after, milliseconds) => {
    const [server, client] = await bench.pair();
    server.on(PATH, slower(after), GOOD);
    expect(await client.manifest('windows/servercore', 'ltsc2022')).toBeDefined();
    expect(bench.time.slept).toEqual([milliseconds]);
  });

  it.each([
    ['61', 'in 61 s'],
    [date(90), 'in 90 s'],
    ['9'.repeat(400), 'later'],
  ])('give up at once where Retry-After is too long (%#)', async (after, advice) => {
    const [server, client] = await bench.pair();
    server.on(PATH, slower(after));
    const error = await registryError(client.manifest('windows/servercore', 'ltsc2022'));
    expect(error).toMatchObject({ code: 'REGISTRY_THROTTLED', status: 429 });
    expect(error.message).toContain(`for windows/servercore:ltsc2022; try again ${advice}.`);
    expect(client.traffic.requests).toBe(1);
  });

  it('give up at once where the wait would pass the deadline', async () => {
    const [server, client] = await bench.pair({ deadlineSeconds: 30 });
    server.on(PATH, slower('40'));
    const error = await registryError(client.manifest('windows/servercore', 'ltsc2022'));
    expect(error.code).toBe('REGISTRY_THROTTLED');
    expect(error.message).toContain('try again in 40 s.');
    expect([client.traffic.requests, bench.time.slept]).toEqual([1, []]);
  });

  it('say what the registry said', async () => {
    const [server, client] = await bench.pair();
    server.on(PATH, { status: 500, body: '{"errors":[{"code":"UNKNOWN","message":"?"}]}' });
    const error = await registryError(client.manifest('windows/servercore', 'ltsc2022'));
    expect(error).toMatchObject({ status: 500, registryCode: 'UNKNOWN', url: `${server.url}${PATH}` });
    expect(error.message).toContain('answered 500 UNKNOWN to');
  });

  it.each([
    '{"errors":[{"code":"a b"}]}',
    '{"errors":[]}',
    '{"errors":{}}',
    '{"errors":[null]}',
    'x',
    '{"errors":[{"code":7}]}',
  ])('do not repeat what is no code (%s)', async (body) => {
    const [server, client] = await bench.pair();
    server.on(PATH, { status: 400, body });
    expect(
      (await registryError(client.manifest('windows/servercore', 'ltsc2022'))).registryCode,
    ).toBeUndefined();
  });
});

describe('nextWaitMilliseconds', () => {
  const state = {
    tries: 1,
    triesAllowed: 4,
    retryAfterSeconds: undefined,
    longestRetryAfterSeconds: 60,
    remainingMilliseconds: Infinity,
    random: 0,
  };

  it.each([
    [{}, 250],
    [{ random: 1 }, 500],
    [{ tries: 3 }, 1000],
    [{ tries: 4 }, undefined],
    [{ tries: 1, triesAllowed: 1 }, undefined],
    [{ remainingMilliseconds: 250 }, undefined],
    [{ remainingMilliseconds: 251 }, 250],
    [{ retryAfterSeconds: 3, remainingMilliseconds: 3000 }, undefined],
    [{ retryAfterSeconds: 60 }, 60_000],
    [{ retryAfterSeconds: 60.5 }, undefined],
  ])('%j: %s', (change, expected) => {
    expect(nextWaitMilliseconds({ ...state, ...change })).toBe(expected);
  });
});

describe('retryAfterSeconds', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    [' 12 ', 12],
    ['1.5', undefined],
    ['1e3', undefined],
    ['120 apples', undefined],
    ['Tue, 11 Aug 2026 17:00:30 GMT', 30],
    ['Tuesday, 11-Aug-26 17:00:30 GMT', 30],
    ['Tue, 11 Aug 2026 16:00:00 GMT', 0],
    ['Tue, 99 Foo 2026 17:00:30 GMT', undefined],
  ])('reads %j as %s', (header, expected) => {
    expect(retryAfterSeconds(header, START)).toBe(expected);
  });
});
