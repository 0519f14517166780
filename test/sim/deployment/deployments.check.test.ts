import { DeploymentWorld } from '../../support/deployment/deployment-world';
import type { Template } from '../../../sim/aws/cloudformation/assembly';
import { release, releaseBefore, type Stacks } from '../../support/deployment/releases';
import { AFTER, BEFORE } from '../../support/deployment/at-boundary';

/** What is there of an app, as types and logical ids. */
function leftIn(world: DeploymentWorld): string[] {
  return [...world.account.formation.living].map(({ logicalId, type }) => `${type} ${logicalId}`);
}

test('a first deployment seeds the channels, and the fleet starts what they name; the same once more changes nothing', async () => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    expect(world.latest?.mode).toBe('unbaked');
    expect(new Set(world.running)).toEqual(new Set([world.latest?.amiId]));
    await world.clock.pass(20 * 60);
    expect(world.isBaking).toBe(true);
    world.account.formation.events.length = 0;
    await world.deploy(release(BEFORE));
    expect(world.account.formation.events).toEqual([]);
  });
});

test.each([
  ['before its pipeline', ({ shop }: Stacks) => shop],
  [
    'in one stack with its pipeline, where nothing orders it after the seed; synthesis warns of it',
    ({ platform, shop }: Stacks) => {
      const Resources = { ...shop.template.Resources, ...platform.template.Resources };
      const Parameters = { ...platform.template.Parameters, ...shop.template.Parameters };
      return { ...shop, template: { Resources, Parameters } };
    },
  ],
])('a fleet is refused in one sentence %s, and nothing of it is left', async (_, stackOf) => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    const deployed = world.deployment(() => world.account.deploy(stackOf(release(BEFORE))));
    await expect(deployed).rejects.toThrow(
      'The parameter /winbake/2022-core/current/publication does not exist; deploy the pipeline first',
    );
    expect(leftIn(world)).toEqual([]);
  });
});

test('a function that reserves concurrency is refused, since the account is new', async () => {
  const { platform } = release(BEFORE);
  const Resources = Object.fromEntries(
    Object.entries(platform.template.Resources).map(([id, { Properties, ...one }]) => [
      id,
      {
        ...one,
        Properties: /DecideFunction/.test(id)
          ? { ...Properties, ReservedConcurrentExecutions: 1 }
          : Properties,
      },
    ]),
  ) as Template['Resources'];
  const world = new DeploymentWorld();
  await world.run(async () => {
    const stack = { ...platform, template: { ...platform.template, Resources } };
    await expect(world.deployment(() => world.account.deploy(stack))).rejects.toThrow(
      "decreases account's UnreservedConcurrentExecution below its minimum value of [10]",
    );
  });
});

/** What a bake has made that nobody finds by the tag of its pipeline, once the stack is gone. */
function untagged({ account }: DeploymentWorld): readonly string[] {
  const { environment, imageBuilder, world } = account;
  const { images } = world.ec2;
  const amis = images.all(environment).flatMap(({ id, snapshotIds }) => [id, ...snapshotIds]);
  const made = [
    ...imageBuilder.all.map(({ arn, tags }) => ({ id: arn, tags })),
    ...amis.map((id) => ({ id, tags: images.tagsOf(id, environment) })),
  ];
  expect(made).toHaveLength(3);
  return made.flatMap(({ id, tags }) => (tags?.['winbake:pipeline'] === '2022-core' ? [] : id));
}

test.each([
  ['the fleet first', ['Shop', 'Platform'] as const],
  ['the pipeline first', ['Platform', 'Shop'] as const],
])('a bake, a rollout, and a deletion, %s: what stays is what the pages name', async (_, order) => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
    const { latest } = world;
    await world.delete(...order);
    // Fleets of other stacks start instances by them.
    expect(world.latest).toEqual(latest);
    expect(untagged(world)).toEqual([]);
  });
  expect([...world.failures, ...world.failedBakes, ...world.running]).toEqual([]);
  expect(leftIn(world).sort()).toEqual([
    expect.stringMatching(/^AWS::Logs::LogGroup WinbakeFleetsResourcesHandlerLogs/),
    expect.stringMatching(/^AWS::S3::Bucket PipelineBucket/),
  ]);
});

test('deployed again under the same names at once it goes on, and no number of a publication comes twice', async () => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
    const before = world.latest;
    await world.delete('Shop', 'Platform');
    await world.deploy(release(BEFORE));
    expect(world.latest).toEqual(before);
    expect(new Set(world.running)).toEqual(new Set([before?.amiId]));
    await world.until(() => world.latest?.amiId !== before?.amiId, 'Another publication');
    expect(before?.id).toBe('20348.4294-1');
    expect(world.latest?.id).toBe('20348.4294-2');
    await world.settle();
  });
  expect([...world.failures, ...world.failedBakes]).toEqual([]);
});

test('a fleet that is deleted and deployed again with the same AMI gets a launch template version of its own', async () => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.delete('Shop');
    await world.deploy(release(BEFORE));
  });
  expect(world.running).toHaveLength(2);
});

/** A pipeline whose roles do not wait for the log groups that AWS's policies let them make. */
function rolesFirst({ platform, ...stacks }: Stacks): Stacks {
  const resources = Object.entries(platform.template.Resources).map(
    ([id, { DependsOn = [], ...resource }]) => [
      id,
      { ...resource, DependsOn: [DependsOn].flat().filter((one) => !/(?:Image|Pipeline)Logs/.test(one)) },
    ],
  );
  const Resources = Object.fromEntries(resources) as Template['Resources'];
  return { ...stacks, platform: { ...platform, template: { ...platform.template, Resources } } };
}

describe('a pipeline that is deleted during a bake', () => {
  const deletedAndDeployed = async (stacks: Stacks) => {
    const world = new DeploymentWorld();
    await world.run(async () => {
      await world.deploy(stacks);
      await world.clock.pass(20 * 60);
      await world.delete('Shop', 'Platform');
      await world.deploy(stacks);
    });
  };

  test('is deployed again at once', () => deletedAndDeployed(release(BEFORE)));

  test('would be refused where a late line may bring a log group back', async () => {
    await expect(deletedAndDeployed(rolesFirst(release(BEFORE)))).rejects.toThrow(
      /\/aws\/imagebuilder\/\S+ of type AWS::Logs::LogGroup already exists/,
    );
  });
});

test('a rollout that times out in its middle holds its fleet for five minutes, and the next poll goes on', async () => {
  const LEASE = '/winbake/fleets/cluster-2022-core/lease';
  const changes: Date[] = [];
  let timedOutAt: Date | undefined;
  const world: DeploymentWorld = new DeploymentWorld({
    onCall: ({ operation }) => {
      if (operation !== 'StartInstanceRefresh' && operation !== 'UpdateAutoScalingGroup') {
        return undefined;
      }
      changes.push(world.clock.now());
      if (timedOutAt !== undefined) {
        return undefined;
      }
      timedOutAt = world.clock.now();
      return world.account.functions.pass(3_600_000);
    },
  });
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    world.count();
    await world.until(() => timedOutAt !== undefined, 'A rollout');
    await world.clock.pass(4 * 60);
    const { until } = JSON.parse(world.account.parameters.read(LEASE) ?? '{}') as { readonly until: string };
    expect(Date.parse(until) - timedOutAt!.getTime()).toBe(5 * 60_000);
    expect(changes).toHaveLength(1);
    await world.settle();
  });
  const pause = changes[1]!.getTime() - timedOutAt!.getTime();
  expect(pause).toBeGreaterThanOrEqual(5 * 60_000);
  // The schedule comes every quarter of an hour.
  expect(pause).toBeLessThan(20 * 60_000);
  expect(world.failures).toEqual([]);
});

/** Types that hold state or run tasks. */
const KEPT = [
  'AWS::AutoScaling::AutoScalingGroup',
  'AWS::EC2::LaunchTemplate',
  'AWS::ECS::CapacityProvider',
  'AWS::ECS::Cluster',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::SSM::Parameter',
  'AWS::StepFunctions::StateMachine',
];

/** What a fleet had of its own, and the fleets of a stack share now; and the name of its provider, which services take elsewhere now. */
const SHARED = /^Windows(?:Topic|DeadLetterQueue|Rollout|Fleet ?Live|Deletion|Associated)/;

function kept(world: DeploymentWorld): readonly string[] {
  return KEPT.flatMap((type) => world.account.living(type))
    .filter(({ logicalId }) => !SHARED.test(logicalId))
    .map(({ reference, type }) => `${type} ${reference}`);
}

/** What an upgrade takes from a fleet: what is shared now, and rights and alarms that have another form. */
const LIGHTER = new RegExp(`${SHARED.source}|^WindowsAlarms|^WindowsFleetInstanceRoleDefaultPolicy`);

/**
 * The templates are those of the release before; its code is not kept, so this release's runs by them until the update replaces
 * them. What the old code does in the middle of an update is unproven, see docs/unproven.md.
 */
describe('the upgrade from the release before', () => {
  test.each([
    ['a bake', (world: DeploymentWorld) => world.isBaking],
    ['a rollout', (world: DeploymentWorld) => (world.fleet?.rollout ?? null) !== null],
  ])('during %s replaces nothing that holds state or runs tasks, and undoes nothing', async (_, isSo) => {
    const world = new DeploymentWorld();
    await world.run(async () => {
      await world.deploy(releaseBefore());
      await world.until(() => isSo(world), 'What is under way');
      await world.clock.pass(25 * 60);
      const before = kept(world);
      // This release's code by the roles of the one before.
      world.failures.length = 0;
      await world.deploy(release(BEFORE));
      expect(kept(world)).toEqual(expect.arrayContaining([...before]));
      const gone = world.account.formation.events
        .filter(({ action, type }) => action === 'delete' && type !== 'AWS::ImageBuilder::ImageRecipe')
        .map(({ logicalId }) => logicalId);
      expect(gone.filter((id) => !LIGHTER.test(id))).toEqual([]);
      expect(gone).not.toEqual([]);
      expect(world.running).toHaveLength(2);
      await world.settle();
    });
    expect(world.failures).toEqual([]);
    expect(world.refreshes.filter((status) => !['Cancelled', 'Successful'].includes(status))).toEqual([]);
  });
});

test('an update replaces documents and recipe alone, and what it replaced of documents stays', async () => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
    const { events } = world.account.formation;
    events.length = 0;
    await world.deploy(release(AFTER));
    const created = events.filter(({ action }) => action === 'create').map(({ type }) => type);
    expect(created.sort()).toEqual(['AWS::ImageBuilder::Component', 'AWS::ImageBuilder::ImageRecipe']);
    const gone = events.filter(({ action }) => ['delete', 'retain'].includes(action));
    expect(gone.map(({ action, type }) => `${action} ${type}`).sort()).toEqual([
      'delete AWS::ImageBuilder::ImageRecipe',
      'retain AWS::ImageBuilder::Component',
    ]);
  });
});
