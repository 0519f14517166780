import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CachedImage, WindowsAmiPipeline, WindowsOs } from '../../../lib/index';
import { rehearse } from '../../support/run-rehearsal';

const env = { account: '111122223333', region: 'eu-west-1' };
const ECR = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'winbake-own-'));
  const app = new App({ outdir: folder });
  const stack = new Stack(app, 'Platform', { env });
  const credentials = Secret.fromSecretCompleteArn(
    stack,
    'Acr',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:acr-AbCdEf',
  );
  new WindowsAmiPipeline(stack, 'Pipeline', {
    os: WindowsOs.SERVER_2022_CORE,
    extras: [
      CachedImage.fromEcr(new Repository(stack, 'Shop', { repositoryName: 'shop/web' }), { tag: '7' }),
      CachedImage.fromRegistry('shop.azurecr.io/jobs:live', { credentials }),
    ],
  });
  app.synth();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('own images are read with the logins of their roles, and are on the AMI by their digests', async () => {
  const report = await rehearse(folder, '--release', '2022', '--as-of', '2025-10-16');
  const own = report.images.filter(({ family }) => family.endsWith('@extra'));
  expect(
    own.map(({ digest, family, mode, osVersion, repository, tag }) => ({
      digest,
      family,
      mode,
      osVersion,
      repository,
      tag,
    })),
  ).toEqual(
    [
      ['shop', `${ECR}/shop/web`, '7'],
      ['jobs', 'shop.azurecr.io/jobs', 'live'],
    ].map(([name, repository, tag]) => ({
      digest: expect.stringMatching(/^sha256:/),
      family: `${name}@extra`,
      // Apps are built anew a week after Microsoft's release.
      mode: 'nearestLower',
      osVersion: '10.0.20348.4171',
      repository,
      tag,
    })),
  );
  expect(report.images).toHaveLength(6);
});
