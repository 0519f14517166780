import { createServer, type Server } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readHistory } from '../../../sim/registry/history/read-history';
import { publishedContentOf } from '../../../sim/registry/images/image-store';
import { appImage, type OwnRegistry, startOwnRegistry } from '../../../sim/rehearsal/own-registries';
import { writeDockerShim } from '../../../sim/windows/docker/docker-host';
import { describeWithPowerShell } from '../../scripts/support/power-shell';
import { runCases, type ScriptResult } from '../../scripts/support/run-cases';
import { makeMachine, type SimulatedMachine } from '../../scripts/support/simulated-machine';

const SCRIPT = join(__dirname, '..', '..', '..', 'scripts', 'instance', 'host', 'Update-OwnImage.ps1');
const HOST = 'shop.example.com';
const NAME = `${HOST}/jobs:live`;
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop-AbCdEf';
const LOGIN = { username: 'puller', password: 'of the registry' };

const made = new Date('2025-10-20T00:00:00Z');
const history = readHistory(undefined);
const event = history.pointsAt('windows/servercore', 'ltsc2022', made)!;
const base = publishedContentOf(history).images.imageOf(event).platform;
/** What the tag shows, by how often the app was built. */
const builds = ['first', 'second'].map((key) =>
  appImage(base, { key, osVersion: event.osVersion!, bytes: 1000, made }),
);

type Case = 'baked' | 'again' | 'moved' | 'wrongPassword' | 'unreadable' | 'down' | 'silent';

describeWithPowerShell('a host that starts, and a private registry that wants a token', () => {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-host-own-'));
  const results = new Map<
    Case,
    ScriptResult & { readonly machine: SimulatedMachine; readonly ids: string[] }
  >();
  const asked: string[] = [];
  const ends: (() => unknown)[] = [];
  let shown = builds[0];

  beforeAll(async () => {
    writeDockerShim(folder);
    const registry = await startOwnRegistry({
      scheme: 'bearer',
      mayRead: ({ password, user }, repository, kind) => {
        asked.push(`${user} ${repository} ${kind}`);
        return user === LOGIN.username && password === LOGIN.password;
      },
      imageAt: () => shown,
    });
    const silent = await listening(createServer());
    ends.push(
      () => registry.close(),
      () => {
        silent.server.closeAllConnections();
        silent.server.close();
      },
    );
    const host = hostWith({ value: JSON.stringify(LOGIN) });
    await start('baked', host, registry);
    await start('again', host, registry);
    shown = builds[1];
    await start('moved', host, registry);
    await start(
      'wrongPassword',
      hostWith({ value: JSON.stringify({ ...LOGIN, password: 'old' }) }),
      registry,
    );
    await start('unreadable', hostWith({ error: 'User: host is not authorized' }), registry);
    await start('silent', hostWith({ value: JSON.stringify(LOGIN) }), silent, 6);
    const gone = await listening(createServer());
    await new Promise((resolve) => gone.server.close(resolve));
    await start('down', hostWith({ value: JSON.stringify(LOGIN) }), gone);
  });

  afterAll(async () => {
    await Promise.all(ends.map((end) => end()));
    for (const { machine } of results.values()) {
      rmSync(machine.folder, { recursive: true, force: true });
    }
    rmSync(folder, { recursive: true, force: true });
  });

  /** Lets the host fetch own images as on its start, from a registry at that address. */
  async function start(
    name: Case,
    machine: SimulatedMachine,
    { url }: Pick<OwnRegistry, 'url'>,
    Seconds = 60,
  ): Promise<void> {
    const env = {
      PATH: [folder, process.env['PATH']].join(delimiter),
      WINBAKE_SIMULATED_REGISTRY: JSON.stringify({ [HOST]: url }),
    };
    const parameters = { Seconds, PollSeconds: 0.1, Secrets: `${HOST}=${SECRET}` };
    const before = machine.events().length;
    const [result] = await runCases([{ script: SCRIPT, machine, env, parameters }]);
    const events = machine.events().slice(before);
    results.set(name, { ...result!, machine: { ...machine, events: () => events }, ids: idsOf(machine) });
  }

  test('fetches what its AMI has not, and what the tag has moved to since, by the login of the secret', () => {
    const messages = (['baked', 'again', 'moved'] as const).map((name) => {
      const { machine, stderr } = results.get(name)!;
      expect(stderr).toBe('');
      return machine.events();
    });
    expect(messages).toEqual([
      [expect.stringMatching(/jobs:live was fetched, \d+ s\.$/)],
      [expect.stringMatching(/jobs:live is as it was baked, \d+ s\.$/)],
      [expect.stringMatching(/jobs:live was fetched, \d+ s\.$/)],
    ]);
    expect(results.get('baked')!.ids).toEqual([builds[0]!.config.digest]);
    expect(results.get('moved')!.ids).toEqual([builds[1]!.config.digest]);
    expect(asked).toContain('puller jobs manifest');
  });

  test.each<[Case, string]>([
    ['wrongPassword', 'refused reading with the login that there is with 401'],
    ['unreadable', 'User: host is not authorized'],
    ['down', 'refused the connection'],
    ['silent', 'the time was over'],
  ])('joins without it where it cannot be had: %s', (name, reason) => {
    const { ids, machine, stderr, stdout } = results.get(name)!;
    expect({ ids, stderr }).toEqual({ ids: [], stderr: '' });
    expect(machine.events()).toEqual([expect.stringMatching(new RegExp(`^${NAME} was not fetched: `))]);
    expect(machine.events()[0]).toContain(reason);
    expect(stdout.join()).not.toContain(LOGIN.password);
    expect(machine.has('ProgramData/Winbake/docker-login')).toBe(false);
  });
});

/** A host whose AMI holds the image, as its manifest says, and on which the secret answers so. */
function hostWith(secret: object): SimulatedMachine {
  return makeMachine({
    documents: { 'image-manifest.json': { images: [{ repository: `${HOST}/jobs`, tag: 'live' }] } },
    beside: { 'logins.json': { secrets: { [SECRET]: secret } } },
  });
}

/** The ids of the images that the engine of a host has under the name. */
function idsOf({ folder }: SimulatedMachine): string[] {
  const file = join(folder, 'docker.json');
  if (!existsSync(file)) {
    return [];
  }
  const { images } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly images: Readonly<Record<string, { readonly repoTags: readonly string[] }>>;
  };
  return Object.entries(images).flatMap(([id, { repoTags }]) => (repoTags.includes(NAME) ? [id] : []));
}

async function listening(server: Server): Promise<{ readonly server: Server; readonly url: string }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
