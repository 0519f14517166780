import { WinbakeError } from '../../../../lib/contract/values/errors';
import { FUNCTION, runMachine } from './run-states';

const TASK = { Type: 'Task', Resource: FUNCTION, End: true };
const RULE = { Variable: '$.a', IsPresent: true, Next: 'Good' };

async function refusalOf(definition: unknown): Promise<string> {
  let ran = false;
  const tasks = () => {
    ran = true;
    return Promise.resolve(null);
  };
  const refusal: unknown = await runMachine(
    definition,
    { a: 1 },
    { tasks, onState: () => (ran = true) },
  ).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(ran).toBe(false);
  expect(refusal).toBeInstanceOf(WinbakeError);
  expect((refusal as WinbakeError).code).toBe('REHEARSAL_FAILED');
  return (refusal as WinbakeError).message;
}

/** A machine whose first state is good and whose second is the one in question. */
function machineWith(state: object): object {
  return {
    StartAt: 'Good',
    States: {
      Good: { Type: 'Task', Resource: FUNCTION, Next: 'Bad' },
      Bad: state,
      Other: { Type: 'Succeed' },
    },
  };
}

test.each<[string, object]>([
  ["the field 'HeartbeatSeconds'", { ...TASK, HeartbeatSeconds: 5 }],
  ["the field 'TimeoutSecondsPath'", { ...TASK, TimeoutSecondsPath: '$.a' }],
  ["the field 'Credentials'", { ...TASK, Credentials: {} }],
  ["the field 'Assign'", { ...TASK, Assign: { x: 1 } }],
  ["the field 'Arguments'", { ...TASK, Arguments: {} }],
  ["the field 'ResultSelector'", { Type: 'Pass', ResultSelector: {}, End: true }],
  ["the field 'Retry'", { Type: 'Pass', Retry: [], End: true }],
  ["the field 'ResultPath'", { Type: 'Wait', Seconds: 1, ResultPath: '$', End: true }],
  ["the field 'End'", { Type: 'Succeed', End: true }],
  ["the field 'OutputPath'", { Type: 'Fail', OutputPath: '$' }],
  ["'Result' beside 'Parameters'", { Type: 'Pass', Result: 1, Parameters: {}, End: true }],
  ["the query language 'JSONata'", { ...TASK, QueryLanguage: 'JSONata' }],
  ['the state type "Parallel"', { Type: 'Parallel', Branches: [], End: true }],
  ['the state type "Map"', { Type: 'Map', ItemProcessor: {}, End: true }],
  ['the state type undefined', { End: true }],
  [
    'the resource "arn:aws:states:us-east-1:123456789012:activity:x"',
    { ...TASK, Resource: 'arn:aws:states:us-east-1:123456789012:activity:x' },
  ],
  [
    'the resource "arn:aws:states:::lambda:invoke.waitForTaskToken"',
    { ...TASK, Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' },
  ],
  ['the resource {"Fn::GetAtt":["F","Arn"]}', { ...TASK, Resource: { 'Fn::GetAtt': ['F', 'Arn'] } }],
  ["the path '$.*' of 'InputPath'", { ...TASK, InputPath: '$.*' }],
  ["the path '$..a' of 'OutputPath'", { ...TASK, OutputPath: '$..a' }],
  ["the path '$.a[0:1]' of 'Parameters.x.y.$'", { ...TASK, Parameters: { x: { 'y.$': '$.a[0:1]' } } }],
  ["an array index in 'ResultPath'", { ...TASK, ResultPath: '$.a[0]' }],
  ["the place '$$.Task.Token'", { ...TASK, Parameters: { 'x.$': '$$.Task.Token' } }],
  ["the place '$$.Execution.RoleArn'", { ...TASK, Parameters: { 'x.$': '$$.Execution.RoleArn' } }],
  ["the place '$$'", { ...TASK, InputPath: '$$' }],
  ["the intrinsic function 'States.UUID'", { ...TASK, Parameters: { 'x.$': 'States.UUID()' } }],
  [
    "the intrinsic function 'States.Array'",
    { ...TASK, Parameters: { 'x.$': 'States.JsonToString($.a)', 'y.$': 'States.Array(1)' } },
  ],
  ["'States.Format' without a literal template", { ...TASK, Parameters: { 'x.$': 'States.Format($.a)' } }],
  ["the text 'States.Format('{')'", { ...TASK, Parameters: { 'x.$': "States.Format('{')" } }],
  ["the text 'a constant'", { ...TASK, Parameters: { 'x.$': 'a constant' } }],
  ["the text 'States.Format('a') '", { ...TASK, Parameters: { 'x.$': "States.Format('a') " } }],
  ['braces outside of a template', { ...TASK, Parameters: { 'x.$': "States.StringToJson('{}')" } }],
  [
    "the choice operator 'TimestampEquals'",
    { Type: 'Choice', Choices: [{ Variable: '$.a', TimestampEquals: 'x', Next: 'Other' }] },
  ],
  [
    "the choice operator 'IsTimestamp'",
    { Type: 'Choice', Choices: [{ Variable: '$.a', IsTimestamp: true, Next: 'Other' }] },
  ],
  ["the field 'Next'", { Type: 'Choice', Choices: [{ Not: RULE, Next: 'Other' }] }],
  [
    "the field 'Variable'",
    { Type: 'Choice', Choices: [{ Variable: '$.a', Not: { Variable: '$.a', IsNull: true }, Next: 'Other' }] },
  ],
  [
    "the jitter strategy 'HALF'",
    { ...TASK, Retry: [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'HALF' }] },
  ],
  [
    "'JitterStrategy' without a source",
    { ...TASK, Retry: [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL' }] },
  ],
  ["the field 'Backoff'", { ...TASK, Retry: [{ ErrorEquals: ['States.ALL'], Backoff: 1 }] }],
  ["the field 'Output'", { ...TASK, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Other', Output: 1 }] }],
])('%s is refused', async (what, state) => {
  const next = 'Next' in state || 'Choices' in state || 'Catch' in state ? state : withOther(state);
  const message = await refusalOf(machineWith(next));
  expect(message).toContain(`The rehearsal does not model ${what}`);
  expect(message).toContain("state 'Bad'");
});

/** Leads on to the last state of the machine where the state in question does not say otherwise. */
function withOther(state: object): object {
  return 'Type' in state && (state.Type === 'Succeed' || state.Type === 'Fail')
    ? state
    : { ...state, End: undefined, Next: 'Other' };
}

test.each<[string, object]>([
  ["'Next' is missing", { Type: 'Pass' }],
  ["'End' is not true", { Type: 'Pass', End: false, Next: 'Other' }],
  ["'End' is not true", { Type: 'Pass', End: false }],
  ["'Next' stands beside it", { Type: 'Pass', End: true, Next: 'Other' }],
  ["there is no state 'Nowhere'", { Type: 'Pass', Next: 'Nowhere' }],
  ["there is no state 'Nowhere'", { ...TASK, Catch: [{ ErrorEquals: ['A'], Next: 'Nowhere' }] }],
  ["there is no state 'Nowhere'", { Type: 'Choice', Choices: [RULE], Default: 'Nowhere' }],
  ["'Choices' is missing", { Type: 'Choice', Default: 'Other' }],
  ["'Choices' is not a list with entries", { Type: 'Choice', Choices: [], Default: 'Other' }],
  [
    '[StringEquals, IsNull]',
    { Type: 'Choice', Choices: [{ ...RULE, IsPresent: undefined, StringEquals: 'a', IsNull: true }] },
  ],
  ["'IsPresent' is not a boolean", { Type: 'Choice', Choices: [{ ...RULE, IsPresent: 'yes' }] }],
  [
    "'NumericEquals' is not a number",
    { Type: 'Choice', Choices: [{ Variable: '$.a', NumericEquals: '1', Next: 'Other' }] },
  ],
  ["names no 'Variable'", { Type: 'Choice', Choices: [{ NumericEquals: 1, Next: 'Other' }] }],
  [
    'an open backslash',
    { Type: 'Choice', Choices: [{ Variable: '$.a', StringMatches: 'a\\b', Next: 'Other' }] },
  ],
  ['this one has 0', { Type: 'Wait', Next: 'Other' }],
  ['this one has 2', { Type: 'Wait', Seconds: 1, SecondsPath: '$.a', Next: 'Other' }],
  ["'Seconds' is not an integer", { Type: 'Wait', Seconds: 1.5, Next: 'Other' }],
  ["'Timestamp' is not an instant", { Type: 'Wait', Timestamp: 'soon', Next: 'Other' }],
  ["'TimeoutSeconds' is not an integer", { ...TASK, TimeoutSeconds: 0 }],
  ["'States.ALL' stands neither alone nor last", { ...TASK, Retry: [{ ErrorEquals: ['States.ALL', 'A'] }] }],
  [
    "'States.ALL' stands neither alone nor last",
    { ...TASK, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] },
  ],
  ['"States.All", which is no error name', { ...TASK, Retry: [{ ErrorEquals: ['States.All'] }] }],
  ["'ErrorEquals' is not a list", { ...TASK, Retry: [{ ErrorEquals: [] }] }],
  ["'BackoffRate' is not a number from 1 on", { ...TASK, Retry: [{ ErrorEquals: ['A'], BackoffRate: 0.5 }] }],
  ["'MaxAttempts' is not an integer", { ...TASK, Retry: [{ ErrorEquals: ['A'], MaxAttempts: -1 }] }],
  ["'IntervalSeconds' is not an integer", { ...TASK, Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 0 }] }],
  ["'ResultPath' leads into the context object", { ...TASK, ResultPath: '$$.State.Name' }],
  ["'Parameters' is not an object", { ...TASK, Parameters: [1] }],
  ["'Parameters.x.$' is neither a path", { ...TASK, Parameters: { 'x.$': 1 } }],
  ["gives a second value to 'x'", { ...TASK, Parameters: { x: 1, 'x.$': '$.a' } }],
  [
    "'States.Format' has as many '{}' as values",
    { ...TASK, Parameters: { 'x.$': "States.Format('{}{}', $.a)" } },
  ],
  ["'States.JsonToString' takes one path", { ...TASK, Parameters: { 'x.$': "States.JsonToString('a')" } }],
  ["'States.StringToJson' takes one value", { ...TASK, Parameters: { 'x.$': 'States.StringToJson()' } }],
  ["'Error' stands beside 'ErrorPath'", { Type: 'Fail', Error: 'A', ErrorPath: '$.a' }],
  ["'Error' is not a string", { Type: 'Fail', Error: 1 }],
  ["no way from 'StartAt' leads there, in state 'Other'", { Type: 'Succeed' }],
])('not valid: %s', async (what, state) => {
  const message = await refusalOf(machineWith(state));
  expect(message).toContain('The state machine is not valid: ');
  expect(message).toContain(what);
});

test.each<[string, unknown]>([
  ['its definition is not JSON', undefined],
  ['its definition is not JSON', '{'],
  ['its definition is not an object', []],
  ["'StartAt' names no state: undefined", { States: { A: TASK } }],
  ['\'StartAt\' names no state: "B"', { StartAt: 'B', States: { A: TASK } }],
  ["what stands there is not an object in the state machine's 'States'", { StartAt: 'A' }],
  ["what stands there is not an object in state 'A'", { StartAt: 'A', States: { A: 1 } }],
  ['is longer than 80 characters', { StartAt: 'A'.repeat(81), States: { ['A'.repeat(81)]: TASK } }],
  ['no state ends the execution', { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } }],
  ["the field 'Fn::Join' in the state machine", { 'Fn::Join': [], StartAt: 'A', States: { A: TASK } }],
  ["the query language 'JSONata'", { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: TASK } }],
  ["the version '2.0'", { Version: '2.0', StartAt: 'A', States: { A: TASK } }],
])('a machine is refused: %s', async (what, definition) => {
  expect(await refusalOf(definition)).toContain(what);
});
