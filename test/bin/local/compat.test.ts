import { startForeignRegistry } from '../../support/foreign-registry';
import type { TagShape } from '../../../sim/registry/memory-registry';
import { runCommandLine } from '../../support/run-command-line';

test('says yes with exit code 0 and no with 3, as a sentence or as JSON', async () => {
  const yes = await runCommandLine('compat', '10.0.20348.4294', '10.0.20348.4171');
  expect(yes).toMatchObject({ exitCode: 0, stderr: '' });
  expect(yes.stdout).toBe(
    'compatible  (Windows: allowed; rule R1)\n' +
      'Same build, and the image is not newer than the host: image 10.0.20348.4171 on host 10.0.20348.4294.\n',
  );
  const no = await runCommandLine('compat', '10.0.20348.4171', '10.0.20348.4294', '--json');
  expect(no.exitCode).toBe(3);
  expect(JSON.parse(no.stdout)).toEqual({
    schema: 'winbake.compatibility/1',
    compatible: false,
    kernel: 'risky',
    rule: 'newerRevision',
    message: expect.stringContaining('newer than the host'),
  });
});

test.each([
  [['10.0.20348.4294'], 'Missing required argument'],
  [['10.0.20348.1', '10.0.20348'], "got: '10.0.20348'"],
  [['10.0.20348.1', 'UPPER/x'], "got: 'UPPER/x'"],
  [['a', 'b'], "One of the two is the OS version of a host, such as 10.0.20348.4294; got: 'a' and 'b'"],
  [['10.0.25398', '10.0.20348.1'], "Build 25398 of '10.0.25398' is no Windows Server release"],
  [['10.0.20348.1', '10.0.25398.1'], "Build 25398 of '10.0.25398.1' is no Windows Server release"],
  [['10.0.20348.1', '10.0.20348.1', '10.0.20348.1'], 'Too many arguments'],
  [['10.0.20348.1', '10.0.20348.1', '--jsno'], "Unknown option '--jsno'"],
])('compat %j is wrong usage', async (args, sentence) => {
  const run = await runCommandLine('compat', ...args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(sentence);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
});

test.each([
  ['10.0.20348', '10.0.17763.7919', 'refused', 'otherBuild', 'on host 10.0.20348.'],
  ['10.0.26100', '10.0.20348.4171', 'allowed', 'image2022OnHost2025', 'also runs 2022 images'],
  ['10.0.20348', '10.0.20348.4171', 'risky', 'revisionNeeded', 'is safe on hosts from 10.0.20348.4171 on'],
  ['10.0.14393', '10.0.14393.8422', 'risky', 'revisionNeeded', 'needs a host of exactly 10.0.14393.8422'],
])(
  'of a host %s without its revision the build tells what it can of image %s',
  async (host, image, kernel, rule, sentence) => {
    const { exitCode, stdout } = await runCommandLine('compat', host, image, '--json');
    expect(exitCode).toBe(kernel === 'allowed' ? 0 : 3);
    expect(JSON.parse(stdout)).toMatchObject({ kernel, rule, message: expect.stringContaining(sentence) });
  },
);

test('an image is found by its name, before the host or after it', async () => {
  const windows = { osVersion: '10.0.20348.4171', versionInEntry: true };
  const linux = { os: 'linux', osVersion: undefined, versionInEntry: false };
  const tag = (image: TagShape['images'][number]): TagShape => ({
    flavour: 'oci',
    list: true,
    images: [image],
  });
  const registry = await startForeignRegistry({ app: { windows: tag(windows), linux: tag(linux) } });
  const name = `${new URL(registry.url).host}/app`;
  try {
    const first = await runCommandLine('compat', `${name}:windows`, '10.0.20348.4294');
    const second = await runCommandLine('compat', '10.0.20348.4294', `${name}:windows`);
    expect(first).toMatchObject({ exitCode: 0, stdout: second.stdout });
    const refused = await runCommandLine('compat', `${name}:linux`, '10.0.20348.4294', '--json');
    expect(refused.exitCode).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({ compatible: false, rule: 'noWindowsImage' });
    const absent = await runCommandLine('compat', `${name}:nope`, '10.0.20348.4294', '--json');
    expect(absent.exitCode).toBe(1);
    expect(JSON.parse(absent.stdout)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  } finally {
    await registry.close();
  }
});
