import { AFTER, BEFORE } from '../../support/deployment/at-boundary';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';

/** Minutes after the first deployment: the bake runs from 4 to 49, its instances do something in between, then the rollout. */
const MOMENTS = [2, 5, 10, 20, 26, 36, 42, 47, 55, 65, 80, 100];

/** An app that was deployed so many minutes ago. */
async function after(world: DeploymentWorld, minutes: number): Promise<void> {
  await world.deploy(release(BEFORE));
  await world.clock.pass(minutes * 60);
}

function expectNothingUndone(world: DeploymentWorld): void {
  expect([...world.failures, ...world.failedBakes]).toEqual([]);
  expect(world.refreshes.filter((status) => !['Cancelled', 'Successful'].includes(status))).toEqual([]);
}

test.each(MOMENTS)('two updates in a row, %i minutes after the first deployment', async (minutes) => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await after(world, minutes);
    await world.deploy(release(AFTER));
    await world.deploy(
      release({ command: 'exit 2', scripts: 'third scripts', userData: 'Write-Output third' }),
    );
    await world.settle();
  });
  expectNothingUndone(world);
});

test.each(MOMENTS)(
  'a failed update, %i minutes after the first deployment, is taken back',
  async (minutes) => {
    const world = new DeploymentWorld();
    await world.run(async () => {
      await after(world, minutes);
      const { platform, shop } = release(AFTER);
      const { account } = world;
      // The last of each stack that changes.
      account.trouble = ({ logicalId, stack }) =>
        account.formation.status(stack) === 'UPDATE_IN_PROGRESS' && /DecideFunction|GroupASG/.test(logicalId)
          ? 'Internal failure'
          : undefined;
      for (const stack of [platform, shop]) {
        await expect(world.deployment(() => account.deploy(stack))).rejects.toThrow('Internal failure');
        expect(account.formation.status(stack.name)).toBe('UPDATE_ROLLBACK_COMPLETE');
      }
      await world.settle();
    });
    expectNothingUndone(world);
  },
);

test.each(MOMENTS)(
  'deleted %i minutes after the first deployment, and deployed again at once',
  async (minutes) => {
    const world = new DeploymentWorld();
    await world.run(async () => {
      await after(world, minutes);
      await world.delete('Shop', 'Platform');
      await world.deploy(release(BEFORE));
      await world.settle();
    });
    expect(world.failures).toEqual([]);
  },
);

/** How long after the end of a deployment its event has started housekeeping. */
const MOMENT = 60;

test('going back to the release before goes well at once, and to the one after it again', async () => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
    for (const next of [AFTER, BEFORE, AFTER]) {
      await world.deploy(release(next));
      await world.clock.pass(MOMENT);
    }
    await world.settle();
  });
  expectNothingUndone(world);
});

test('an app gives its pipeline a tag, changes it and takes it away again', async () => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
    for (const next of [{ ...BEFORE, team: 'windows' }, { ...BEFORE, team: 'containers' }, BEFORE]) {
      await world.deploy(release(next));
      await world.clock.pass(MOMENT);
    }
    await world.settle();
  });
  expectNothingUndone(world);
});

test('a deployment that was taken back is tried again at once', async () => {
  const world = new DeploymentWorld();
  const { account } = world;
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
    account.trouble = ({ logicalId, stack }) =>
      account.formation.status(stack) === 'UPDATE_IN_PROGRESS' && logicalId.includes('DecideFunction')
        ? 'Internal failure'
        : undefined;
    await expect(world.deploy(release(AFTER))).rejects.toThrow('Internal failure');
    account.trouble = () => undefined;
    await world.clock.pass(MOMENT);
    await world.deploy(release(AFTER));
    // The new template is rolled out from then on.
    await world.clock.pass(MOMENT);
    await world.settle();
  });
  expectNothingUndone(world);
});

test('going back during a bake is refused while the bake may need the documents, is taken back, and goes well after it', async () => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await after(world, 20);
    expect(world.isBaking).toBe(true);
    await world.deploy(release(AFTER));
    await world.clock.pass(MOMENT);
    await expect(world.deploy(release(BEFORE))).rejects.toThrow(
      /Resource of type 'AWS::ImageBuilder::Component' .* already exists/,
    );
    expect(world.account.formation.status('Platform')).toBe('UPDATE_ROLLBACK_COMPLETE');
    await world.until(() => !world.isBaking, 'The end of a bake');
    // Housekeeping comes every quarter of an hour.
    await world.clock.pass(16 * 60);
    await world.deploy(release(BEFORE));
    await world.settle();
  });
  expectNothingUndone(world);
});

test('an app is deployed to several accounts and regions, and no name of one is in the way of another', async () => {
  const places = ['111122223333', '444455556666'].flatMap((account) =>
    ['eu-central-1', 'us-east-1'].map((region) => ({ account, region })),
  );
  const world = new DeploymentWorld({ environment: places[0]! });
  const { account } = world;
  await world.run(async () => {
    for (const place of places) {
      world.prepare(place);
      await world.deploy(release({ ...BEFORE, environment: place }));
    }
    await world.settle();
    for (const place of places) {
      expect(account.formation.status('Shop', place)).toBe('CREATE_COMPLETE');
    }
  });
  const buckets = account.living('AWS::S3::Bucket').map(({ reference }) => reference);
  expect(new Set(buckets).size).toBe(places.length);
  expectNothingUndone(world);
});
