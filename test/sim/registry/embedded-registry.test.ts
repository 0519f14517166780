import { UsageError } from '../../../lib/contract/values/errors';
import { history } from './history/event-fixture';
import { ask, follow, start } from './embedded-fixture';

test('shows the moment that it is set to, forth, back and beyond the end', async () => {
  const registry = await start({ asOf: '2025-10-14T17:47:59Z' });
  const versionAt = async (instant: string): Promise<string | undefined> => {
    registry.setInstant(new Date(instant));
    return (await follow(registry, 'windows/servercore', 'ltsc2022'))?.configVersion;
  };
  expect((await follow(registry, 'windows/servercore', 'ltsc2022'))?.configVersion).toBe('10.0.20348.4171');
  expect(await versionAt('2025-10-14T17:48:00Z')).toBe('10.0.20348.4294');
  expect(await versionAt('2025-10-14T17:47:59Z')).toBe('10.0.20348.4171');
  expect(await versionAt('2027-02-01')).toBe('10.0.20348.5256');
});

test.each([['2026-06-30T23:59:59.999Z'], [new Date('2018-02-13T19:00:00Z')]])(
  'can be started at %p',
  async (asOf) => {
    expect((await ask(await start({ asOf }), '/v2/')).status).toBe(200);
  },
);

test.each([
  [
    '2018-02-13',
    /^The history goes from 2018-02-13T19:00:00.000Z to 2026-06-30T23:59:59.999Z; got: '2018-02-13'\.$/,
  ],
  [new Date('2026-07-01'), /to 2026-06-30T23:59:59.999Z; got: '2026-07-01T00:00:00.000Z'\.$/],
  ['soon', /got: 'soon'\.$/],
])('cannot be started at %p', async (asOf, message) => {
  const call = start({ asOf });
  await expect(call).rejects.toThrow(UsageError);
  await expect(call).rejects.toThrow(message);
});

test('a history of the user has its own range', async () => {
  const timeline = history({ from: '2026-03-10T18:00:00Z' });
  expect((await ask(await start({ history: timeline, asOf: '2026-03-31' }), '/v2/')).status).toBe(200);
  await expect(start({ history: timeline, asOf: '2026-04-01' })).rejects.toThrow(
    'to 2026-03-31T23:59:59.999Z',
  );
});

test('takes a port that is asked for, and says when it is taken', async () => {
  const first = await start();
  const port = Number(new URL(first.url).port);
  expect(first.url).toBe(`http://127.0.0.1:${port}`);
  await expect(start({ port })).rejects.toThrow(
    expect.objectContaining({
      code: 'PORT_UNAVAILABLE',
      message: `Port ${port} is taken on 127.0.0.1; choose another, or 0.`,
    }),
  );
  await first.close();
  expect((await start({ port })).url).toBe(first.url);
});

test.each([-1, 65_536, 1.5, NaN])('%p is no port', async (port) => {
  await expect(start({ port })).rejects.toThrow(UsageError);
});

test('counts its requests and tells of each', async () => {
  const notified: string[] = [];
  const registry = await start({
    onRequest: ({ method, path, status }) => notified.push(`${method} ${path} ${status}`),
  });
  await ask(registry, '/v2/');
  await ask(registry, '/v2/windows/none/tags/list', { method: 'HEAD' });
  expect(registry.requests).toBe(2);
  expect(notified).toEqual(['GET /v2/ 200', 'HEAD /v2/windows/none/tags/list 404']);
});

test('is gone after it is closed', async () => {
  const registry = await start();
  await registry.close();
  await expect(ask(registry, '/v2/')).rejects.toThrow('fetch failed');
});
