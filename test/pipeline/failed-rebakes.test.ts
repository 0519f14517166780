import { RebakeWorld, wayOf, type BuildPlan } from '../support/rebake-world';

const QUIET = '2025-10-20T00:00:00Z';

/** What Image Builder says of a failed component, whatever failed in it. */
const WRAPPER =
  "Workflow Execution ID: 'wf-0123' failed with reason: Document " +
  'arn:aws:imagebuilder:us-east-1:123456789012:component/winbake-2022-core-cache-images/1.0.0/1 failed!';

function failureOf(changes: object = {}) {
  return {
    schema: 'winbake.failure/1',
    code: 'NO_SPACE',
    step: 'Save-Image',
    message: 'Drive C: is full.',
    at: '2025-10-20T01:00:00.000Z',
    ...changes,
  };
}

test.each<[string, Partial<BuildPlan>, string, string | null]>([
  [
    'a failure document of the build instance',
    { failure: failureOf() },
    'ended as FAILED: Save-Image: Drive C: is full. (NO_SPACE, on the build instance i-build-2)',
    'NO_SPACE',
  ],
  [
    'a failure document of the test instance',
    { failure: failureOf({ code: 'VERIFICATION_FAILED', step: 'Test-Image', message: 'No.' }), inTest: true },
    'ended as FAILED: Test-Image: No. (VERIFICATION_FAILED, on the test instance i-test-2)',
    'VERIFICATION_FAILED',
  ],
  [
    'no failure document',
    {},
    `ended as FAILED: ${WRAPPER} (ApplyBuildComponents) The build instance i-build-2 left no failure document, so no step ` +
      'of Winbake failed there, or it could not report: look in the log for a component of your own or of Image Builder.',
    null,
  ],
  [
    'a damaged failure document',
    { failure: '{"schema": "winbake.fail' },
    `ended as FAILED: ${WRAPPER} (ApplyBuildComponents) The build instance i-build-2 may have left a failure document, which ` +
      'could not be read: failures/AROA:i-build-2.json is damaged: it is not JSON.',
    null,
  ],
  [
    'a failure document with a code that is none',
    { failure: failureOf({ code: 'a disk' }) },
    'could not be read: failures/AROA:i-build-2.json is damaged: code is no code such as NO_SPACE.',
    null,
  ],
  [
    'a host behind its target of an ordinary release',
    { failure: behind('10.0.20348.4171', 4294) },
    'ended as FAILED: Select-ImageSet: It is behind. (HOST_BEHIND_TARGET, on the build instance i-build-2)',
    'HOST_BEHIND_TARGET',
  ],
])('%s: tried once more, then a person is asked, who reads the cause', async (_name, plan, cause, code) => {
  const world = new RebakeWorld(QUIET);
  const failed = { status: 'FAILED', reason: WRAPPER, minutes: 50, ...plan };
  world.plans.push(failed, failed);
  const result = await world.rebake();
  expect(wayOf(result)).toMatch(
    /EvaluateFailure (?:WaitForImages .*)?StartBake .*EvaluateFailure BakeFailed$/,
  );
  expect(world.starts).toHaveLength(2);
  expect(result).toMatchObject({ status: 'FAILED', error: 'BakeFailed' });
  expect(result.cause).toContain(cause);
  expect(result.cause).toContain('\nLog: https://us-east-1.console.aws.amazon.com/cloudwatch/home');
  expect(world.notified.map(({ text }) => text)).toEqual([expect.stringContaining(cause)]);
  expect(world.events).toEqual([
    { type: 'Winbake Bake Failed', detail: expect.objectContaining({ cause: result.cause, code }) },
  ]);
  expect(wayOf(await world.rebake())).toBe('Decide NeedsOperator');
});

test.each<[string, (world: RebakeWorld) => void, string]>([
  [
    'documents that may not be read',
    (world) => {
      const read = world.documents.read.bind(world.documents);
      world.documents.read = (key) =>
        key.startsWith('failures/') ? Promise.reject(new Error('AccessDenied: not yours')) : read(key);
    },
    'The build instance i-build-2 may have left a failure document, which could not be read: AccessDenied: not yours',
  ],
  [
    'instances that nobody names',
    (world) => {
      world.launchedInstances = () => Promise.resolve({ build: undefined, test: undefined });
    },
    'Image Builder names no instance of it that came up.',
  ],
  [
    'an Image Builder that does not answer',
    (world) => {
      world.launchedInstances = () => Promise.reject(new Error('ThrottlingException: later'));
    },
    'The instance may have left a failure document, which could not be read: ThrottlingException: later',
  ],
])('%s hide no failure', async (_name, spoil, sentence) => {
  const world = new RebakeWorld(QUIET);
  spoil(world);
  const failed = { status: 'FAILED', reason: WRAPPER, minutes: 50, failure: failureOf() };
  world.plans.push(failed, failed);
  const { cause } = await world.rebake();
  expect(cause).toContain(`ended as FAILED: ${WRAPPER} (ApplyBuildComponents) ${sentence}\nLog: `);
});

function behind(osVersion: string, targetRevision: number) {
  return failureOf({
    code: 'HOST_BEHIND_TARGET',
    step: 'Select-ImageSet',
    message: 'It is behind.',
    osVersion,
    targetRevision,
  });
}

/** A world in which 4294 is published, and 4297 came out ten days after Patch Tuesday. */
async function outOfBandWorld(): Promise<RebakeWorld> {
  const world = new RebakeWorld('2025-10-07T00:00:00Z');
  Object.assign(world.shown, { servercore: 4171, nanoserver: 4171, iis: 4171, aspnet: 4171 });
  await world.rebake();
  await world.clock.waitUntil(new Date('2025-10-14T18:00:00Z'));
  Object.assign(world.shown, { servercore: 4294, nanoserver: 4294, iis: 4294, aspnet: 4294 });
  await world.rebake();
  expect(world.latest).toBe('20348.4294-1');
  await world.clock.waitUntil(new Date('2025-10-24T20:00:00Z'));
  Object.assign(world.shown, { servercore: 4297, nanoserver: 4297, iis: 4297, aspnet: 4297 });
  return world;
}

test('an out-of-band release that the host is not offered ends as nothing, by the code of the document', async () => {
  const world = await outOfBandWorld();
  const failure = behind('10.0.20348.4294', 4297);
  world.plans.push({ status: 'FAILED', reason: WRAPPER, minutes: 50, failure });
  const result = await world.rebake();
  expect(result.history.at(-1)?.state).toBe('NothingToDo');
  expect(result.output).toMatchObject({
    decision: 'nothing',
    code: 'HOST_BEHIND_TARGET',
    reason:
      'Hosts are not offered the out-of-band release 10.0.20348.4297: the last one reached 10.0.20348.4294.',
  });
  expect(world.notified).toEqual([]);
});

test.each([
  ['another code', { ...behind('10.0.20348.4294', 4297), code: 'STEP_FAILED' }],
  ['a host of another build', behind('10.0.17763.4294', 4297)],
  ['a host that is not behind', behind('10.0.20348.4297', 4297)],
  ['no version', { ...behind('', 4297), osVersion: undefined }],
  ['the sentence alone', failureOf({ message: 'HOST_BEHIND_TARGET: the host is at 10.0.20348.4294.' })],
])('a failure with %s is one, out of band too', async (_name, failure) => {
  const world = await outOfBandWorld();
  const failed = { status: 'FAILED', reason: WRAPPER, minutes: 50, failure };
  world.plans.push(failed, failed);
  expect(await world.rebake()).toMatchObject({ status: 'FAILED', error: 'BakeFailed' });
});

/** What EC2 says of an instance profile that was made a minute ago. */
const TOO_NEW =
  'Value (Platform-Profile) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name';

function neverLaunched(world: RebakeWorld, message = TOO_NEW, step = 'LaunchBuildInstance') {
  world.failedStep = () => Promise.resolve({ step, stage: 'BUILD', message });
  world.launchedInstances = () => Promise.resolve({ build: undefined, test: undefined });
  return { status: 'FAILED', reason: "Workflow Execution ID: 'wf-0123' failed.", minutes: 3 };
}

function attempts(world: RebakeWorld): readonly unknown[] {
  return world.starts.map((id) => (world.json(`bakes/${id}.json`) as { readonly attempt: number }).attempt);
}

test.each([
  TOO_NEW,
  'Invalid IAM Instance Profile ARN',
  'IAM Instance Profile "arn:aws:iam::123456789012:instance-profile/Platform-Profile" has no associated IAM Roles',
])(
  'a launch with a profile that is too new costs no attempt and is tried again within minutes: %s',
  async (text) => {
    const world = new RebakeWorld(QUIET);
    const failed = neverLaunched(world, text);
    world.plans.push(failed, failed);
    const before = world.clock.now().getTime();
    const result = await world.rebake();
    expect(result.status).toBe('SUCCEEDED');
    expect(world.notified).toEqual([]);
    expect(attempts(world)).toEqual([1, 1, 1]);
    // Both waits and the good bake.
    expect(world.clock.now().getTime() - before).toBeLessThan(2 * 3_600_000);
  },
);

test('a profile that stays unknown is tried again twice for nothing, and then as any failure', async () => {
  const world = new RebakeWorld(QUIET);
  const failed = neverLaunched(world);
  world.plans.push(failed, failed, failed, failed, failed);
  const result = await world.rebake();
  expect(result).toMatchObject({ status: 'FAILED', error: 'BakeFailed' });
  expect(result.cause).toContain(TOO_NEW);
  expect(attempts(world)).toEqual([1, 1, 1, 2]);
  expect(world.notified).toHaveLength(1);
  expect(wayOf(await world.rebake())).toBe('Decide NeedsOperator');
});

test.each([
  ['another launch that failed', 'We currently do not have sufficient m5.2xlarge capacity.', undefined],
  ['the words in another step', TOO_NEW, 'ApplyBuildComponents'],
])('%s is an attempt', async (_name, message, step) => {
  const world = new RebakeWorld(QUIET);
  const failed = neverLaunched(world, message, step);
  world.plans.push(failed, failed);
  await world.rebake();
  expect(attempts(world)).toEqual([1, 2]);
});

/** What Image Builder says where nothing says more, and where the component of the updates was under way. */
const SILENT = "Workflow Execution ID: 'wf-0123' failed.";
const IN_UPDATE = WRAPPER.replace('cache-images', 'update-0a1b2c3d');

test.each([SILENT, IN_UPDATE])(
  'a build that ends without reporting why costs no attempt, twice for an order: %s',
  async (reason) => {
    const world = new RebakeWorld(QUIET);
    const silent = { status: 'FAILED', reason, minutes: 50 };
    world.plans.push(silent, silent);
    expect((await world.rebake()).status).toBe('SUCCEEDED');
    expect(world.notified).toEqual([]);
    expect(attempts(world)).toEqual([1, 1, 1]);

    const never = new RebakeWorld(QUIET);
    never.plans.push(silent, silent, silent, silent, silent);
    expect(await never.rebake()).toMatchObject({ status: 'FAILED', error: 'BakeFailed' });
    expect(attempts(never)).toEqual([1, 1, 1, 2]);
    expect(never.notified).toHaveLength(1);
  },
);

test.each<[string, Partial<BuildPlan>, (world: RebakeWorld) => void]>([
  ['a failure document', { failure: failureOf({ code: 'STEP_NOT_ENDED' }) }, () => undefined],
  ['the document of another component', { reason: WRAPPER }, () => undefined],
  [
    "a user's component of that name",
    { reason: WRAPPER.replace('winbake-2022-core-cache-images', 'winbake-2022-core-own-my-update') },
    () => undefined,
  ],
  [
    'a message of the step',
    {},
    (world) => {
      world.failedStep = () =>
        Promise.resolve({ step: 'ApplyBuildComponents', stage: 'BUILD', message: 'It timed out.' });
    },
  ],
  [
    'another step',
    {},
    (world) => {
      world.failedStep = () => Promise.resolve({ step: 'RunSysPrepScript', stage: 'BUILD', message: '' });
    },
  ],
  [
    'no instance that came up',
    {},
    (world) => {
      world.launchedInstances = () => Promise.resolve({ build: undefined, test: undefined });
    },
  ],
])('a build that ends with %s is an attempt', async (_name, plan, spoil) => {
  const world = new RebakeWorld(QUIET);
  spoil(world);
  const failed = { status: 'FAILED', reason: SILENT, minutes: 50, ...plan };
  world.plans.push(failed, failed);
  await world.rebake();
  expect(attempts(world)).toEqual([1, 2]);
});

test('an Image Builder that does not find the profile yet has refused nothing', async () => {
  const world = new RebakeWorld(QUIET);
  let refusals = 1;
  world.trouble = (state) =>
    state === 'StartBake' && refusals-- > 0 ? 'Imagebuilder.InvalidParameterValueException' : undefined;
  world.troubleMessage =
    'The provided instance profile does not exist. Please specify a different instance profile.';
  expect((await world.rebake()).status).toBe('SUCCEEDED');
  expect(world.notified).toEqual([]);
  expect(attempts(world)).toEqual([1]);
});

describe('a build that fails once its AMI was made', () => {
  const failed = { status: 'FAILED', reason: WRAPPER, minutes: 60, inTest: true };

  test('is tested once more, and published without another build', async () => {
    const world = new RebakeWorld(QUIET);
    world.plans.push(failed);
    world.retries.push({ status: 'AVAILABLE', minutes: 15 });
    const result = await world.rebake();
    expect(result).toMatchObject({ status: 'SUCCEEDED' });
    expect(wayOf(result)).toContain('EvaluateFailure RetryImage WaitForRetry GetImage');
    expect(world.starts).toHaveLength(1);
    expect(world.latest).toBe('20348.4294-1');
    expect(world.notified).toEqual([]);
  });

  test('is tested once more and no more', async () => {
    const world = new RebakeWorld(QUIET);
    world.plans.push(failed);
    expect(await world.rebake()).toMatchObject({ status: 'SUCCEEDED' });
    expect(world.calls.filter((state) => state === 'RetryImage')).toHaveLength(1);
    expect(world.starts).toHaveLength(2);
  });

  test('and whose test Image Builder does not try again is a failure with its own cause', async () => {
    const world = new RebakeWorld(QUIET);
    world.plans.push(failed, failed);
    world.trouble = (state) => (state === 'RetryImage' ? 'Imagebuilder.InvalidRequestException' : undefined);
    const result = await world.rebake();
    expect(result).toMatchObject({
      status: 'FAILED',
      error: 'BakeFailed',
      cause: expect.stringContaining(`ended as FAILED: ${WRAPPER} (ApplyTestComponents)`),
    });
    expect(world.starts).toHaveLength(2);
  });

  test('is not tested again where a person cancelled it', async () => {
    const world = new RebakeWorld(QUIET);
    world.plans.push({ ...failed, status: 'CANCELLED' });
    await world.rebake();
    expect(world.calls).not.toContain('RetryImage');
  });
});

describe('a bake that failed because of a service outside', () => {
  const failing = (code: string): BuildPlan => ({
    ...{ status: 'FAILED', reason: WRAPPER, minutes: 50 },
    failure: failureOf({ code, message: 'It does not answer.' }),
  });
  const TRIED_AGAIN = 'Winbake 2022-core: a bake failed, and is tried again by itself';

  test.each(['PULL_FAILED', 'UPDATE_FAILED'])(
    '%s: tried until it is published, with one message and its end, and nobody needed',
    async (code) => {
      const world = new RebakeWorld(QUIET);
      world.plans.push(...Array.from({ length: 4 }, () => failing(code)));
      expect(await world.rebake()).toMatchObject({ status: 'SUCCEEDED' });
      expect(world.latest).toBe('20348.4294-1');
      expect(world.starts).toHaveLength(5);
      expect(world.notified.map(({ subject }) => subject)).toEqual([
        TRIED_AGAIN,
        'Winbake 2022-core: a bake was published again',
      ]);
      expect(world.notified[0]!.text).toContain(`It does not answer. (${code}, on the build instance`);
      expect(world.events).toEqual([]);
    },
  );

  test.each(['WRONG_IMAGE', 'PULL_REFUSED', 'NO_SPACE', 'DOCKER_UNUSABLE'])(
    '%s is no outage: it is tried once more, and a person is asked',
    async (code) => {
      const world = new RebakeWorld(QUIET);
      world.plans.push(...Array.from({ length: 9 }, () => failing(code)));
      expect(await world.rebake()).toMatchObject({ status: 'FAILED', error: 'BakeFailed' });
      expect(world.starts).toHaveLength(2);
      expect(world.notified.map(({ subject }) => subject)).toEqual(['Winbake 2022-core: a bake failed']);
    },
  );

  test('six starts within a day, then a person is asked', async () => {
    const world = new RebakeWorld(QUIET);
    world.plans.push(...Array.from({ length: 9 }, () => failing('PULL_FAILED')));
    const result = await world.rebake();
    expect(result).toMatchObject({ status: 'FAILED', error: 'BakeFailed' });
    expect(world.starts).toHaveLength(6);
    const hours = (world.clock.now().getTime() - Date.parse(QUIET)) / 3_600_000;
    expect(hours).toBeLessThan(24);
    expect(world.notified.map(({ subject }) => subject)).toEqual([
      TRIED_AGAIN,
      'Winbake 2022-core: a bake failed',
    ]);
    expect(wayOf(await world.rebake())).toBe('Decide NeedsOperator');
    expect(world.starts).toHaveLength(6);
  });

  test('one in between costs a failure of its own no try', async () => {
    const world = new RebakeWorld(QUIET);
    const own = { ...failing('NO_SPACE'), failure: failureOf() };
    world.plans.push(failing('PULL_FAILED'), own, failing('PULL_FAILED'), own, own);
    expect(await world.rebake()).toMatchObject({ status: 'FAILED', error: 'BakeFailed' });
    expect(world.starts).toHaveLength(4);
  });
});
