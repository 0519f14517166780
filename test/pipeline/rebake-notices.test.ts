import { RebakeWorld } from '../support/rebake-world';

const QUIET = '2025-10-20T00:00:00Z';
/** A reason that names no component could be a restart of Windows, which costs no attempt. */
const COMPONENT =
  'arn:aws:imagebuilder:us-east-1:123456789012:component/winbake-2022-core-cache-images/1.0.0/1';
const FAILED = { status: 'FAILED', reason: `Document ${COMPONENT} failed! the disk is full.`, minutes: 90 };

/** A pipeline whose two tries of one bake failed. */
async function afterTwoFailures(): Promise<RebakeWorld> {
  const world = new RebakeWorld(QUIET);
  world.plans.push(FAILED, FAILED);
  await world.rebake();
  return world;
}

/** A pipeline at the end of a wait whose policy is to stop. */
async function afterLateImage(): Promise<RebakeWorld> {
  const world = new RebakeWorld('2025-10-07T00:00:00Z');
  Object.assign(world.shown, { servercore: 4171, nanoserver: 4171, iis: 4171, aspnet: 4171 });
  await world.rebake();
  await world.clock.waitUntil(new Date('2025-10-14T18:00:00Z'));
  Object.assign(world.shown, { servercore: 4294, nanoserver: 4294, aspnet: 4294 });
  world.policy = { late: 'stop' };
  await world.rebake();
  return world;
}

const subjects = (world: RebakeWorld) => world.notified.map(({ subject }) => subject);
const NEEDS = 'Winbake 2022-core: needs an operator';
const FAILURE = 'Winbake 2022-core: a bake failed';

test('a bake that failed twice is reported once, with its step and the way to its log', async () => {
  const world = await afterTwoFailures();
  expect(subjects(world)).toEqual([FAILURE]);
  expect(world.notified[0]!.text).toContain('the disk is full. (ApplyBuildComponents) ');
  expect(world.notified[0]!.text).toContain(
    '\nLog: https://us-east-1.console.aws.amazon.com/cloudwatch/home',
  );
  expect(world.events).toEqual([
    {
      type: 'Winbake Bake Failed',
      detail: expect.objectContaining({ pipeline: '2022-core', orderId: world.starts[1] }) as object,
    },
  ]);
});

test('a try that is followed by another is no news', async () => {
  const world = new RebakeWorld(QUIET);
  world.plans.push(FAILED);
  await world.rebake();
  expect([world.notified, world.events]).toEqual([[], []]);
});

test('looks that find the same are reported once, and a publication ends it all', async () => {
  const world = await afterTwoFailures();
  await world.rebake();
  await world.rebake();
  expect(subjects(world)).toEqual([FAILURE, NEEDS]);
  await world.rebake({ force: true });
  expect(world.latest).toBe('20348.4294-1');
  expect(subjects(world).slice(2)).toEqual([
    'Winbake 2022-core: no operator is needed any more',
    'Winbake 2022-core: a bake was published again',
  ]);
  expect(world.json('notices.json')).toMatchObject({ notices: {} });
});

test('a late image is reported once; a decision for a bake ends it', async () => {
  const world = await afterLateImage();
  await world.rebake();
  expect(subjects(world)).toEqual([NEEDS]);
  expect(world.notified[0]!.text).toContain('iis did not arrive until');
  expect(world.events).toMatchObject([{ type: 'Winbake Needs Operator', detail: { pipeline: '2022-core' } }]);
  world.shown.iis = 4294;
  await world.rebake();
  expect(subjects(world)).toEqual([NEEDS, 'Winbake 2022-core: no operator is needed any more']);
});

test('what another execution holds heals nothing', async () => {
  const world = await afterLateImage();
  const lease = world.json('bakes/lease.json') as object;
  const holder = world.begin();
  world.documents.texts.set('bakes/lease.json', JSON.stringify({ ...lease, execution: holder }));
  world.shown.iis = 4294;
  expect(await world.rebake()).toMatchObject({
    output: { reason: 'Another rebake of this pipeline is under way.' },
  });
  expect(subjects(world)).toEqual([NEEDS]);
});

test('a rebake that fails before any order is reported, until the gate decides again', async () => {
  const world = new RebakeWorld(QUIET);
  world.trouble = (state) => (state === 'Decide' ? 'Sandbox.Timedout' : undefined);
  await world.rebake();
  await world.rebake();
  expect(subjects(world)).toEqual([FAILURE]);
  world.trouble = () => undefined;
  await world.rebake();
  expect(subjects(world)).toEqual([FAILURE, 'Winbake 2022-core: decides again']);
});
