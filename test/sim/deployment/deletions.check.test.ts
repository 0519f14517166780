import { DRAIN_TAG } from '../../../lib/contract/names/resources';
import type { AssemblyStack } from '../../../sim/aws/cloudformation/assembly';
import { balancedApp, type BalancedAppOptions } from '../../support/deployment/balanced-app';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';

const MINUTE = 60;
const HOUR = 3600;

/** What is left in the account, as types and names; parameters below the paths of fleets, too. */
function leftIn({ account, clock }: DeploymentWorld): readonly string[] {
  const { environment, fleets, formation } = account;
  const running = fleets
    .at(environment)
    .flatMap(({ instances, group: { isGone, name } }) => [
      ...instances.map(({ id }) => `instance ${id}`),
      ...(isGone ? [] : [`group ${name}`]),
    ]);
  return [
    ...[...formation.living].map(({ logicalId, type }) => `${type} ${logicalId}`),
    ...running,
    ...[...fleets.clusters.providersAt(environment).keys()].map((name) => `provider ${name}`),
    ...[...fleets.templatesAt(environment).keys()].map((id) => `launch template ${id}`),
    ...new Set(
      Object.keys(account.world.ssm.below(environment, '/winbake/fleets', clock.now())).map((name) =>
        name.replace(/^(\/winbake\/fleets\/[^/]+).*$/, '$1'),
      ),
    ),
  ].sort();
}

/** What docs/fleets.md and docs/operating.md name. */
const KEPT = [
  '/winbake/fleets/cluster-2022-core',
  expect.stringMatching(/^AWS::Logs::LogGroup TaskwebLogGroup/),
  expect.stringMatching(/^AWS::Logs::LogGroup WinbakeFleetsResourcesHandlerLogs/),
  expect.stringMatching(/^AWS::S3::Bucket PipelineBucket/),
];

interface Drain {
  readonly drain: string;
  readonly options: BalancedAppOptions;
  /** Minutes after which the last of the app is gone. */
  readonly within: number;
  /** Whether tasks do not end in time. */
  readonly cuts?: boolean;
}

const DRAINS: readonly Drain[] = [
  { drain: 'quick', options: { deregistrationSeconds: 30 }, within: 20 },
  { drain: '20 min of deregistration', options: { deregistrationSeconds: 20 * MINUTE }, within: 40 },
  {
    drain: '20 min of stopping',
    options: { stopSeconds: 20 * MINUTE, deleteDrainMinutes: 30 },
    within: 45,
  },
  {
    drain: '20 min of stopping, in less time',
    options: { stopSeconds: 20 * MINUTE },
    within: 35,
    cuts: true,
  },
  { drain: '48 h of stopping', options: { stopSeconds: 48 * HOUR }, within: 35, cuts: true },
  {
    drain: '48 h of stopping, in the longest time',
    options: { stopSeconds: 48 * HOUR, deleteDrainMinutes: 45 },
    within: 70,
    cuts: true,
  },
];

const MOMENTS = {
  'at rest': (world: DeploymentWorld) => world.clock.pass(5 * MINUTE),
  'in a rollout': (world: DeploymentWorld) =>
    world.until(() => instancesOf(world).some(({ isTerminating }) => isTerminating), 'A drain'),
};

function instancesOf({ account: { environment, fleets } }: DeploymentWorld) {
  return fleets.at(environment).flatMap(({ instances }) => instances);
}

const CASES = DRAINS.flatMap((drain) =>
  (['at rest', 'in a rollout'] as const).flatMap((moment) =>
    [false, true].flatMap((isApart) =>
      [true, false].map((isProtected) => ({
        ...drain,
        moment,
        options: { ...drain.options, isApart, isProtected },
        // Of both orders each has one half.
        isPipelineFirst: isApart !== isProtected,
      })),
    ),
  ),
);

test.each(CASES)(
  'drains of $drain, $moment, $options, pipeline first: $isPipelineFirst: what is kept is named',
  async ({ cuts = false, isPipelineFirst, moment, options, within }) => {
    const world = new DeploymentWorld();
    const { account, clock } = world;
    const stacks = balancedApp(options);
    await world.run(async () => {
      for (const stack of [release({ command: 'exit 0' }).platform, ...stacks]) {
        await world.deployment(() => account.deploy(stack));
      }
      await MOMENTS[moment](world);
      if (isPipelineFirst) {
        await world.delete('Platform');
      }
      const begun = clock.now().getTime();
      for (const { name } of [...stacks].reverse()) {
        await world.deployment(() => account.formation.delete(name, account.environment));
        expect(account.formation.status(name)).toBe('DELETE_COMPLETE');
      }
      expect((clock.now().getTime() - begun) / 60_000).toBeLessThan(within);
      await world.delete('Platform');
    });
    expect(world.failures).toEqual([]);
    expect(leftIn(world)).toEqual(KEPT);
    const cut = account.fleets.at(account.environment).flatMap(({ group }) => group.cutOff);
    expect(cut.length > 0).toBe(cuts);
  },
);

test('stacks that others import are refused before anything is touched, and go after those', async () => {
  const world = new DeploymentWorld();
  const { account } = world;
  const stacks = balancedApp({ isApart: true });
  const remove = (name: string) =>
    world.deployment(() => account.formation.delete(name, account.environment));
  await world.run(async () => {
    for (const stack of [release({ command: 'exit 0' }).platform, ...stacks]) {
      await world.deployment(() => account.deploy(stack));
    }
    await expect(remove('Network')).rejects.toThrow(
      /Export \S+ cannot be deleted as it is in use by (?:Shop|Web)/,
    );
    await expect(remove('Shop')).rejects.toThrow(/Export \S+ cannot be deleted as it is in use by Web/);
    expect(instancesOf(world)).toHaveLength(2);
    for (const name of ['Web', 'Shop', 'Network', 'Platform']) {
      await remove(name);
    }
  });
  expect(leftIn(world)).toEqual(KEPT);
});

test('targets that are deregistered for longer than CloudFormation waits fail a deletion once, and the next one succeeds', async () => {
  const world = new DeploymentWorld();
  const { account } = world;
  const remove = () => world.deployment(() => account.formation.delete('Shop', account.environment));
  await world.run(async () => {
    const [stack] = balancedApp({ deregistrationSeconds: HOUR });
    for (const one of [release({ command: 'exit 0' }).platform, stack!]) {
      await world.deployment(() => account.deploy(one));
    }
    await expect(remove()).rejects.toThrow(/AWS::ECS::Service' with identifier '\S+' did not stabilize/);
    expect(account.formation.status('Shop')).toBe('DELETE_FAILED');
    await world.clock.pass(HOUR);
    await remove();
    await world.delete('Platform');
  });
  expect(leftIn(world)).toEqual(KEPT);
});

/** The stack as it was before something ended the tasks of its services. */
function withoutDrain(stack: AssemblyStack): AssemblyStack {
  const ids = Object.entries(stack.template.Resources);
  const [drain] = ids.find(([, { Type }]) => Type === 'Custom::WinbakeFleetDrain')!;
  const [provider] = ids.find(([, { Type }]) => Type === 'AWS::ECS::CapacityProvider')!;
  const text = JSON.stringify(stack.template)
    .replaceAll(`{"Fn::GetAtt":["${drain}","CapacityProvider"]}`, `{"Ref":"${provider}"}`)
    .replaceAll(DRAIN_TAG, 'other');
  const { Resources, ...template } = JSON.parse(text) as AssemblyStack['template'];
  const kept = Object.entries(Resources).filter(([id]) => id !== drain);
  return { ...stack, template: { ...template, Resources: Object.fromEntries(kept) } };
}

test('a deployment that brings what ends tasks, and is taken back, touches no host, though its tasks do not stop', async () => {
  const world = new DeploymentWorld();
  const { account } = world;
  const [stack] = balancedApp({ stopSeconds: 48 * HOUR }) as [AssemblyStack];
  await world.run(async () => {
    const otherCount = JSON.stringify(stack.template).replace('"DesiredCount":2', '"DesiredCount":1');
    const fewer = { ...stack, template: JSON.parse(otherCount) as AssemblyStack['template'] };
    for (const one of [release({ command: 'exit 0' }).platform, withoutDrain(fewer)]) {
      await world.deployment(() => account.deploy(one));
    }
    const before = instancesOf(world).map(({ id }) => id);
    account.fleets.groupsAt(account.environment).forEach((group) => {
      group.endServices();
    });
    account.trouble = ({ type }) =>
      type === 'AWS::ECS::Service' && account.formation.status('Shop') === 'UPDATE_IN_PROGRESS'
        ? 'Internal failure'
        : undefined;
    await expect(world.deployment(() => account.deploy(stack))).rejects.toThrow('Internal failure');
    expect(account.formation.status('Shop')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(account.formation.events).toContainEqual(
      expect.objectContaining({ action: 'delete', type: 'Custom::WinbakeFleetDrain' }),
    );
    expect(instancesOf(world).map(({ id }) => id)).toEqual(before);
  });
});
