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

test('own images are named by their hosts, and those that were left out with the reason', async () => {
  const ECR = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
  const [current] = HOSTS;
  const shop = { ...current!.images[0]!, family: 'shop@extra', repository: `${ECR}/shop`, tag: '7' };
  const leftOut = [{ family: 'jobs@extra', repository: `${ECR}/jobs`, tag: 'live', message: 'denied' }];
  const hosts = [{ ...current!, images: [shop], leftOut }];
  expect((await run(hosts)).stdout).toBe(
    'current  10.0.20348.4294\n  shop@extra  10.0.20348.4294\n' +
      `    ${ECR}/shop:7@${digest}\n  jobs@extra  left out\n    ${ECR}/jobs:live: denied\n`,
  );
  const { stdout } = await run(hosts, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ hosts: [{ leftOut }] });
});

test('the document has all of it, and nothing that was baked ends with 3', async () => {
  const { stdout } = await run(HOSTS, '--json');
  const [current, latest] = HOSTS;
  expect(JSON.parse(stdout)).toEqual({
    schema: 'winbake.images/1',
    pipeline: '2022-core',
    hosts: [
      {
        channel: 'current',
        osVersion: '10.0.20348.4294',
        images: current!.images,
        leftOut: [],
        message: null,
      },
      { channel: 'latest', osVersion: null, images: [], leftOut: [], message: latest!.unknown },
    ],
  });
  expect((await run(HOSTS.slice(1))).exitCode).toBe(3);
});
