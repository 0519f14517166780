import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import {
  WindowsAmi,
  WindowsAmiAccount,
  WindowsAmiPipeline,
  WindowsCapacityProvider,
  WindowsOs,
} from '../../lib/index';
import { readAssembly, type AssemblyStack } from '../../sim/aws/cloudformation/assembly';
import {
  HOME,
  PIPELINE,
  OTHER_ACCOUNT,
  FIRST_USER_DATA,
} from '../../sim/reliability/account/account-installation';

const os = WindowsOs.SERVER_2022_CORE;

/** The fleets by their stacks: a canary and what follows it, and one in another account. */
const FLEETS = [
  {
    stack: 'Shop',
    account: HOME.account,
    fleets: [
      { name: 'first', ring: 0, instances: 3 },
      { name: 'shop', ring: 1, instances: 5 },
    ],
  },
  { stack: 'Store', account: OTHER_ACCOUNT, fleets: [{ name: 'store', ring: 1, instances: 2 }] },
];

/** Synthesizes, into a folder, an app with a pipeline, an account that it delivers to, and fleets of both in rings. */
export function synthesizeAccountApp(outdir: string): {
  readonly stacks: readonly AssemblyStack[];
  /** How many there are. */
  readonly fleets: number;
} {
  const app = new App({ outdir });
  new WindowsAmiPipeline(new Stack(app, 'Platform', { env: HOME }), 'Pipeline', {
    os,
    pipelineName: PIPELINE,
    distribution: { accounts: [OTHER_ACCOUNT] },
  });
  const elsewhere = new Stack(app, 'Account', { env: { ...HOME, account: OTHER_ACCOUNT } });
  new WindowsAmiAccount(elsewhere, 'Account', {
    pipelineAccount: HOME.account,
    pipelines: [{ os, pipelineName: PIPELINE }],
  });
  FLEETS.forEach((one) => {
    addFleets(app, one);
  });
  const fleets = FLEETS.reduce((sum, one) => sum + one.fleets.length, 0);
  return { stacks: readAssembly(app.synth().directory), fleets };
}

function addFleets(app: App, { account, fleets, stack: id }: (typeof FLEETS)[number]): void {
  const stack = new Stack(app, id, { env: { ...HOME, account } });
  const vpc = new Vpc(stack, 'Vpc', { availabilityZones: ['a', 'b'].map((zone) => `${HOME.region}${zone}`) });
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  const ami = WindowsAmi.fromChannel({ os, pipelineName: PIPELINE, pipelineAccount: HOME.account });
  fleets.forEach(({ instances, name, ring }) => {
    new WindowsCapacityProvider(stack, name, {
      ami,
      cluster,
      fleetName: name,
      minCapacity: instances,
      rollout: { ring, canaryPercentage: 25 },
      userDataAfter: [FIRST_USER_DATA],
    });
  });
}
