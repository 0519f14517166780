import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  CfnClusterCapacityProviderAssociations,
  Cluster,
  ContainerImage,
  Ec2Service,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { WindowsAmi, WindowsCapacityProvider, WindowsOs, WindowsTaskDefinition } from '../../../lib';
import { readAssembly, type AssemblyStack } from '../../../sim/aws/cloudformation/assembly';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';

const os = WindowsOs.SERVER_2022_CORE;
const folder = mkdtempSync(join(tmpdir(), 'winbake-clusters-'));
let count = 0;

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What an app says of its fleets. */
interface AppOptions {
  /** The cluster is known by its name alone. */
  readonly isImported?: boolean;
  readonly associate?: boolean;
  /** Whether the app has an association of its own that names the fleet. */
  readonly ownAssociation?: boolean;
  readonly userData?: string;
  readonly fargate?: boolean;
  readonly services?: boolean;
}

/** A stack with a cluster, and two with a fleet and its service each. */
function stacksOf(options: AppOptions = {}) {
  count += 1;
  const app = new App({ outdir: join(folder, String(count)) });
  const platform = new Stack(app, 'Clusters');
  const vpc = new Vpc(platform, 'Vpc', { maxAzs: 2 });
  const made = new Cluster(platform, 'Cluster', {
    vpc,
    clusterName: 'shared',
    enableFargateCapacityProviders: options.fargate === true,
  });
  for (const id of ['Web', 'Batch']) {
    const stack = new Stack(app, id);
    const cluster =
      options.isImported === true
        ? Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shared', vpc })
        : made;
    addFleet(stack, cluster, options);
  }
  const stacks = readAssembly(app.synth().directory);
  const named = (name: string): AssemblyStack => stacks.find((one) => one.name === name)!;
  return { clusters: named('Clusters'), web: named('Web'), batch: named('Batch') };
}

function addFleet(stack: Stack, cluster: ICluster, options: AppOptions): void {
  const { associate, ownAssociation, services = true, userData } = options;
  const hosts = new WindowsCapacityProvider(stack, 'Hosts', {
    cluster,
    ami: WindowsAmi.fromChannel({ os }),
    fleetName: stack.stackName.toLowerCase(),
    ...(associate === undefined ? {} : { associate }),
    ...(userData === undefined ? {} : { userDataBefore: [userData] }),
  });
  if (ownAssociation === true) {
    new CfnClusterCapacityProviderAssociations(stack, 'OwnAssociation', {
      cluster: cluster.clusterName,
      capacityProviders: ['FARGATE', hosts.capacityProviderName],
      defaultCapacityProviderStrategy: [],
    });
  }
  if (services) {
    const taskDefinition = new WindowsTaskDefinition(stack, 'Task', { os });
    taskDefinition.addContainer('web', {
      image: ContainerImage.fromRegistry('contoso/web:1'),
      memoryLimitMiB: 512,
    });
    new Ec2Service(stack, 'Service', {
      cluster,
      taskDefinition,
      capacityProviderStrategies: [hosts.strategy()],
    });
  }
}

/** An account with a pipeline, in which stacks are deployed and deleted. */
function startWorld() {
  const world = new DeploymentWorld();
  const { account } = world;
  const place = account.environment;
  return {
    world,
    account,
    deploy: (stack: AssemblyStack) => world.deployment(() => account.deploy(stack)),
    remove: (name: string) => world.deployment(() => account.formation.delete(name, place)),
    run: (work: () => Promise<void>) =>
      world.run(async () => {
        await world.deployment(() => account.deploy(release({ command: 'exit 0' }).platform));
        await work();
      }),
    cluster: () => account.fleets.clusters.find(place, 'shared'),
    /** Of which stacks' fleets the cluster has the provider, and what else. */
    associated: () =>
      (account.fleets.clusters.find(place, 'shared')?.providers ?? []).map(
        (name) => name.split('-')[0] ?? '',
      ),
    left: (type: string) => account.living(type, place).map(({ stack }) => stack),
  };
}

test('two fleets of two stacks that are deployed at once are both associated, and what the cluster had stays', async () => {
  const { associated, cluster, deploy, left, remove, run, world } = startWorld();
  const { batch, clusters, web } = stacksOf({ fargate: true });
  await run(async () => {
    await deploy(clusters);
    cluster()!.defaultStrategy = [{ capacityProvider: 'FARGATE', weight: 1 }];
    await Promise.all([deploy(web), deploy(batch)]);
    expect(associated().sort()).toEqual(['Batch', 'FARGATE', 'FARGATE_SPOT', 'Web']);
    expect(cluster()!.defaultStrategy).toEqual([{ capacityProvider: 'FARGATE', weight: 1 }]);
    await deploy(stacksOf({ fargate: true, userData: 'Write-Host "changed"' }).web);
    expect(associated()).toContain('Web');
    await expect(remove('Clusters')).rejects.toThrow(/cannot be deleted as it is in use by (Web|Batch)/);
    await Promise.all([remove('Web'), remove('Batch')]);
    expect(associated()).toEqual(['FARGATE', 'FARGATE_SPOT']);
    await remove('Clusters');
  });
  expect(left('AWS::ECS::CapacityProvider')).toEqual([]);
  expect(cluster()).toBeUndefined();
  expect(world.failures).toEqual([]);
});

test('an imported cluster gets the provider and loses it; without the cluster the fleet goes all the same', async () => {
  const { account, associated, cluster, deploy, left, remove, run } = startWorld();
  const { batch, clusters, web } = stacksOf({ isImported: true });
  await run(async () => {
    await deploy(clusters);
    await deploy(web);
    await deploy(batch);
    expect(associated()).toEqual(['Web', 'Batch']);
    await remove('Web');
    expect(associated()).toEqual(['Batch']);
    account.fleets.clusters.delete(account.environment, 'shared');
    await remove('Batch');
  });
  expect(cluster()).toBeUndefined();
  expect(left('AWS::AutoScaling::AutoScalingGroup')).toEqual([]);
});

test('a deployment that is taken back takes the provider out again, and the next one succeeds', async () => {
  const { account, associated, deploy, left, run } = startWorld();
  const { clusters, web } = stacksOf();
  await run(async () => {
    await deploy(clusters);
    account.trouble = ({ type }) => (type === 'AWS::ECS::Service' ? 'no such image' : undefined);
    await expect(deploy(web)).rejects.toThrow('no such image');
    expect(associated()).toEqual([]);
    expect(left('AWS::ECS::CapacityProvider')).toEqual([]);
    account.trouble = () => undefined;
    await deploy(web);
    expect(associated()).toEqual(['Web']);
    let isFirst = true;
    account.trouble = ({ type }) => {
      const fails = isFirst && type === 'AWS::AutoScaling::AutoScalingGroup';
      isFirst = isFirst && !fails;
      return fails ? 'no such subnet' : undefined;
    };
    await expect(deploy(stacksOf({ userData: 'Write-Host "changed"' }).web)).rejects.toThrow(
      'no such subnet',
    );
    expect(associated()).toEqual(['Web']);
  });
});

describe('those who associate an imported cluster themselves', () => {
  const OWN = { isImported: true, ownAssociation: true };

  test('keep what they have when the fleet begins to, and when their stack goes', async () => {
    const { associated, deploy, left, remove, run } = startWorld();
    await run(async () => {
      // CloudFormation's own association waits for no drain.
      const before = stacksOf({ ...OWN, associate: false, services: false });
      await deploy(before.clusters);
      await deploy(before.web);
      expect(associated()).toEqual(['FARGATE', 'Web']);
      await deploy(stacksOf({ ...OWN, services: false }).web);
      expect(associated()).toEqual(['FARGATE', 'Web']);
      await remove('Web');
      expect(associated()).toEqual([]);
    });
    expect(left('AWS::ECS::CapacityProvider')).toEqual([]);
  });

  test('may take over from the fleet while a service runs', async () => {
    const { associated, deploy, run, world } = startWorld();
    await run(async () => {
      const before = stacksOf({ isImported: true });
      await deploy(before.clusters);
      await deploy(before.web);
      await deploy(stacksOf({ ...OWN, associate: false }).web);
      expect(associated()).toEqual(['FARGATE', 'Web']);
    });
    const gone = world.account.formation.events.filter(
      ({ type }) => type === 'Custom::WinbakeProviderAssociation',
    );
    expect(gone.map(({ action }) => action)).toEqual(['create', 'delete']);
  });
});
