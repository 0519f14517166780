import type { JsonValue } from '../../../../sim/aws/states/json-value';
import { runMachine, runOne, runStates } from './run-states';

test.each<[string, object, JsonValue, JsonValue]>([
  ['alone', {}, { a: 1 }, { a: 1 }],
  ['with Result', { Result: [1] }, { a: 1 }, [1]],
  ['with Result null', { Result: null }, { a: 1 }, null],
  ['with Result at a place', { Result: 2, ResultPath: '$.b' }, { a: 1 }, { a: 1, b: 2 }],
  ['with InputPath', { InputPath: '$.a', ResultPath: '$.b' }, { a: 1 }, { a: 1, b: 1 }],
  ['with Parameters', { Parameters: { 'b.$': '$.a' } }, { a: 1 }, { b: 1 }],
  ['with OutputPath', { OutputPath: '$.a' }, { a: 1 }, 1],
])('a Pass state %s', async (_what, fields, input, output) => {
  expect(await runOne({ Type: 'Pass', ...fields }, input)).toMatchObject({ status: 'SUCCEEDED', output });
});

test('a Succeed state filters', async () => {
  const state = { Type: 'Succeed', InputPath: '$.a', OutputPath: '$.b' };
  expect((await runStates({ Only: state }, { a: { b: 1 } })).output).toBe(1);
});

test.each<[string, object, object]>([
  ['texts', { Error: 'Stopped', Cause: 'frozen' }, { error: 'Stopped', cause: 'frozen' }],
  ['paths', { ErrorPath: '$.e', CausePath: '$.c' }, { error: 'E', cause: 'C' }],
  ['a function', { Error: 'E', CausePath: "States.Format('{}!', $.c)" }, { error: 'E', cause: 'C!' }],
  ['a place of the context', { Error: 'E', CausePath: '$$.State.Name' }, { error: 'E', cause: 'Only' }],
  ['a path to a number', { ErrorPath: '$.n' }, { error: 'States.Runtime' }],
  ['a path to nothing', { ErrorPath: '$.x' }, { error: 'States.Runtime' }],
])('a Fail state with %s', async (_what, fields, ending) => {
  const run = await runStates({ Only: { Type: 'Fail', ...fields } }, { e: 'E', c: 'C', n: 1 });
  expect(run).toMatchObject({ status: 'FAILED', ...ending });
});

test('a Fail state with nothing fails without an error name', async () => {
  const run = await runStates({ Only: { Type: 'Fail' } });
  expect(Object.keys(run).sort()).toEqual(['history', 'status']);
});

test('a definition may be JSON text', async () => {
  const text = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Succeed' } }, Version: '1.0' });
  expect((await runMachine(text, [1])).output).toEqual([1]);
});
