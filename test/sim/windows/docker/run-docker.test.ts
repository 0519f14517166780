import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withEngineLock } from '../../../../sim/windows/docker/engine-state';
import { runDocker } from '../../../../sim/windows/docker/run-docker';
import { dockerOf, layeredRegistry, simulatedHost } from './simulated-docker';

const NAME = 'mcr.microsoft.com/windows/servercore:tag';
const IMAGE = { osVersion: '10.0.20348.4294', layers: { base: 10 } };

describe('what is not modelled fails with 125 and says so', () => {
  const run = ['run', '--rm', '--pull=never', '--isolation=process', '--entrypoint=cmd'];
  const without = (option: string): string[] => run.filter((one) => !one.startsWith(option));
  test.each([
    [[]],
    [['--version']],
    [['version']],
    [['info']],
    [['images']],
    [['image']],
    [['image', 'ls']],
    [['image', 'rm', NAME]],
    [['inspect', NAME]],
    [['toString']],
    [['pull']],
    [['pull', '--quiet', NAME]],
    [['pull', NAME, NAME]],
    [['pull', 'ubuntu']],
    [['pull', 'library/ubuntu:24.04']],
    [['pull', 'mcr.microsoft.com/Upper:tag']],
    [['tag', NAME]],
    [['tag', NAME, NAME, NAME]],
    [['tag', '--force', NAME]],
    [['tag', NAME, 'short:tag']],
    [['image', 'inspect']],
    [['image', 'inspect', '--format']],
    [['image', 'inspect', '--format', '{{.Id}}', NAME]],
    [['image', 'inspect', '--format={{.Id}}', NAME]],
    [['image', 'inspect', '--platform', 'windows/amd64', NAME]],
    [['image', 'inspect', NAME, '-f', '{{json .}}']],
    [['image', 'inspect', 'servercore']],
    [[...without('--rm'), NAME, '/c', 'ver']],
    [[...without('--pull'), NAME, '/c', 'ver']],
    [[...without('--isolation'), NAME, '/c', 'ver']],
    [[...without('--entrypoint'), NAME, 'cmd', '/c', 'ver']],
    [[...without('--isolation'), '--isolation=hyperv', NAME, '/c', 'ver']],
    [[...without('--pull'), '--pull', 'always', NAME, '/c', 'ver']],
    [[...without('--rm'), '--rm=false', NAME, '/c', 'ver']],
    [[...run, '--network', 'none', NAME, '/c', 'ver']],
    [[...run, '-it', NAME, '/c', 'ver']],
    [[...run, NAME]],
    [[...run, NAME, '/c', 'dir']],
    [run],
  ])('%j', async (args) => {
    const registry = await layeredRegistry({ tag: IMAGE });
    const folder = simulatedHost();
    const docker = dockerOf(folder, registry.url);
    await docker('pull', NAME);
    registry.requests.length = 0;
    const call = await docker(...args);
    expect(call).toMatchObject({ exitCode: 125, stdout: '' });
    expect(call.stderr.startsWith(`the rehearsal does not model 'docker ${args.join(' ')}'`)).toBe(true);
    expect(registry.requests).toEqual([]);
  });

  test('the options of run may be written in two words and in any order', async () => {
    const registry = await layeredRegistry({ tag: IMAGE });
    const docker = dockerOf(simulatedHost(), registry.url);
    await docker('pull', NAME);
    const options = ['--isolation', 'process', '--entrypoint', 'cmd', '--pull', 'never', '--rm'];
    expect(await docker('run', ...options, NAME, '/c', 'ver')).toMatchObject({ exitCode: 0 });
  });
});

describe('a host that is not set up', () => {
  const io = { out: () => undefined };

  async function failure(env: Record<string, string>, ...args: string[]): Promise<string> {
    let stderr = '';
    const exitCode = await runDocker(args, { ...io, env, err: (text) => (stderr += text) });
    expect(exitCode).toBe(125);
    expect(stderr.split('\n')).toHaveLength(2);
    return stderr;
  }

  test('is named in one sentence', async () => {
    const folder = simulatedHost();
    const env = { WINBAKE_SIMULATED_HOST: folder };
    expect(await failure({}, 'image', 'inspect', NAME)).toMatch(/^WINBAKE_SIMULATED_HOST is not set/);
    expect(await failure({ WINBAKE_SIMULATED_HOST: '' }, 'run')).toMatch(
      /^WINBAKE_SIMULATED_HOST is not set/,
    );
    for (const text of ['[]', '{"a": 1}', 'x']) {
      const sentence = await failure({ ...env, WINBAKE_SIMULATED_REGISTRY: text }, 'pull', NAME);
      expect(sentence).toMatch(/^WINBAKE_SIMULATED_REGISTRY is a JSON object such as/);
    }
    const afar = { WINBAKE_SIMULATED_REGISTRY: '{"mcr.microsoft.com": "http://example.com"}' };
    expect(await failure({ ...env, ...afar }, 'pull', NAME)).toMatch(
      /^A registry is read over http:\/\/ only/,
    );
    writeFileSync(join(folder, 'docker.json'), '{"schema": "other/1"}');
    expect(await failure(env, 'image', 'inspect', NAME)).toMatch(
      /docker\.json' is not a winbake\.simulated-docker\/1/,
    );
    for (const [text, sentence] of [
      ['{"currentBuild": "20348"}', /gives no OS version of currentBuild and ubr: '10\.0\.20348\.undefined'/],
      ['[]', /is not a JSON object/],
      ['{', /cannot be read/],
    ] as const) {
      writeFileSync(join(folder, 'host.json'), text);
      expect(await failure(env, 'pull', NAME)).toMatch(sentence);
    }
  });

  test('without a running service there is no engine', async () => {
    const call = await dockerOf(simulatedHost({ services: { docker: 'Stopped' } }))('image', 'inspect', NAME);
    expect(call).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error during connect: .*the docker daemon is not running/),
    });
    const running = dockerOf(simulatedHost({ services: { docker: 'Running' } }));
    expect((await running('image', 'inspect', NAME)).stderr).toMatch(/No such image/);
  });

  test('an engine that is late misses the first calls after a boot, and no more', async () => {
    const docker = dockerOf(simulatedHost({ lateDocker: { calls: 2, left: 2 } }));
    const calls = [];
    for (let call = 0; call < 4; call += 1) {
      calls.push((await docker('version', '--format', '{{.Server.Version}}')).exitCode);
    }
    expect(calls).toEqual([1, 1, 0, 0]);
  });
});

describe('the lock', () => {
  test('work waits for its turn', async () => {
    const folder = simulatedHost();
    mkdirSync(join(folder, 'docker.lock'));
    await expect(withEngineLock(folder, () => 'done', 30)).rejects.toThrow(
      /Another docker holds '.*docker\.lock' for 0\.03 s; if none runs, delete that folder\./,
    );
  });

  test('is given back after a failure', async () => {
    const folder = simulatedHost();
    const broken = withEngineLock(folder, () => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
    await expect(withEngineLock(folder, () => 'done', 30)).resolves.toBe('done');
  });
});
