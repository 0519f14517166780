import { DeploymentWorld } from '../../support/deployment/deployment-world';
import type { Template } from '../../../sim/aws/cloudformation/read-assembly';
import { release, releaseBefore, type Stacks } from '../../support/deployment/releases';
import { AFTER, BEFORE } from '../../support/deployment/at-boundary';

/** What is there of an app, as types and logical ids. */
function leftIn(world: DeploymentWorld): string[] {
  return [...world.account.formation.living].map(({ logicalId, type }) => `${type} ${logicalId}`);
}

test.each([
  ['the fleet first', ['Shop', 'Platform'] as const],
  ['the pipeline first', ['Platform', 'Shop'] as const],
])('a bake, a rollout, and a deletion, %s: what stays is what the pages name', async (_, order) => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
    await world.delete(...order);
  });
  expect([...world.failures, ...world.failedBakes, ...world.running]).toEqual([]);
  expect(leftIn(world).sort()).toEqual([
    expect.stringMatching(/^AWS::Logs::LogGroup WindowsDeletionHandlerLogs/),
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

function kept(world: DeploymentWorld): readonly string[] {
  return KEPT.flatMap((type) => world.account.living(type)).map(
    ({ reference, type }) => `${type} ${reference}`,
  );
}

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
      // Until then this release's code ran by the roles of the one before.
      world.failures.length = 0;
      await world.deploy(release(BEFORE));
      expect(kept(world)).toEqual(expect.arrayContaining([...before]));
      const gone = world.account.formation.events.filter(({ action }) => action === 'delete');
      expect([...new Set(gone.map(({ type }) => type))]).toEqual(['AWS::ImageBuilder::ImageRecipe']);
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
