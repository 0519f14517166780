import type { Machine } from './run-library';
import { machine, runBoth, throwing, type Case } from './both-interpreters';
import { FUNCTION } from './run-states';

// The library loads these for calls of real functions, which no test makes.
jest.mock('@aws-sdk/client-lambda', () => ({}));
jest.mock('@aws-sdk/credential-providers', () => ({}));

const TASK = { Type: 'Task', Resource: FUNCTION };
const END = { Type: 'Succeed' };

/** A Choice state with one rule, that says which way it went. */
function asking(rule: object): Machine {
  return machine({
    A: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
    Yes: { Type: 'Pass', Result: 'yes', End: true },
    No: { Type: 'Pass', Result: 'no', End: true },
  });
}

function taskWith(fields: object): Machine {
  return machine({ A: { ...TASK, ...fields, End: true } });
}

function catching(...ErrorEquals: readonly string[]): Machine {
  return machine({ A: { ...TASK, End: true, Catch: [{ ErrorEquals, Next: 'B' }] }, B: END });
}

interface Stray extends Case {
  readonly wanted: object;
  readonly library: object;
}

const STRAYS: Readonly<Record<string, Stray>> = {
  'IsPresent false never holds': {
    machine: asking({ Variable: '$.x', IsPresent: false }),
    wanted: { output: 'yes' },
    library: { output: 'no' },
  },
  'IsNull false never holds, and so for the other type tests': {
    machine: asking({ Variable: '$.x', IsNull: false }),
    input: { x: 1 },
    wanted: { output: 'yes' },
    library: { output: 'no' },
  },
  'values of other types are compared, as JavaScript does': {
    machine: asking({ Variable: '$.x', NumericLessThan: 1 }),
    input: { x: null },
    wanted: { output: 'no' },
    library: { output: 'yes' },
  },
  'an operand of another type fails': {
    machine: asking({ Variable: '$.x', StringEqualsPath: '$.y' }),
    input: { x: 'a', y: 1 },
    wanted: { output: 'no' },
    library: { error: 'States.Runtime' },
  },
  'a question mark in StringMatches is any character': {
    machine: asking({ Variable: '$.x', StringMatches: 'b?ke' }),
    input: { x: 'bake' },
    wanted: { output: 'no' },
    library: { output: 'yes' },
  },
  'StringMatches fails for what is no string': {
    machine: asking({ Variable: '$.x', StringMatches: '*' }),
    input: { x: 1 },
    wanted: { output: 'no' },
    library: { error: 'TypeError' },
  },
  'ResultPath $ makes a member named $': {
    machine: taskWith({ ResultPath: '$', Parameters: { p: 1 } }),
    input: { a: 1 },
    wanted: { output: { p: 1 } },
    library: { output: { a: 1, $: { p: 1 } } },
  },
  'ResultPath in brackets makes a member named $': {
    machine: taskWith({ ResultPath: "$['r']", InputPath: '$.a' }),
    input: { a: 1 },
    wanted: { output: { a: 1, r: 1 } },
    library: { output: { a: 1, $: { r: 1 } } },
  },
  'ResultPath replaces what is no object': {
    machine: taskWith({ ResultPath: '$.a.b', InputPath: '$.a' }),
    input: { a: 1 },
    wanted: { error: 'States.ResultPathMatchFailure' },
    library: { output: { a: { b: 1 } } },
  },
  'a Result of null, false, 0 or "" is passed over': {
    machine: machine({ A: { Type: 'Pass', Result: null, End: true } }),
    input: { a: 1 },
    wanted: { output: null },
    library: { output: { a: 1 } },
  },
  'a path applied to false finds nothing': {
    machine: taskWith({ InputPath: '$' }),
    input: false,
    wanted: { output: false },
    library: { error: 'States.Runtime' },
  },
  'a path leads into the length of a string': {
    machine: taskWith({ InputPath: '$.a.length' }),
    input: { a: 'abc' },
    wanted: { error: 'States.Runtime' },
    library: { output: 3 },
  },
  'the context object has no State': {
    machine: taskWith({ Parameters: { 'x.$': '$$.State.Name' } }),
    wanted: { output: { x: 'A' } },
    library: { error: 'States.Runtime' },
  },
  'functions drop backslashes from values': {
    machine: taskWith({ Parameters: { 'x.$': "States.Format('{}', $.p)" } }),
    input: { p: 'C:\\x' },
    wanted: { output: { x: 'C:\\x' } },
    library: { output: { x: 'C:x' } },
  },
  'a function that fails has no name of its own': {
    machine: taskWith({ Parameters: { 'x.$': 'States.StringToJson($.p)' } }),
    input: { p: '{' },
    wanted: { error: 'States.IntrinsicFailure' },
    library: { error: 'SyntaxError' },
  },
  'a task that throws States.Runtime is caught': {
    machine: catching('States.ALL'),
    answer: throwing('States.Runtime'),
    wanted: { status: 'FAILED', error: 'States.Runtime' },
    library: { status: 'SUCCEEDED' },
  },
  'States.ALL catches States.DataLimitExceeded': {
    machine: catching('States.ALL'),
    answer: throwing('States.DataLimitExceeded'),
    wanted: { status: 'FAILED', error: 'States.DataLimitExceeded' },
    library: { status: 'SUCCEEDED' },
  },
  'States.TaskFailed catches a States.Timeout that a task throws': {
    machine: catching('States.TaskFailed'),
    answer: throwing('States.Timeout'),
    wanted: { status: 'FAILED', error: 'States.Timeout' },
    library: { status: 'SUCCEEDED' },
  },
  'a Fail state without an error gets a name': {
    machine: machine({ A: { Type: 'Fail' } }),
    wanted: { error: undefined },
    library: { error: 'FailStateError' },
  },
};

// What the language wants is held against us; what the library does is only written down, to be noticed when it ends.
test.each(Object.entries(STRAYS))(
  'the library strays: %s',
  async (_name, { wanted, library: seen, ...same }) => {
    const { ours, library } = await runBoth(same);
    expect(library).toMatchObject(seen);
    expect(ours).toMatchObject(wanted);
  },
);
