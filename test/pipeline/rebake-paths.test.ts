import { planAccept } from '../../lib/core/operate/operate';
import { parseRelease } from '../../lib/contract/values/release';
import { publicationAt } from '../support/pipeline-description';
import { RebakeWorld, wayOf } from '../support/rebake-world';

const QUIET = '2025-10-20T00:00:00Z';
const LEASE = 'bakes/lease.json';
const BAKE = 'Decide StartBake NoteStart GetImage WaitForImage GetImage';

test('success: one order, one build, one publication', async () => {
  const world = new RebakeWorld(QUIET);
  const result = await world.rebake();
  expect(wayOf(result)).toBe(`${BAKE} Publish NotePublication Published`);
  expect(result).toMatchObject({
    status: 'SUCCEEDED',
    output: { publication: '20348.4294-1', mode: 'exact' },
  });
  expect(world.latest).toBe('20348.4294-1');
  expect(world.starts).toHaveLength(1);
  expect(world.json(LEASE)).toMatchObject({ order: { id: world.starts[0], ended: 'published' } });
  expect(world.measured).toEqual([
    { name: 'BakeDuration', unit: 'Seconds', value: expect.any(Number) as number },
  ]);
});

test('a second rebake has nothing to do', async () => {
  const world = new RebakeWorld(QUIET);
  await world.rebake();
  const again = await world.rebake();
  expect(wayOf(again)).toBe('Decide NothingToDo');
  expect(again.output).toMatchObject({ reason: '10.0.20348.4294 is baked already.' });
});

test('wait, then success; the history of a whole longest wait is small', async () => {
  const world = new RebakeWorld('2025-10-07T00:00:00Z');
  Object.assign(world.shown, { servercore: 4171, nanoserver: 4171, iis: 4171, aspnet: 4171 });
  await world.rebake();
  await world.clock.waitUntil(new Date('2025-10-14T17:30:00Z'));
  Object.assign(world.shown, { servercore: 4294, nanoserver: 4294, aspnet: 4294 });
  const begun = world.clock.now().getTime();
  world.trouble = () => {
    if (world.clock.now().getTime() - begun > 30 * 3600_000) {
      world.shown.iis = 4294;
    }
    return undefined;
  };
  const result = await world.rebake();
  expect(wayOf(result)).toBe(`Decide WaitForImages ${BAKE} Publish NotePublication Published`);
  expect(world.latest).toBe('20348.4294-1');
  // A state has 2 events, and a task 3 more; 25,000 is what Step Functions allows.
  const tasks = ['Decide', 'GetImage', 'StartBake', 'NoteStart', 'Publish', 'NotePublication'];
  const events = result.history.map(({ state }) => (tasks.includes(state) ? 5 : 2));
  expect(events.reduce<number>((sum, count) => sum + count, 2)).toBeLessThan(2500);
});

test.each([
  ['usePrevious' as const, 'Published', '20348.4294-1'],
  ['stop' as const, 'NeedsOperator', '20348.4171-1'],
])('where the time is up, %s ends as %s', async (late, end, latest) => {
  const world = new RebakeWorld('2025-10-07T00:00:00Z');
  Object.assign(world.shown, { servercore: 4171, nanoserver: 4171, iis: 4171, aspnet: 4171 });
  await world.rebake();
  await world.clock.waitUntil(new Date('2025-10-14T18:00:00Z'));
  Object.assign(world.shown, { servercore: 4294, nanoserver: 4294, aspnet: 4294 });
  world.policy = { late };
  const result = await world.rebake();
  expect(result.history.at(-1)?.state).toBe(end);
  expect(world.latest).toBe(latest);
});

test('a hold keeps the promotion, not the bake', async () => {
  const world = new RebakeWorld(QUIET);
  const override = { by: 'ann', reason: 'fair', at: '2025-10-19T00:00:00Z', until: '2025-11-01T00:00:00Z' };
  world.parameters.values.set('/winbake/2022-core/hold', JSON.stringify(override));
  await world.rebake();
  expect(world.latest).toBe('20348.4294-1');
  expect(world.parameters.values.get('/winbake/2022-core/current/publication')).toBeUndefined();
});

test('a bake that fails once and then ends well is published', async () => {
  const world = new RebakeWorld(QUIET);
  world.plans.push({ status: 'FAILED', reason: 'a service failed.', minutes: 90 });
  const result = await world.rebake();
  expect(result.history.at(-1)?.state).toBe('Published');
  expect(world.starts).toHaveLength(2);
});

test('a cancelled build ends clearly, and is not tried again by itself, but by force', async () => {
  const world = new RebakeWorld(QUIET);
  world.plans.push({ status: 'CANCELLED', minutes: 10 });
  expect((await world.rebake()).history.at(-1)?.state).toBe('Cancelled');
  const again = await world.rebake();
  expect(wayOf(again)).toBe('Decide NothingToDo');
  expect(again.output).toMatchObject({ reason: expect.stringContaining('was cancelled') as string });
  expect((await world.rebake({ force: true })).history.at(-1)?.state).toBe('Published');
});

test('a build that does not end is cancelled once all limits of Image Builder are over', async () => {
  const world = new RebakeWorld(QUIET);
  const never = { status: 'AVAILABLE', minutes: 60 * 24 * 365 };
  world.plans.push(never, never);
  const result = await world.rebake();
  expect(world.calls.filter((state) => state === 'CancelBake')).toHaveLength(2);
  expect(result.cause).toContain('ended as TIMED_OUT');
});

test('a start that Image Builder refuses is not made again, and a person is asked in its words', async () => {
  const world = new RebakeWorld(QUIET);
  world.trouble = (state) => (state === 'StartBake' ? 'Imagebuilder.InvalidRequestException' : undefined);
  const result = await world.rebake();
  expect(wayOf(result)).toBe('Decide StartBake EvaluateFailure BakeFailed');
  expect(world.calls.filter((state) => state === 'StartBake')).toHaveLength(1);
  expect(world.clock.now()).toEqual(new Date(QUIET));
  const order = (world.json(LEASE) as { order: { id: string; ended: string } }).order;
  expect(order.ended).toBe('refused');
  expect(result.cause).toBe(
    `The bake ${order.id} was not started, Image Builder refused it (Imagebuilder.InvalidRequestException): ` +
      'Imagebuilder.InvalidRequestException of StartBake',
  );
  expect(world.notified).toHaveLength(1);
  expect(world.notified[0]!.text).toContain(
    'Image Builder refuses to start the bake of 10.0.20348.4294, and would again: deploy a pipeline that it takes',
  );

  await world.clock.waitUntil(new Date('2025-10-21T00:00:00Z'));
  expect(wayOf(await world.rebake())).toBe('Decide NeedsOperator');
  expect(world.calls.filter((state) => state === 'StartBake')).toHaveLength(1);

  world.trouble = () => undefined;
  expect((await world.rebake({ force: true })).history.at(-1)?.state).toBe('Published');
  expect(world.json(`bakes/${world.starts[0]!}.json`)).toMatchObject({ attempt: 1 });
});

test.each([
  'Imagebuilder.ResourceInUseException',
  'Imagebuilder.CallRateLimitExceededException',
  'Imagebuilder.ForbiddenException',
])('a start that is refused for a while (%s) is made again', async (error) => {
  const world = new RebakeWorld(QUIET);
  let left = 3;
  world.trouble = (state) => (state === 'StartBake' && (left -= 1) >= 0 ? error : undefined);
  expect((await world.rebake()).history.at(-1)?.state).toBe('Published');
});

test('a trigger beside a rebake that runs ends at once', async () => {
  const world = new RebakeWorld(QUIET);
  const first = world.begin();
  await world.answer({ ...decideTask(world, first), stateName: 'Decide' });
  const second = await world.rebake();
  expect(wayOf(second)).toBe('Decide NothingToDo');
  expect(second.output).toMatchObject({ reason: 'Another rebake of this pipeline is under way.' });
  expect(world.starts).toEqual([]);
});

test('what an execution that died had started is followed, not started again', async () => {
  const world = new RebakeWorld(QUIET);
  world.trouble = (state) => (state === 'GetImage' ? 'States.Runtime' : undefined);
  expect(await world.rebake()).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  world.trouble = () => undefined;
  expect(wayOf(await world.rebake())).toBe(
    'Decide GetImage WaitForImage GetImage Publish NotePublication Published',
  );
  expect(world.starts).toHaveLength(1);
});

test('an execution that died before its build was noted starts it with the same token', async () => {
  const world = new RebakeWorld(QUIET);
  world.trouble = (state) => (state === 'NoteStart' ? 'States.Runtime' : undefined);
  await world.rebake();
  world.trouble = () => undefined;
  expect((await world.rebake()).history.at(-1)?.state).toBe('Published');
  expect(world.starts).toHaveLength(1);
});

test.each(['Decide', 'StartBake', 'NoteStart', 'GetImage', 'Publish', 'NotePublication'])(
  'throttling of %s is borne',
  async (throttled) => {
    const world = new RebakeWorld(QUIET);
    let left = 6;
    world.trouble = (state) => (state === throttled && (left -= 1) >= 0 ? 'ThrottlingException' : undefined);
    expect((await world.rebake()).history.at(-1)?.state).toBe('Published');
    expect(world.starts).toHaveLength(1);
  },
);

test.each(['Decide', 'StartBake', 'GetImage', 'Publish', 'NotePublication'])(
  'a service behind %s that fails for long fails the rebake with its words, and the next one makes it good',
  async (broken) => {
    const world = new RebakeWorld(QUIET);
    world.trouble = (state) => (state === broken ? 'ServiceException' : undefined);
    const result = await world.rebake();
    expect(result).toMatchObject({ status: 'FAILED' });
    expect(result.cause).toContain(`ServiceException of ${broken}`);
    world.trouble = () => undefined;
    await world.clock.waitUntil(new Date(world.clock.now().getTime() + 4 * 3600_000));
    await world.rebake({ trigger: 'poll', force: broken === 'StartBake' });
    expect(world.latest).toBe('20348.4294-1');
    expect(world.starts).toHaveLength(1);
  },
);

test('a publication that crashes after each of its writes ends in the same state as without the crash', async () => {
  const clean = new RebakeWorld(QUIET);
  await clean.rebake();
  const wanted = [...clean.parameters.values].sort();
  for (let writes = 0; writes < 20; writes += 1) {
    const world = new RebakeWorld(QUIET);
    const put = world.parameters.put.bind(world.parameters);
    let left = writes;
    world.parameters.put = (name, value, type) => {
      left -= 1;
      return left === -1 ? Promise.reject(new Error('crash')) : put(name, value, type);
    };
    expect((await world.rebake()).history.at(-1)?.state).toBe('Published');
    const values = [...world.parameters.values].sort();
    expect(values.map(([name]) => name)).toEqual(wanted.map(([name]) => name));
    expect(world.latest).toBe('20348.4294-1');
  }
});

test('a person ends a wait, and gets the newest accepted set', async () => {
  const world = new RebakeWorld('2025-10-07T00:00:00Z');
  Object.assign(world.shown, { servercore: 4171, nanoserver: 4171, iis: 4171, aspnet: 4171 });
  await world.rebake();
  await world.clock.waitUntil(new Date('2025-10-14T18:00:00Z'));
  world.shown.servercore = 4294;
  const waiting = world.begin();
  await world.answer({ ...decideTask(world, waiting), stateName: 'Decide' });
  expect(world.answers.at(-1)).toMatchObject({ decision: 'wait' });
  const forced = await world.rebake({ force: true, by: 'ann', reason: 'now', kb: 'KB5066782' });
  expect(forced.history.at(-1)?.state).toBe('Published');
  expect(world.json(`bakes/${world.starts.at(-1)!}.json`)).toMatchObject({
    targetRevision: 4171,
    kb: 'KB5066782',
  });
});

test('in a window without bakes a bake that is due waits', async () => {
  const world = new RebakeWorld('2025-10-20T07:00:00Z');
  const window = { days: ['MON' as const], startHour: 6, endHour: 9, timeZone: 'UTC' };
  world.policy = { noBakeWindows: [window] };
  const result = await world.rebake();
  const start = result.history.find(({ state }) => state === 'StartBake');
  expect(start?.enteredAt).toEqual(new Date('2025-10-20T09:00:00Z'));
});

function decideTask(world: RebakeWorld, executionArn: string) {
  const machine = world.definition as { States: { Decide: { Parameters: { FunctionName: string } } } };
  const { FunctionName } = machine.States.Decide.Parameters;
  return {
    resource: 'arn:aws:states:::lambda:invoke',
    parameters: { FunctionName, Payload: { step: 'decide', executionArn, input: {} } },
  };
}

describe('a finished bake whose host is below what stands', () => {
  const finding = 'HOST_BELOW_LATEST 10.0.20348.4294 10.0.20348.4350';
  const HOUR = 3_600_000;

  /** A rebake whose finished image a person must let through. */
  async function waiting() {
    const world = new RebakeWorld(QUIET);
    const published = publicationAt(4350, '2025-10-01T00:00:00.000Z');
    world.parameters.values.set('/winbake/2022-core/latest/publication', JSON.stringify(published));
    const result = await world.rebake();
    expect(wayOf(result)).toBe(`${BAKE} Publish EvaluateFailure BakeFailed`);
    expect(result.cause).toContain(`accept it with winbake pipeline accept NAME "${finding}"`);
    expect(world.latest).toBe('20348.4350-1');
    return world;
  }

  const accept = async (world: RebakeWorld) => {
    const person = { finding, by: 'ops', reason: 'the update was withdrawn' };
    const plan = await planAccept(world.documents, parseRelease('2022'), person, world.clock.now());
    expect(plan.reasons).toContain('The next rebake publishes the finished image that waits for it.');
    await plan.apply();
  };

  test('is not baked again while nobody has accepted it', async () => {
    const world = await waiting();
    await world.clock.waitUntil(new Date(Date.parse(QUIET) + 26 * HOUR));
    const again = await world.rebake();
    expect(wayOf(again)).toBe('Decide NeedsOperator');
    expect(again.output).toMatchObject({
      reason: `The image of 10.0.20348.4294 is finished and waits to be published until an operator accepts "${finding}".`,
    });
    expect(world.starts).toHaveLength(1);
  });

  test.each([{ trigger: 'schedule' }, { trigger: 'by hand', force: true }])(
    'is published without another bake once a person has: %j',
    async (input) => {
      const world = await waiting();
      await accept(world);
      await world.clock.waitUntil(new Date(Date.parse(QUIET) + 26 * HOUR));
      const result = await world.rebake(input);
      expect(wayOf(result)).toBe('Decide GetImage Publish NotePublication Published');
      expect(world.latest).toBe('20348.4294-1');
      expect(world.starts).toHaveLength(1);
      expect(world.json(LEASE)).toMatchObject({ order: { id: world.starts[0], ended: 'published' } });
      expect(wayOf(await world.rebake())).toBe('Decide NothingToDo');
    },
  );

  test('is published by the same rebake where a person accepts it before that has ended', async () => {
    const world = new RebakeWorld(QUIET);
    const published = publicationAt(4350, '2025-10-01T00:00:00.000Z');
    world.parameters.values.set('/winbake/2022-core/latest/publication', JSON.stringify(published));
    world.trouble = (state) => {
      if (state === 'EvaluateFailure') {
        const key = 'catalog/2022.json';
        const accepted = [{ finding, by: 'ops', at: world.clock.now().toISOString() }];
        world.documents.texts.set(key, JSON.stringify({ ...(world.json(key) as object), accepted }));
      }
      return undefined;
    };
    const result = await world.rebake();
    expect(wayOf(result)).toBe(`${BAKE} Publish EvaluateFailure GetImage Publish NotePublication Published`);
    expect(world.starts).toHaveLength(1);
  });

  test('is left behind by a newer set, which is baked and published', async () => {
    const world = await waiting();
    Object.assign(world.shown, { servercore: 4400, nanoserver: 4400, iis: 4400, aspnet: 4400 });
    const result = await world.rebake();
    expect(wayOf(result)).toBe(`${BAKE} Publish NotePublication Published`);
    await accept(world);
    expect(wayOf(await world.rebake())).toBe('Decide NothingToDo');
    expect(world.latest).toBe('20348.4400-1');
  });

  test('is baked anew where it was accepted too late, and then published', async () => {
    const world = await waiting();
    await world.clock.waitUntil(new Date(Date.parse(QUIET) + 8 * 24 * HOUR));
    await accept(world);
    const result = await world.rebake();
    expect(wayOf(result)).toBe(`${BAKE} Publish NotePublication Published`);
    expect(world.starts).toHaveLength(2);
    expect(world.latest).toBe('20348.4294-1');
  });

  test('is taken up once, whatever becomes of it: evidence that is refused then is baked anew', async () => {
    const world = await waiting();
    await accept(world);
    const key = 'manifests/AROA:i-build-1.json';
    world.documents.texts.set(key, world.documents.texts.get(key)!.replace('_CORE', '_FULL'));
    const result = await world.rebake();
    expect(wayOf(result)).toBe(
      'Decide GetImage Publish EvaluateFailure WaitForImages ' + `${BAKE} Publish NotePublication Published`,
    );
    expect(world.starts).toHaveLength(2);
  });
});
