import { userOf } from '../../../sim/account/principal';
import { GOOD_AMI } from '../../../sim/aws/fleet/ami-behaviour';
import { BEFORE } from '../../support/deployment/at-boundary';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';
import { atInstant, runCommandLine } from '../../support/run-command-line';

const PATH = '/winbake/2022-core';
const FLEET = 'cluster-2022-core';
const FLEET_PATH = `/winbake/fleets/${FLEET}`;
const FOUND = 'WENT_BACK servercore 10.0.20348.3328';

/** An app that is deployed and at rest, and a person at its command line with the rights that the pages name. */
async function atRest(work: (person: ReturnType<typeof personAt>, world: DeploymentWorld) => Promise<void>) {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    await world.settle();
    await work(personAt(world), world);
  });
  expect([...world.failures, ...world.failedBakes]).toEqual([]);
}

function personAt({ account, clock }: DeploymentWorld) {
  const { account: id, region } = account.environment;
  const may = (service: string, action: string, resource: string) => ({
    Effect: 'Allow',
    Action: `${service}:${action}`,
    Resource: `arn:aws:${service}:${region}:${id}:${resource}`,
  });
  const rights = {
    pipeline: [
      may('ssm', 'GetParameter', `parameter${PATH}/pipeline`),
      may('lambda', 'InvokeFunction', 'function:winbake-2022-core-operate'),
      may('lambda', 'InvokeFunction', 'function:winbake-2022-core-operate:accept'),
    ],
    fleet: [
      may('ssm', 'GetParameter', `parameter${FLEET_PATH}/*`),
      may('ssm', 'PutParameter', `parameter${FLEET_PATH}/overrides`),
    ],
  };
  const run = async (statements: readonly object[], ...args: readonly string[]) => {
    const person = userOf(id, 'ann', statements as (typeof rights)['pipeline']);
    const why = ['--region', region, '--reason', 'a test', '--yes', '--json'];
    const { exitCode, stdout } = await atInstant(clock.now(), () =>
      account.as(person, () => runCommandLine(...args, ...why)),
    );
    return { exitCode, ...(JSON.parse(stdout) as { done?: boolean; reasons?: string[]; error?: object }) };
  };
  const read = (name: string) => account.parameters.read(name);
  return {
    read,
    json: (name: string) => JSON.parse(read(name) ?? 'null') as Readonly<Record<string, unknown>> | null,
    pipeline: (verb: string, ...more: string[]) =>
      run(rights.pipeline, 'pipeline', verb, '2022-core', ...more),
    fleet: (verb: string, ...more: string[]) => run(rights.fleet, 'fleet', verb, FLEET, ...more),
    stranger: (...args: string[]) => run([], ...args),
    of: (channel: string) => read(`${PATH}/${channel}/ami-id`),
  };
}

const DONE = { exitCode: 0, done: true };
const REFUSED = { exitCode: 3, done: false };

/** Another Windows Update, and its publication. */
async function published(world: DeploymentWorld): Promise<void> {
  const before = world.latest?.id;
  world.revision += 100;
  await world.until(() => world.latest?.id !== before && !world.isBaking, 'The next publication');
}

test('what is held is not promoted, until it is unheld or a person promotes it, and a rollback stays', async () => {
  await atRest(async (person, world) => {
    const first = person.of('current');
    expect(await person.pipeline('promote')).toMatchObject(REFUSED);
    expect(await person.pipeline('hold')).toMatchObject(DONE);
    await published(world);
    await world.clock.pass(3600);
    expect(person.of('current')).toBe(first);
    expect(await person.pipeline('promote')).toMatchObject(REFUSED);
    expect(await person.pipeline('unhold')).toMatchObject(DONE);
    expect(await person.pipeline('promote')).toMatchObject(DONE);
    expect(person.of('current')).toBe(person.of('latest'));
    await world.settle();
    expect(await person.pipeline('rollback')).toMatchObject(DONE);
    expect(person.of('current')).toBe(first);
    await world.until(() => world.fleet?.rollout === null && world.fleet.amiId === first, 'The way back');
    await world.clock.pass(3600);
    expect(person.of('current')).toBe(first);
    expect(person.of('latest')).not.toBe(first);
  });
});

const builds = ({ account }: DeploymentWorld) => account.imageBuilder.all;

test('a rebake bakes at once, and is cancelled', async () => {
  await atRest(async (person, world) => {
    expect(await person.pipeline('cancel')).toMatchObject(REFUSED);
    expect(await person.pipeline('rebake', '--force')).toMatchObject(DONE);
    await world.until(() => builds(world).length === 2, 'The bake', 1);
    expect(await person.pipeline('rebake', '--force')).toMatchObject(REFUSED);
    expect(builds(world)).toMatchObject([{ isCancelled: false }, { isCancelled: false }]);
    expect(await person.pipeline('cancel')).toMatchObject(DONE);
    await world.until(() => !world.isBaking, 'The end of the bake', 1);
    expect(builds(world)).toMatchObject([{ isCancelled: false }, { isCancelled: true }]);
  });
});

test('an accepted finding stands in the catalog, and a prune of what is needed removes nothing', async () => {
  await atRest(async (person, { account }) => {
    expect(await person.pipeline('accept', FOUND)).toMatchObject(DONE);
    const [bucket] = account.living('AWS::S3::Bucket');
    expect(account.readDocument(bucket!.reference, 'catalog/2022.json')).toContain(FOUND);
    expect(await person.pipeline('prune')).toMatchObject({ exitCode: 0, done: false });
  });
});

test('a fleet that is held takes nothing until it is unheld, and a floor stands in its overrides', async () => {
  await atRest(async (person, world) => {
    const first = world.fleet?.amiId;
    expect(await person.fleet('hold')).toMatchObject(DONE);
    await published(world);
    await world.clock.pass(3600);
    expect(world.fleet?.amiId).toBe(first);
    expect(await person.fleet('unhold')).toMatchObject(DONE);
    await world.settle();
    expect(world.fleet?.amiId).not.toBe(first);
    expect(await person.fleet('floor', world.latest?.osVersion ?? '')).toMatchObject(DONE);
    expect(await person.fleet('accept', '20348.4294-1')).toMatchObject(REFUSED);
    expect(person.json(`${FLEET_PATH}/overrides`)).toMatchObject({
      hold: null,
      floor: {
        osVersion: world.latest?.osVersion,
        by: expect.stringContaining('user/ann'),
        reason: 'a test',
      },
    });
    await world.clock.pass(3600);
    expect(world.fleet).toMatchObject({ rollout: null, amiId: world.latest?.amiId });
  });
});

test('a publication that failed on a fleet goes back, and is rolled out again where a person accepts it', async () => {
  await atRest(async (person, world) => {
    const [fleet] = world.account.fleets.at(world.account.environment);
    const good = world.fleet?.amiId;
    fleet!.group.behave((amiId) => ({ host: 'registers', tasks: amiId === good ? 'run' : 'fail' }));
    await published(world);
    const { amiId, id } = world.latest!;
    await world.until(
      () => world.fleet?.bad.some(({ publication }) => publication === id) === true,
      'The way back',
    );
    await world.until(() => world.fleet?.rollout === null, 'Its end');
    expect(world.fleet?.amiId).toBe(good);
    fleet!.group.behave(() => GOOD_AMI);
    expect(await person.fleet('accept', id)).toMatchObject(DONE);
    await world.settle();
    expect(world.fleet?.amiId).toBe(amiId);
  });
});

test.each([
  [['pipeline', 'hold', '2022-core'], 'ssm:GetParameter'],
  [['fleet', 'hold', FLEET], 'ssm:GetParameter'],
])('whoever may do nothing reads in one sentence what is missing: %j', async (args, action) => {
  await atRest(async (person) => {
    const { error, exitCode } = await person.stranger(...args);
    expect(exitCode).toBe(1);
    expect(JSON.stringify(error)).toContain(action);
  });
});
