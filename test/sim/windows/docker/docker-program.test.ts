import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';
import { writeDockerShim } from '../../../../sim/windows/docker/docker-host';
import { runProcess } from '../../../../sim/windows/powershell/run-process';
import type { LayeredImage } from './layered-registry';
import {
  dockerOf,
  environment,
  inspected,
  layeredRegistry,
  simulatedHost,
  readHostFile,
} from './simulated-docker';

const NAME = 'mcr.microsoft.com/windows/servercore';
const folder = mkdtempSync(join(tmpdir(), "winbake-docker's program-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

beforeAll(async () => {
  const program = join(folder, 'docker.mjs');
  await build({
    entryPoints: [join(__dirname, '..', '..', '..', '..', 'sim', 'windows', 'docker', 'docker.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    // CommonJS packages inside the bundle ask for it; an ES module has none.
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
  });
  writeDockerShim(join(folder, 'bin'), { program });
});

/** Calls `docker` by its name, found on PATH. */
function docker(host: string, url: string, ...args: string[]) {
  const PATH = [join(folder, 'bin'), process.env['PATH']].join(delimiter);
  return runProcess({ command: 'docker', args, env: { ...process.env, ...environment(host, url), PATH } });
}

test('is a program on PATH with docker’s exit codes and streams', async () => {
  const registry = await layeredRegistry({ tag: { osVersion: '10.0.20348.4294', layers: { base: 10 } } });
  const host = simulatedHost();
  expect(await docker(host, registry.url, 'pull', `${NAME}:tag`)).toMatchObject({ exitCode: 0, stderr: '' });
  const options = ['--rm', '--pull=never', '--isolation=process', '--entrypoint', 'cmd'];
  expect(await docker(host, registry.url, 'run', ...options, `${NAME}:tag`, '/c', 'ver')).toMatchObject({
    exitCode: 0,
    stdout: '\nMicrosoft Windows [Version 10.0.20348.4294]\n',
  });
  expect(
    await docker(host, registry.url, 'image', 'inspect', '--format', '{{json .}}', `${NAME}:tag`),
  ).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('"OsVersion":"10.0.20348.4294"'),
  });
  expect(await docker(host, registry.url, 'events', 'a b')).toMatchObject({
    exitCode: 125,
    stdout: '',
    stderr: "the rehearsal does not model 'docker events a b'\n",
  });
});

test('pulls at once lose nothing and count shared layers once', async () => {
  const images = ['a', 'b', 'c', 'd', 'e', 'f'].map((name): [string, LayeredImage] => [
    name,
    { osVersion: '10.0.20348.4294', layers: { base: 1000, update: 500, [name]: 100 } },
  ]);
  const registry = await layeredRegistry(Object.fromEntries(images));
  const host = simulatedHost({ freeBytes: 1_000_000 });
  const calls = await Promise.all(
    images.map(([name]) => docker(host, registry.url, 'pull', `${NAME}:${name}`)),
  );
  expect(calls.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(images.map(() => [0, '']));
  const names = images.map(([name]) => `${NAME}:${name}`);
  expect(
    inspected(await dockerOf(host)('image', 'inspect', ...names)).map((image) => image['RepoTags']),
  ).toEqual(names.map((name) => [name]));
  expect(readHostFile(host, 'host.json')['freeBytes']).toBe(1_000_000 - 2.6 * (1500 + 600));
  expect(existsSync(join(host, 'docker.lock'))).toBe(false);
});

test('a shim needs the built program', () => {
  expect(() => writeDockerShim(folder, { program: join(folder, 'missing.mjs') })).toThrow(
    /missing\.mjs' is missing/,
  );
});
