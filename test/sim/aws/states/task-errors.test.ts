import { WinbakeError } from '../../../../lib/contract/values/errors';
import type { StateEvent } from '../../../../sim/aws/states/execution';
import { failing, FUNCTION, named, runOne, runStates } from './run-states';
import { VirtualClock } from './virtual-clock';

const TASK = { Type: 'Task', Resource: FUNCTION };

interface Retry {
  readonly MaxAttempts?: number;
  readonly [field: string]: unknown;
}

async function delaysOf(retry: Retry, random?: () => number): Promise<readonly number[]> {
  const clock = new VirtualClock();
  const began = clock.now().getTime();
  const tasks = failing(...Array<string>(20).fill('Busy'));
  await runOne(
    { ...TASK, Retry: [{ ErrorEquals: ['Busy'], ...retry }] },
    {},
    { clock, tasks, ...(random && { random }) },
  );
  const instants = [began, ...clock.waitedFor.map((instant) => Date.parse(instant))];
  return instants.slice(1).map((instant, index) => (instant - instants[index]!) / 1000);
}

test.each<[string, Retry, readonly number[]]>([
  ['the defaults', {}, [1, 2, 4]],
  ['a backoff', { IntervalSeconds: 3, BackoffRate: 1.5, MaxAttempts: 2 }, [3, 4.5]],
  ['no backoff', { IntervalSeconds: 15, BackoffRate: 1, MaxAttempts: 4 }, [15, 15, 15, 15]],
  ['a greatest delay', { IntervalSeconds: 3, MaxAttempts: 3, MaxDelaySeconds: 4 }, [3, 4, 4]],
  ['no attempts', { MaxAttempts: 0 }, []],
  ['no jitter', { JitterStrategy: 'NONE', MaxAttempts: 2 }, [1, 2]],
])('%s: the delays between attempts', async (_what, retry, delays) => {
  expect(await delaysOf(retry)).toEqual(delays);
});

test('full jitter takes a part of each delay', async () => {
  const numbers = [0.5, 0, 0.25];
  expect(await delaysOf({ JitterStrategy: 'FULL' }, () => numbers.shift()!)).toEqual([0.5, 1]);
});

test("the language's own example of complex retries", async () => {
  const clock = new VirtualClock();
  const run = await runStates(
    {
      X: {
        ...TASK,
        Next: 'Y',
        Retry: [
          { ErrorEquals: ['ErrorA', 'ErrorB'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
          { ErrorEquals: ['ErrorC'], IntervalSeconds: 5 },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }],
      },
      Y: { Type: 'Succeed' },
      Z: { Type: 'Succeed' },
    },
    {},
    { clock, tasks: failing('ErrorA', 'ErrorB', 'ErrorC', 'ErrorB') },
  );
  expect(clock.elapsed()).toBe(1 + 2 + 5);
  expect(run).toMatchObject({
    output: { Error: 'ErrorB', Cause: 'ErrorB happened' },
    history: [{ state: 'X' }, { state: 'Z' }],
  });
});

test('a retrier counts anew at the next visit, and the context counts retries', async () => {
  const counts: unknown[] = [];
  const answers = failing('Busy', 'Busy');
  const run = await runStates(
    {
      A: {
        ...TASK,
        Parameters: { 'count.$': '$$.State.RetryCount' },
        Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['Busy'], Next: 'A' }],
        End: true,
      },
    },
    {},
    {
      tasks: (request) => {
        counts.push(request.parameters);
        return answers(request);
      },
    },
  );
  expect(counts).toEqual([{ count: 0 }, { count: 1 }, { count: 0 }]);
  expect(run.output).toBe('done');
});

test.each<[string, readonly string[], boolean]>([
  ['Busy', ['Busy'], true],
  ['Busy', ['busy'], false],
  ['Busy', ['Other', 'Busy'], true],
  ['Busy', ['States.ALL'], true],
  ['Busy', ['States.TaskFailed'], true],
  ['States.Timeout', ['States.Timeout'], true],
  ['States.Timeout', ['States.TaskFailed'], false],
  ['States.Timeout', ['States.ALL'], true],
  ['States.Permissions', ['States.TaskFailed'], true],
  ['States.Runtime', ['States.ALL'], false],
  ['States.Runtime', ['States.Runtime'], false],
  ['States.DataLimitExceeded', ['States.ALL'], false],
  ['States.DataLimitExceeded', ['States.TaskFailed'], false],
  ['States.DataLimitExceeded', ['States.DataLimitExceeded'], true],
])('%s and a catcher of %j: %s', async (error, ErrorEquals, caught) => {
  const run = await runStates(
    { A: { ...TASK, End: true, Catch: [{ ErrorEquals, Next: 'B' }] }, B: { Type: 'Succeed' } },
    {},
    { tasks: failing(error) },
  );
  expect(run).toMatchObject(caught ? { status: 'SUCCEEDED' } : { status: 'FAILED', error });
});

test.each<[object, object]>([
  [{}, { Error: 'Busy', Cause: 'full' }],
  [{ ResultPath: '$.error' }, { a: 1, error: { Error: 'Busy', Cause: 'full' } }],
  [{ ResultPath: null }, { a: 1 }],
])("a catcher's %j", async (fields, output) => {
  const run = await runStates(
    {
      A: { ...TASK, InputPath: null, End: true, Catch: [{ ErrorEquals: ['Busy'], Next: 'B', ...fields }] },
      B: { Type: 'Succeed' },
    },
    { a: 1 },
    { tasks: () => Promise.reject(named('Busy', 'full')) },
  );
  expect(run.output).toEqual(output);
});

test("failures of a state's own data can be caught, unless they are States.Runtime", async () => {
  const states = (fields: object) => ({
    A: { ...TASK, ...fields, End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] },
    B: { Type: 'Succeed' },
  });
  const caught = await runStates(states({ ResultPath: '$.x' }), 'text');
  expect(caught.output).toMatchObject({ Error: 'States.ResultPathMatchFailure' });
  const intrinsic = { Parameters: { 'x.$': "States.Format('{}', $)" } };
  expect((await runStates(states(intrinsic))).output).toMatchObject({ Error: 'States.IntrinsicFailure' });
  const runtime = await runStates(states({ Parameters: { 'x.$': '$.gone' } }));
  expect(runtime).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});

test.each<[string, unknown, string, string]>([
  ['a name', named('Lambda.ServiceException', 'x'), 'Lambda.ServiceException', 'x'],
  ['a code', Object.assign(new Error('x'), { code: 'ENOTFOUND' }), 'ENOTFOUND', 'x'],
  ['an error of ours', new WinbakeError('REGISTRY_UNREACHABLE', 'x'), 'WinbakeError', 'x'],
  ['neither', new Error('x'), 'Error', 'x'],
  ['no error', 'x', 'Error', 'x'],
])('a task that throws with %s', async (_what, thrown, error, cause) => {
  const tasks = () => {
    throw thrown;
  };
  expect(await runOne(TASK, {}, { tasks })).toMatchObject({ status: 'FAILED', error, cause });
});

test('a refusal of the rehearsal passes every catcher', async () => {
  const refusal = new WinbakeError('REHEARSAL_FAILED', 'not modelled');
  const run = runOne(
    { ...TASK, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Only' }] },
    {},
    {
      tasks: () => {
        throw refusal;
      },
    },
  );
  await expect(run).rejects.toBe(refusal);
});

test.each([
  [60, 'SUCCEEDED', undefined],
  [61, 'FAILED', 'States.Timeout'],
])('a task that takes %d of 60 seconds has %s', async (seconds, status, error) => {
  const clock = new VirtualClock();
  const tasks = () => {
    clock.advance(seconds);
    return Promise.resolve(null);
  };
  const run = await runOne({ ...TASK, TimeoutSeconds: 60 }, {}, { clock, tasks });
  expect(run.status).toBe(status);
  expect(run.error).toBe(error);
});

test('what happens is reported as it happens', async () => {
  const events: StateEvent[] = [];
  const clock = new VirtualClock();
  await runStates(
    {
      A: {
        ...TASK,
        Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }],
        End: true,
      },
      B: { Type: 'Succeed' },
    },
    {},
    { clock, tasks: failing('Busy', 'Busy'), onState: (event) => events.push(event) },
  );
  expect(events.map(({ state, kind, at }) => `${state} ${kind} ${at.toISOString().slice(14, 19)}`)).toEqual([
    'A entered 00:00',
    'A retrying 00:00',
    'A caught 00:01',
    'A exited 00:01',
    'B entered 00:01',
    'B exited 00:01',
  ]);
});
