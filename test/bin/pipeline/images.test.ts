import type { Command } from 'commander';
import { imagesCommand } from '../../../bin/pipeline/images';
import type { HostCache } from '../../../lib/core/coverage/coverage';

const digest = `sha256:${'a'.repeat(64)}`;
const HOSTS: readonly HostCache[] = [
  {
    channel: 'current',
    osVersion: { build: 20348, revision: 4294 },
    images: [
      {
        family: 'servercore',
        repository: 'windows/servercore',
        tag: 'ltsc2022',
        digest,
        platformDigest: digest,
        osVersion: '10.0.20348.4294',
      },
    ],
    layers: null,
    unknown: 'No registry is read.',
  },
  { channel: 'latest', osVersion: null, images: [], layers: null, unknown: 'Nothing has been published.' },
];

async function run(hosts: readonly HostCache[], ...args: readonly string[]) {
  let stdout = '';
  let exitCode: number | undefined;
  const terminal = { out: (text: string) => void (stdout += text), err: () => undefined };
  const command: Command = imagesCommand(
    terminal,
    (code) => {
      exitCode = code;
    },
    () => Promise.resolve(hosts),
  );
  await command.parseAsync(['2022-core', ...args], { from: 'user' });
  return { exitCode, stdout };
}

test('images are named by tag and digest, as a FROM line has them', async () => {
  const { exitCode, stdout } = await run(HOSTS);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(
    'current  10.0.20348.4294\n  servercore  10.0.20348.4294\n' +
      `    mcr.microsoft.com/windows/servercore:ltsc2022@${digest}\n\nlatest\nNothing has been published.\n`,
  );
});

test('the document has all of it, and nothing that was baked ends with 3', async () => {
  const { stdout } = await run(HOSTS, '--json');
  const [current, latest] = HOSTS;
  expect(JSON.parse(stdout)).toEqual({
    schema: 'winbake.images/1',
    pipeline: '2022-core',
    hosts: [
      { channel: 'current', osVersion: '10.0.20348.4294', images: current!.images, message: null },
      { channel: 'latest', osVersion: null, images: [], message: latest!.unknown },
    ],
  });
  expect((await run(HOSTS.slice(1))).exitCode).toBe(3);
});
