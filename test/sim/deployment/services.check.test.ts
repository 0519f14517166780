import { NetworkMode } from 'aws-cdk-lib/aws-ecs';
import type { AssemblyStack } from '../../../sim/aws/cloudformation/assembly';
import { balancedApp, type BalancedAppOptions } from '../../support/deployment/balanced-app';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';
import { deployedIn, requestThrough } from '../../support/request-through';

const answers = (path: string) => (path === '/missing' ? 404 : 200);

/** An account with a pipeline and an app on which something is done. */
async function deployed(
  options: BalancedAppOptions,
  work: (world: DeploymentWorld, stacks: readonly AssemblyStack[]) => Promise<void>,
): Promise<DeploymentWorld> {
  const world = new DeploymentWorld();
  const { account } = world;
  await world.run(async () => {
    const stacks = balancedApp(options);
    for (const stack of [release({ command: 'exit 0' }).platform, ...stacks]) {
      await world.deployment(() => account.deploy(stack));
    }
    await work(world, stacks);
  });
  return world;
}

test.each<[string, BalancedAppOptions]>([
  ['in NAT mode', {}],
  ['in NAT mode, in stacks apart', { isApart: true }],
  ['with an interface of its own', { networkMode: NetworkMode.AWS_VPC }],
])('a request reaches a task %s, and the rules of its listener count', async (_, options) => {
  await deployed(options, async ({ account }) => {
    const get = (path: string) => requestThrough(deployedIn(account, account.environment), { path }, answers);
    expect([get('/'), get('/shop/basket'), get('/admin')]).toEqual([200, 200, 404]);
    const rules = account.living('AWS::EC2::SecurityGroupIngress');
    expect(rules).not.toEqual([]);
    rules.forEach((one) => account.formation.living.delete(one));
    expect(get('/')).toMatch(/^504: /);
    await Promise.resolve();
  });
});

interface Changed {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
}

test.each<[string, string, (resource: Changed) => object | undefined, RegExp]>([
  [
    'whose target group no listener knows',
    'AWS::ElasticLoadBalancingV2::ListenerRule',
    () => undefined,
    /^The target group with targetGroupArn \S+ does not have an associated load balancer\.$/,
  ],
  [
    'that names a container which its task does not have',
    'AWS::ECS::TaskDefinition',
    ({ Properties }) => ({ ...Properties, ContainerDefinitions: [] }),
    /^The container web does not exist in the task definition\.$/,
  ],
  [
    'that names a port which the container does not have',
    'AWS::ECS::TaskDefinition',
    ({ Properties }) => ({ ...Properties, ContainerDefinitions: [{ Name: 'web', Image: 'shop' }] }),
    /^The container web did not have a container port 80 defined\.$/,
  ],
  [
    'whose targets are addresses',
    'AWS::ElasticLoadBalancingV2::TargetGroup',
    ({ Properties }) => ({ ...Properties, TargetType: 'ip' }),
    /^The provided target group \S+ has target type ip, which is incompatible with the bridge network mode/,
  ],
])('a service %s is refused, and nothing of its stack is left', async (_, type, change, refusal) => {
  const world = new DeploymentWorld();
  const { account } = world;
  const [stack] = balancedApp() as [AssemblyStack];
  const { Resources } = structuredClone(stack.template) as unknown as {
    readonly Resources: Record<string, Changed & { DependsOn?: string | readonly string[] }>;
  };
  const [id] = Object.entries(Resources).find(([, one]) => one.Type === type)!;
  const Properties = change(Resources[id]!);
  const kept = Object.entries(Resources).flatMap(([name, one]) => {
    const { DependsOn = [] } = one;
    const needed = [DependsOn].flat().filter((other) => Properties !== undefined || other !== id);
    const changed = name === id ? { ...one, Properties } : one;
    return name === id && Properties === undefined
      ? []
      : [[name, { ...changed, DependsOn: needed }] as const];
  });
  const template = { ...stack.template, Resources: Object.fromEntries(kept) } as AssemblyStack['template'];
  await world.run(async () => {
    await world.deployment(() => account.deploy(release({ command: 'exit 0' }).platform));
    const before = [...account.formation.living];
    await expect(world.deployment(() => account.deploy({ ...stack, template }))).rejects.toThrow(refusal);
    expect(account.formation.status('Shop')).toBe('ROLLBACK_COMPLETE');
    expect([...account.formation.living].filter((one) => !before.includes(one))).toEqual([]);
    expect(deployedIn(account, account.environment).hosts).toEqual([]);
  });
});

test('an alarm of the stack of a service turns back the rollout of a fleet in another stack', async () => {
  await deployed({ isApart: true }, async (world) => {
    const { account, clock } = world;
    await world.settle();
    const before = world.running;
    world.revision = 4350;
    await world.until(() => world.refreshes.at(-1) === 'InProgress', 'A refresh');
    const [group] = account.fleets.groupsAt(account.environment);
    expect(group?.refresh?.request.alarms).toEqual(['web-errors']);
    expect(account.living('AWS::CloudWatch::Alarm').map(({ stack }) => stack)).toContain('Web');
    group?.ring({ at: new Date(clock.now().getTime() + 60_000), seconds: 600 });
    await world.until(() => world.fleet?.last?.outcome === 'rolledBack', 'The way back');
    expect(new Set(world.running)).toEqual(new Set(before));
    expect(world.fleet?.bad[0]?.reason).toMatch(/alarm/i);
  });
});
