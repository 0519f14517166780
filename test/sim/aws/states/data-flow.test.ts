import type { JsonValue } from '../../../../sim/aws/states/json-value';
import { FUNCTION, runOne, runStates } from './run-states';

const TASK = { Type: 'Task', Resource: FUNCTION };
const context = { StateMachine: { Name: 'rebake' } };

test.each<[string, object, JsonValue, JsonValue]>([
  ['nothing named', {}, { a: 1 }, { a: 1 }],
  ['InputPath', { InputPath: '$.a' }, { a: { b: 1 } }, { b: 1 }],
  ['InputPath null', { InputPath: null }, { a: 1 }, {}],
  ['InputPath of the context', { InputPath: '$$.Execution.Input.a' }, { a: 1 }, 1],
  ['OutputPath', { OutputPath: '$.a' }, { a: 1 }, 1],
  ['OutputPath null', { OutputPath: null }, { a: 1 }, {}],
  ['ResultPath $', { ResultPath: '$', Parameters: { x: 1 } }, { a: 1 }, { x: 1 }],
  ['ResultPath null', { ResultPath: null, Parameters: { x: 1 } }, { a: 1 }, { a: 1 }],
  ['ResultPath new', { ResultPath: '$.r', InputPath: '$.a' }, { a: 1 }, { a: 1, r: 1 }],
  [
    'ResultPath replacing',
    { ResultPath: '$.a', Parameters: { x: 1 } },
    { a: 1, b: 2 },
    { a: { x: 1 }, b: 2 },
  ],
  ['ResultPath deep', { ResultPath: '$.p.q', InputPath: '$.a' }, { a: 1 }, { a: 1, p: { q: 1 } }],
  ["ResultPath ['a b']", { ResultPath: "$['a b']", InputPath: '$.a' }, { a: 1 }, { a: 1, 'a b': 1 }],
  [
    'Parameters',
    { Parameters: { 'x.$': '$.a', y: { 'z.$': '$.b[0]' } } },
    { a: 1, b: [2] },
    { x: 1, y: { z: 2 } },
  ],
  [
    'Parameters in a list',
    { Parameters: { x: [{ 'y.$': '$.a' }, '$.a'] } },
    { a: 1 },
    { x: [{ y: 1 }, '$.a'] },
  ],
  [
    'Parameters after InputPath',
    { InputPath: '$.a', Parameters: { 'x.$': '$.b' } },
    { a: { b: 1 } },
    { x: 1 },
  ],
  ['ResultSelector', { ResultSelector: { 'x.$': '$.a', n: 0 } }, { a: 1, b: 2 }, { x: 1, n: 0 }],
  [
    'all together',
    {
      InputPath: '$.in',
      Parameters: { 'p.$': '$.a' },
      ResultSelector: { 's.$': '$.p' },
      ResultPath: '$.out',
      OutputPath: '$.out.s',
    },
    { in: { a: 7 } },
    7,
  ],
])('a task with %s', async (_what, fields, input, output) => {
  expect(await runOne({ ...TASK, ...fields }, input)).toMatchObject({ status: 'SUCCEEDED', output });
});

test.each<[string, JsonValue]>([
  ['$$.Execution.Id', 'arn:aws:states:us-east-1:123456789012:execution:rebake:look'],
  ['$$.Execution.Name', 'poll'],
  ['$$.Execution.Input', { a: 1 }],
  ['$$.Execution.StartTime', '2026-03-10T17:00:00.000Z'],
  ['$$.State.Name', 'Only'],
  ['$$.State.EnteredTime', '2026-03-10T17:00:00.000Z'],
  ['$$.State.RetryCount', 0],
  ['$$.StateMachine.Name', 'rebake'],
  ["States.Format('{}/{}: {} {}', $.a, null, 'x\\'\\{\\}\\\\', -1.5)", "1/null: x'{}\\ -1.5"],
  ["States.Format('{}', States.JsonToString($))", '{"a":1}'],
  ["States.Format('plain')", 'plain'],
  ["States.Format('{}',$$.State.Name)", 'Only'],
  ['States.JsonToString($.a)', '1'],
  ["States.StringToJson('1')", 1],
  ["States.StringToJson(States.Format('[{}]', $.a))", [1]],
])('%s in Parameters', async (text, x) => {
  const run = await runOne({ ...TASK, Parameters: { 'x.$': text } }, { a: 1 }, { context });
  expect(run.output).toEqual({ x });
});

test.each<[string, object, JsonValue, string]>([
  ['InputPath finding nothing', { InputPath: '$.b' }, { a: 1 }, 'States.Runtime'],
  ['InputPath on null', { InputPath: '$' }, null, 'States.Runtime'],
  ['OutputPath finding nothing', { OutputPath: '$.b' }, { a: 1 }, 'States.Runtime'],
  ['OutputPath on null', { OutputPath: '$' }, null, 'States.Runtime'],
  ['Parameters finding nothing', { Parameters: { 'x.$': '$.b' } }, { a: 1 }, 'States.Runtime'],
  ['ResultSelector finding nothing', { ResultSelector: { 'x.$': '$.b' } }, {}, 'States.Runtime'],
  ['ResultPath in a string', { ResultPath: '$.x' }, 'foo', 'States.ResultPathMatchFailure'],
  ['ResultPath in null', { ResultPath: '$.x' }, null, 'States.ResultPathMatchFailure'],
  ['ResultPath in a list', { ResultPath: '$.x' }, [], 'States.ResultPathMatchFailure'],
  ['ResultPath through a number', { ResultPath: '$.a.x' }, { a: 1 }, 'States.ResultPathMatchFailure'],
  ['Format of an object', { Parameters: { 'x.$': "States.Format('{}', $)" } }, {}, 'States.IntrinsicFailure'],
  ['Format of nothing', { Parameters: { 'x.$': "States.Format('{}', $.b)" } }, {}, 'States.Runtime'],
  ['Parameters on null', { Parameters: { 'x.$': '$' } }, null, 'States.Runtime'],
  ['JsonToString of null', { Parameters: { 'x.$': 'States.JsonToString($)' } }, null, 'States.Runtime'],
  [
    'a number as JSON',
    { Parameters: { 'x.$': 'States.StringToJson($.a)' } },
    { a: 1 },
    'States.IntrinsicFailure',
  ],
  ['no JSON', { Parameters: { 'x.$': "States.StringToJson('x')" } }, {}, 'States.IntrinsicFailure'],
])('a task fails with %s', async (_what, fields, input, error) => {
  expect(await runOne({ ...TASK, ...fields }, input)).toMatchObject({ status: 'FAILED', error });
});

test('a task gets a copy, and what it answers becomes JSON', async () => {
  const run = await runOne(
    { ...TASK, ResultPath: '$.result' },
    { list: [1] },
    {
      tasks: ({ parameters }) => {
        (parameters as { list: number[] }).list.push(2);
        return Promise.resolve({ at: new Date(0), dropped: undefined } as never);
      },
    },
  );
  expect(run.output).toEqual({ list: [1], result: { at: '1970-01-01T00:00:00.000Z' } });
});

test('a task that answers nothing answers null', async () => {
  expect((await runOne(TASK, {}, { tasks: () => Promise.resolve(undefined as never) })).output).toBeNull();
});

const LONG = 'x'.repeat(150_000);
const TOO_LONG = LONG + LONG;

test.each<[string, object, string]>([
  ['the input of a task', { Parameters: { 'a.$': '$', 'b.$': '$' }, ResultPath: null }, ''],
  ['the result of a task', { ResultPath: null }, TOO_LONG],
  ['the output of a state', { InputPath: '$.long', ResultPath: '$.more' }, LONG],
])('%s that is too long fails with States.DataLimitExceeded', async (_what, fields, answer) => {
  const run = await runStates(
    {
      Long: { Type: 'Pass', Result: LONG, ResultPath: '$.long', Next: 'Task' },
      Task: { ...TASK, ...fields, End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] },
      Caught: { Type: 'Succeed' },
    },
    {},
    { tasks: () => Promise.resolve(answer) },
  );
  expect(run).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('an input that is too long is refused', async () => {
  await expect(runOne(TASK, TOO_LONG)).rejects.toThrow('longer than Step Functions takes');
});
