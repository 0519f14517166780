import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { dockerLogin, dockerOnThisComputer, type DockerLoginPorts } from '../../lib/registry/docker-login';

const auth = Buffer.from('u:p:q').toString('base64');

function login(
  host: string,
  config: unknown,
  helper: DockerLoginPorts['helper'] = () => Promise.resolve(undefined),
) {
  return dockerLogin(host, {
    config: () => (typeof config === 'string' ? config : JSON.stringify(config)),
    helper,
  });
}

test.each([
  ['a file', 'shop.azurecr.io', { auths: { 'shop.azurecr.io': { auth } } }, { user: 'u', password: 'p:q' }],
  [
    'an old address',
    'r.corp:5000',
    { auths: { 'https://r.corp:5000/v1/': { auth } } },
    { user: 'u', password: 'p:q' },
  ],
  [
    'the Docker Hub',
    'docker.io',
    { auths: { 'https://index.docker.io/v1/': { auth } } },
    { user: 'u', password: 'p:q' },
  ],
  ['an identity token', 'a.io', { auths: { 'a.io': { auth, identitytoken: 'i' } } }, { identityToken: 'i' }],
  [
    'two fields',
    'a.io',
    { auths: { 'a.io': { username: 'u', password: 'p' } } },
    { user: 'u', password: 'p' },
  ],
  ['another registry', 'b.io', { auths: { 'a.io': { auth } } }, undefined],
  ['an empty entry', 'a.io', { auths: { 'a.io': {} } }, undefined],
  ['a part of the name', 'a.io', { auths: { 'xa.io': { auth } } }, undefined],
])('a login of %s', async (_what, host, config, expected) => {
  expect(await login(host, config)).toEqual(expected);
});

test('the helper of a host comes before the store of all, and both before the file', async () => {
  const asked: string[] = [];
  const helper = (name: string, server: string) => {
    asked.push(`${name} ${server}`);
    return Promise.resolve(name === 'none' ? undefined : JSON.stringify({ Username: name, Secret: 's' }));
  };
  const config = {
    credHelpers: { 'a.io': 'own', 'c.io': 'none' },
    credsStore: 'all',
    auths: { 'a.io': { auth } },
  };
  expect(await login('a.io', config, helper)).toEqual({ user: 'own', password: 's' });
  expect(await login('b.io', config, helper)).toEqual({ user: 'all', password: 's' });
  expect(await login('c.io', config, helper)).toBeUndefined();
  expect(await login('docker.io', config, helper)).toMatchObject({ user: 'all' });
  expect(asked).toEqual(['own a.io', 'all b.io', 'none c.io', 'all https://index.docker.io/v1/']);
  const token = () => Promise.resolve(JSON.stringify({ Username: '<token>', Secret: 't' }));
  expect(await login('b.io', config, token)).toEqual({ identityToken: 't' });
});

test('no configuration is no login, and a damaged one is a sentence without secrets', async () => {
  const helper = () => Promise.resolve(undefined);
  expect(await dockerLogin('a.io', { config: () => undefined, helper })).toBeUndefined();
  await expect(login('a.io', '[]')).rejects.toThrow('no JSON object');
  const chatty = () => Promise.resolve('hunter2');
  await expect(login('a.io', { credsStore: 'x' }, chatty)).rejects.toThrow(
    /^docker-credential-x answered with something that is no login\.$/,
  );
});

describe('on this computer', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'docker-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function program(name: string, script: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }

  const at = (host: string) => {
    const PATH = `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
    return dockerLogin(host, dockerOnThisComputer({ DOCKER_CONFIG: folder, PATH }));
  };

  test('a helper is told the host on its input, and answers on its output', async () => {
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ credsStore: 'test' }));
    program(
      'docker-credential-test',
      'read -r host || true; [ "$1" = get ] && printf \'{"Username":"%s","Secret":"s"}\' "$host"',
    );
    expect(await at('a.io')).toEqual({ user: 'a.io', password: 's' });
  });

  test('a helper that knows no login, one that is not there, and one that is none', async () => {
    const config = { credHelpers: { 'a.io': 'unknowing', 'b.io': 'absent', 'c.io': '../x; rm' } };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    program('docker-credential-unknowing', 'echo "credentials not found"; exit 1');
    expect(await at('a.io')).toBeUndefined();
    await expect(at('b.io')).rejects.toThrow('docker-credential-absent, which');
    await expect(at('c.io')).rejects.toThrow('cannot be one');
    expect(await at('d.io')).toBeUndefined();
  });

  test('a computer without docker has no login', async () => {
    expect(await at('a.io')).toBeUndefined();
  });
});
