import { REBAKE_DEFINITION } from '../../../../lib/pipeline/rebake/rebake';
import { runLibrary, type Answer, type Machine } from './run-library';
import { machine, runBoth, throwing, type Case } from './both-interpreters';
import { FUNCTION, named } from './run-states';

// The library loads these for calls of real functions, which no test makes.
jest.mock('@aws-sdk/client-lambda', () => ({}));
jest.mock('@aws-sdk/credential-providers', () => ({}));

const TASK = { Type: 'Task', Resource: FUNCTION };
const INVOKE = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' };
const END = { Type: 'Succeed' };

const REBAKE: Machine = machine({
  Decide: {
    ...INVOKE,
    Parameters: { FunctionName: FUNCTION, 'Payload.$': '$' },
    ResultSelector: { 'decision.$': '$.Payload.decision', 'order.$': '$.Payload.order' },
    ResultPath: '$.look',
    Retry: [{ ErrorEquals: ['Lambda.ServiceException', 'Lambda.SdkClientException'], MaxAttempts: 6 }],
    Next: 'What',
  },
  What: {
    Type: 'Choice',
    Choices: [
      { Variable: '$.look.decision', StringEquals: 'bake', Next: 'Bake' },
      { Variable: '$.look.decision', StringEquals: 'wait', Next: 'Wait' },
      { Variable: '$.look.decision', StringMatches: 'needs*', Next: 'Stop' },
    ],
    Default: 'Nothing',
  },
  Wait: { Type: 'Wait', Seconds: 900, Next: 'Decide' },
  Bake: {
    ...INVOKE,
    Parameters: { order: { 'id.$': '$.look.order', 'by.$': '$$.Execution.Id' } },
    ResultPath: null,
    Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.failure', Next: 'Failed' }],
    Next: 'Done',
  },
  Done: { ...END, OutputPath: '$.look' },
  Nothing: END,
  Stop: { Type: 'Fail', Error: 'NeedsOperator', Cause: 'frozen' },
  Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
});

/** Answers looks in turn and every bake with what it was given, or fails it. */
function polls(decisions: readonly string[], failsBake = false): () => Answer {
  return () => {
    const left = [...decisions];
    return (name, parameters) => {
      if (name === 'Bake') {
        if (failsBake) {
          throw named('BakeFailed');
        }
        return parameters;
      }
      const decision = left.shift() ?? '';
      if (decision === 'busy') {
        throw named('Lambda.ServiceException');
      }
      return { Payload: { decision, order: '20348.1' } };
    };
  };
}

const AGREED: Readonly<Record<string, Case>> = {
  'rebake: bakes at once': { machine: REBAKE, answer: polls(['bake']) },
  'rebake: waits, then bakes': { machine: REBAKE, answer: polls(['wait', 'wait', 'bake']) },
  'rebake: retries a busy service': { machine: REBAKE, answer: polls(['busy', 'busy', 'bake']) },
  'rebake: gives up on a busy service': { machine: REBAKE, answer: polls(Array<string>(9).fill('busy')) },
  'rebake: nothing to do': { machine: REBAKE, input: { by: 'hand' }, answer: polls(['nothing']) },
  'rebake: needs an operator': { machine: REBAKE, answer: polls(['needsOperator']) },
  'rebake: the bake fails': { machine: REBAKE, answer: polls(['bake'], true) },
  'paths of every form': {
    machine: machine({
      A: {
        ...TASK,
        InputPath: '$.in',
        Parameters: { 'a.$': '$.list[1].x', 'b.$': "$['two words']", 'c.$': '$', d: [{ 'e.$': '$.list' }] },
        ResultSelector: { 'all.$': '$', n: null },
        ResultPath: '$.deep.er',
        OutputPath: '$.deep',
        End: true,
      },
    }),
    input: { in: { list: [0, { x: 'y' }], 'two words': true }, deep: { kept: 1 } },
  },
  'null for every filter': {
    machine: machine({
      A: { ...TASK, InputPath: null, ResultPath: null, Next: 'B' },
      B: { Type: 'Pass', OutputPath: null, Next: 'C' },
      C: END,
    }),
    input: { a: 1 },
  },
  'the context object and functions': {
    machine: machine({
      A: {
        ...TASK,
        Parameters: {
          'name.$': '$$.Execution.Name',
          'machine.$': '$$.StateMachine.Name',
          'text.$': "States.Format('{} of {}: {}', $.n, $.s, States.JsonToString($.o))",
          'json.$': 'States.StringToJson($.t)',
          'string.$': 'States.JsonToString($.o)',
        },
        End: true,
      },
    }),
    input: { n: 2.5, s: 'x', o: { p: [1, null] }, t: '{"q":[true]}' },
  },
  'sums of whole numbers': {
    machine: machine({
      A: {
        Type: 'Pass',
        Parameters: {
          'one.$': 'States.MathAdd($.n, 1)',
          'less.$': 'States.MathAdd($.n, -7)',
          'both.$': 'States.MathAdd($.n, $.m)',
        },
        End: true,
      },
    }),
    input: { n: 2, m: -3 },
  },
  'Pass states': {
    machine: machine({
      A: { Type: 'Pass', Result: { r: 1 }, ResultPath: '$.a', Next: 'B' },
      B: { Type: 'Pass', Parameters: { 'x.$': '$.a.r', y: 2 }, ResultPath: '$.b', Next: 'C' },
      C: { Type: 'Pass', InputPath: '$.b', Next: 'D' },
      D: { Type: 'Succeed', InputPath: '$.x' },
    }),
    input: { kept: true },
  },
  'a wait by path after InputPath': {
    machine: machine({ A: { Type: 'Wait', InputPath: '$.w', SecondsPath: '$.s', Next: 'B' }, B: END }),
    input: { w: { s: 5 } },
  },
  'nested choice rules': {
    machine: machine({
      A: {
        Type: 'Choice',
        Choices: [
          { Not: { Variable: '$.a', IsPresent: true }, Next: 'B' },
          {
            And: [
              { Variable: '$.a', IsNumeric: true },
              {
                Or: [
                  { Variable: '$.a', NumericLessThan: 0 },
                  { Variable: '$.a', NumericGreaterThanPath: '$.b' },
                ],
              },
            ],
            Next: 'C',
          },
        ],
        Default: 'B',
      },
      B: { Type: 'Pass', Result: 'B', End: true },
      C: { Type: 'Pass', Result: 'C', End: true },
    }),
    input: { a: 3, b: 2 },
  },
  'no choice': {
    machine: machine({
      A: { Type: 'Choice', Choices: [{ Variable: '$.a', NumericEquals: 1, Next: 'B' }] },
      B: END,
    }),
    input: { a: 2 },
  },
  'a choice of nothing': {
    machine: machine({
      A: { Type: 'Choice', Choices: [{ Variable: '$.x', NumericEquals: 1, Next: 'B' }], Default: 'B' },
      B: END,
    }),
  },
  'complex retries': {
    machine: machine({
      X: {
        ...TASK,
        Next: 'Y',
        Retry: [
          { ErrorEquals: ['ErrorA', 'ErrorB'], MaxAttempts: 2 },
          { ErrorEquals: ['ErrorC'], IntervalSeconds: 5 },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }],
      },
      Y: END,
      Z: END,
    }),
    answer: throwing('ErrorA', 'ErrorB', 'ErrorC', 'ErrorB'),
  },
  'a used-up retrier is not followed by the next': {
    machine: machine({
      X: {
        ...TASK,
        End: true,
        Retry: [{ ErrorEquals: ['A'], MaxAttempts: 1 }, { ErrorEquals: ['States.ALL'] }],
      },
    }),
    answer: throwing('A', 'A'),
  },
  'the catcher of one name': {
    machine: machine({
      X: {
        ...TASK,
        End: true,
        Catch: [
          { ErrorEquals: ['A'], Next: 'Y' },
          { ErrorEquals: ['B', 'C'], ResultPath: '$.e', Next: 'Z' },
        ],
      },
      Y: END,
      Z: END,
    }),
    input: { a: 1 },
    answer: throwing('C'),
  },
  'an error that nobody catches': {
    machine: machine({ X: { ...TASK, End: true, Catch: [{ ErrorEquals: ['A'], Next: 'Y' }] }, Y: END }),
    answer: throwing('B'),
  },
  'InputPath to nothing, which nobody catches': {
    machine: machine({
      X: { ...TASK, InputPath: '$.x', End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Y' }] },
      Y: END,
    }),
  },
  'OutputPath to nothing': { machine: machine({ X: { Type: 'Pass', OutputPath: '$.x', End: true } }) },
  'Parameters to nothing, which nobody catches': {
    machine: machine({
      X: {
        ...TASK,
        Parameters: { 'x.$': '$.x' },
        End: true,
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Y' }],
      },
      Y: END,
    }),
  },
  'a function of nothing': {
    machine: machine({
      X: { Type: 'Pass', Parameters: { 'x.$': "States.Format('{}', $.x)" }, End: true },
    }),
  },
  'ResultSelector to nothing': {
    machine: machine({ X: { ...TASK, ResultSelector: { 'x.$': '$.x' }, End: true } }),
  },
  'an error output of null': {
    machine: machine({
      X: { ...TASK, End: true, Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Y' }] },
      Y: END,
    }),
    input: { a: 1 },
    answer: throwing('A'),
  },
  'ResultPath in a text': {
    machine: machine({
      X: { ...TASK, ResultPath: '$.x', End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Y' }] },
      Y: { Type: 'Pass', OutputPath: '$.Error', End: true },
    }),
    input: 'text',
  },
};

test.each(Object.entries(AGREED))('both run the same: %s', async (_name, same) => {
  const { ours, library } = await runBoth(same);
  expect(ours).toEqual(library);
});

test('the library finds the machine valid that most cases run', async () => {
  const account = await runLibrary(REBAKE, {}, polls(['nothing'])(), { noValidate: false });
  expect(account.states).toEqual(['Decide', 'What', 'Nothing']);
});

test('each function that the template uses is one on which both agree', () => {
  const used = JSON.stringify(REBAKE_DEFINITION).match(/States\.[A-Z]\w+(?=\()/g) ?? [];
  const agreed = JSON.stringify(Object.values(AGREED));
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter((name) => !agreed.includes(`${name}(`))).toEqual([]);
});
