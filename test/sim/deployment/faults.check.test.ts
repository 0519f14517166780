import fc from 'fast-check';
import type { Template } from '../../../sim/aws/cloudformation/assembly';
import type { BakeFailure, BakeOutcome } from '../../../sim/aws/image-builder/run-bake';
import { AFTER, BEFORE } from '../../support/deployment/at-boundary';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release, type Stacks } from '../../support/deployment/releases';
import { seededRandom } from '../../../sim/reliability/happenings';
import { propertyRuns } from '../../support/property-runs';

/** A first deployment and an update of it, and what came of them. */
async function deployedTwice(random?: () => number) {
  const world = new DeploymentWorld(random === undefined ? {} : { random });
  const published: (string | undefined)[] = [];
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
    published.push(world.latest?.id);
    await world.deploy(release(AFTER));
    await world.until(() => world.latest?.id !== published[0], 'A publication of the update');
    await world.settle();
    published.push(world.latest?.id);
  });
  const { account, refreshes } = world;
  // What a function failed on three times, its schedule brings again.
  return {
    published,
    statuses: ['Platform', 'Shop'].map((name) => account.formation.status(name)),
    undone: refreshes.filter((status) => !['Cancelled', 'Successful'].includes(status)),
  };
}

test('whatever seed: a first deployment, its bake, and an update end as on the plain day', async () => {
  const plain = await deployedTwice();
  expect(plain).toMatchObject({ published: ['20348.4294-1', '20348.4294-2'], undone: [] });
  const property = fc.asyncProperty(fc.integer({ min: 1 }), async (seed) => {
    expect(await deployedTwice(seededRandom(seed))).toEqual(plain);
  });
  await fc.assert(property, { numRuns: propertyRuns(1) });
});

test('a bake that EC2 refuses to launch, since it does not know the instance profile yet, is tried again', async () => {
  // Nothing happens but that all that takes time takes longest.
  const world = new DeploymentWorld({ random: () => 0.999 });
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
  });
  expect(world.failedBakes).toEqual([
    expect.stringMatching(/^Value \(.+\) for parameter iamInstanceProfile\.name is invalid\./),
  ]);
  expect(world.latest?.id).toBe('20348.4294-1');
  const [refused, next] = world.account.imageBuilder.all;
  // An order that failed is tried again after an hour.
  expect(next!.startedAt.getTime() - refused!.endsAt.getTime()).toBeLessThan(30 * 60_000);
});

test('a test that fails once costs no other build', async () => {
  const world = new DeploymentWorld();
  const { account } = world;
  const bake = account.bake!;
  account.bake = async (recipe, imageArn) => {
    const outcome = await bake(recipe, imageArn);
    const failure = { stage: 'Test', launched: true, reason: 'The test instance did not answer.' } as const;
    return { ...outcome, failure, retest: () => Promise.resolve(outcome) };
  };
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
  });
  expect([...world.failures, ...world.failedBakes]).toEqual([]);
  expect(account.imageBuilder.all).toHaveLength(1);
  expect(world.latest?.id).toBe('20348.4294-1');
});

test('an AMI whose copies take most of a day is waited for', async () => {
  const world = new DeploymentWorld();
  const { imageBuilder } = world.account;
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.until(() => imageBuilder.all.length > 0, 'A bake');
    const [build] = imageBuilder.all;
    build!.endsAt = new Date(build!.startedAt.getTime() + 20 * 3_600_000);
    await world.settle();
  });
  expect(imageBuilder.all.map(({ isCancelled }) => isCancelled)).toEqual([false]);
  expect(world.latest?.id).toBe('20348.4294-1');
});

/** A pipeline whose build workflow hands no AMI on. */
function withoutImageId({ platform, ...stacks }: Stacks): Stacks {
  const resources = Object.entries(platform.template.Resources).map(([id, { Properties, ...resource }]) => {
    const Data = String(Properties?.['Data']).replace(/^outputs:[^]*/m, '');
    const isWorkflow = resource.Type === 'AWS::ImageBuilder::Workflow';
    return [id, { ...resource, Properties: isWorkflow ? { ...Properties, Data } : Properties }];
  });
  const Resources = Object.fromEntries(resources) as Template['Resources'];
  return { ...stacks, platform: { ...platform, template: { ...platform.template, Resources } } };
}

test('a start that Image Builder refuses is made once, and a person reads why within minutes', async () => {
  let starts = 0;
  const world = new DeploymentWorld({
    onCall: ({ operation }) => {
      starts += Number(operation === 'StartImagePipelineExecution');
    },
  });
  const { messages } = world.account.world.sns;
  await world.run(async () => {
    world.count();
    await world.deploy(withoutImageId(release(BEFORE)));
    await world.until(() => starts > 0, 'A start');
    const begun = world.clock.now().getTime();
    await world.until(() => messages.length > 0, 'A notice', 1);
    expect(world.clock.now().getTime() - begun).toBeLessThan(5 * 60_000);
    await world.clock.pass(24 * 3600);
  });
  expect(messages[0]!.text).toContain('Build workflow must have output named ImageId to build AMI.');
  expect(starts).toBe(1);
});

/** The notices of an app whose bakes end so. */
async function noticesOf(end: Pick<BakeOutcome, 'failure' | 'continued' | 'retest'>) {
  const world = new DeploymentWorld();
  const { account } = world;
  const bake = account.bake!;
  account.bake = async (...given) => ({ ...(await bake(...given)), ...end });
  const { messages } = account.world.sns;
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.until(() => messages.length > 0, 'A notice');
  });
  return messages.map(({ text }) => text);
}

test('of a bake that went on after one step and ended at another, the other is reported', async () => {
  // https://github.com/aws-samples/immutable-server-pipeline/issues/12
  const continued = ['InventoryCollection'];
  // https://github.com/hashicorp/packer/issues/12160
  const reason = 'Request limit exceeded.';
  const failure = { stage: 'Build', launched: true, reason, step: 'CreateOutputAMI' } as const;
  expect(await noticesOf({ continued, failure })).toEqual([
    expect.stringContaining(`${reason} (CreateOutputAMI)`),
  ]);
});

test('of a test that failed twice the second failure is reported', async () => {
  const failure: BakeFailure = { stage: 'Test', launched: true, reason: 'Document verify failed!' };
  // https://github.com/runs-on/runs-on/issues/73
  const reason =
    'We currently do not have sufficient m5.2xlarge capacity in the Availability Zone you requested.';
  const second: BakeOutcome = {
    failure: { stage: 'Test', launched: false, reason },
    buildInstanceId: undefined,
    testInstanceId: undefined,
  };
  expect(await noticesOf({ failure, retest: () => Promise.resolve(second) })).toEqual([
    expect.stringContaining(`${reason} (LaunchTestInstance)`),
  ]);
});

/** A world in which an execution begins at once, and CloudFormation leaves to the end what no custom resource waits for. */
class HastyWorld extends DeploymentWorld {
  isDeploying = true;

  constructor() {
    super({ isEarly: (type) => type.startsWith('Custom::'), startSeconds: 0 });
  }

  protected override nextTick(): number {
    return this.isDeploying ? 1 : super.nextTick();
  }
}

test('a bake that begins in the middle of a first deployment has all that it needs', async () => {
  const BASE_AMI = '/golden/windows-2022/ami-id';
  const world = new HastyWorld();
  const { account, clock } = world;
  account.world.ssm.publish(account.environment, BASE_AMI, account.createAmi('golden'), clock.now());
  const { platform, shop } = release({ ...BEFORE, baseAmi: BASE_AMI });
  await world.run(async () => {
    await world.deployment(() => account.deploy(platform));
    expect(account.imageBuilder.all).toHaveLength(1);
    world.isDeploying = false;
    await world.deployment(() => account.deploy(shop));
    await world.settle();
  });
  expect([...world.failures, ...world.failedBakes]).toEqual([]);
});
