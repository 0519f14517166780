import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BaseAmi, WindowsAmiAccount, WindowsAmiPipeline, WindowsOs } from '../../../lib';
import type { Environment } from '../../../sim/aws/cloudformation/environment';
import { VirtualClock } from '../../../sim/clock/virtual-clock';
import { deployPipeline, findPipeline } from '../../../sim/rehearsal/deploy-pipeline';
import { SimulatedAccount } from '../../../sim/rehearsal/simulated-account';
import { functionsOf } from '../../../sim/rehearsal/template-functions';
import { synthesized } from '../../support/checked-app';

const os = WindowsOs.SERVER_2022_CORE;
const HOME = { account: '111111111111', region: 'eu-central-1' };
const AWAY: readonly Environment[] = [
  { account: HOME.account, region: 'us-east-1' },
  { account: '222222222222', region: HOME.region },
  { account: '222222222222', region: 'us-east-1' },
];
const OWN = '/platform/base-ami';
const KEY = 'arn:aws:kms:us-east-1:111111111111:key/00000000-0000-0000-0000-000000000000';

let end: () => void = () => undefined;

afterEach(() => {
  end();
});

/** A pipeline that publishes to another region, another account and both, deployed in all of them. */
function deployed(baseAmi: BaseAmi) {
  const { folder } = synthesized((app) => {
    const home = new Stack(app, 'Home', { env: HOME });
    new WindowsAmiPipeline(home, 'Pipeline', {
      os,
      baseAmi,
      distribution: {
        accounts: ['222222222222'],
        regions: [{ region: 'us-east-1', encryptionKey: Key.fromKeyArn(home, 'Key', KEY) }],
      },
    });
    for (const env of AWAY) {
      new WindowsAmiAccount(new Stack(app, `Away${env.account}${env.region}`, { env }), 'Winbake', {
        pipelineAccount: HOME.account,
        pipelines: [{ os }],
      });
    }
  });
  const clock = new VirtualClock(new Date('2026-10-13T17:00:00Z'));
  const account = new SimulatedAccount({ folder, clock, release: '2022' });
  end = account.install();
  const { arn } = account.stacks
    .flatMap((stack) => functionsOf(stack))
    .find(({ kind }) => kind === 'housekeeping')!;
  const { world } = account;
  return {
    deploy: () => deployPipeline(account, findPipeline(account, '2022')),
    offer: (place: Environment, parameter: string, name: string) => {
      const amiId = account.createAmi(name, {}, { account: 'amazon', region: place.region });
      world.ssm.publish(place, parameter, amiId, clock.now());
      return amiId;
    },
    runHousekeeping: () => account.invoke(account.administrator, arn, {}),
    seeds: () =>
      [HOME, ...AWAY].map((place) => world.ssm.read(place, '/winbake/2022-core/latest/ami-id', clock.now())),
  };
}

test.each([
  ['the ECS-optimized AMI', BaseAmi.ecsOptimized()],
  ['an AMI of its own', BaseAmi.fromSsmParameter(OWN)],
])('a deployment whose bakes begin from %s seeds each place', async (_, base) => {
  const { deploy, seeds } = deployed(base);
  await deploy();
  expect(seeds()).toEqual([HOME, ...AWAY].map(() => expect.stringMatching(/^ami-/)));
});

test.each([
  ['the ECS-optimized AMI', BaseAmi.ecsOptimized(), os.baseAmiParameter],
  ['an AMI of its own, which no other account has', BaseAmi.fromSsmParameter(OWN), OWN],
])(
  'before the first bake of %s each place follows the AMI that AWS publishes there',
  async (_, base, ofHome) => {
    const { offer, runHousekeeping, seeds } = deployed(base);
    for (const month of ['october', 'november']) {
      const [published, farther] = ['eu-central-1', 'us-east-1'].map((region) =>
        offer({ ...HOME, region }, os.baseAmiParameter, `${month} ${region}`),
      );
      const own = ofHome === OWN ? offer(HOME, OWN, `${month} at home`) : published;
      await runHousekeeping();
      expect(seeds()).toEqual([own, farther, published, farther]);
    }
  },
);
