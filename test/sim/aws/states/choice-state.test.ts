import type { JsonValue } from '../../../../sim/aws/states/json-value';
import { runStates } from './run-states';

function choose(rule: object, input: JsonValue): ReturnType<typeof runStates> {
  return runStates(
    {
      Ask: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], Default: 'No' },
      Yes: { Type: 'Pass', Result: true, End: true },
      No: { Type: 'Pass', Result: false, End: true },
    },
    input,
  );
}

const data = { s: 'bake', t: 'wait', n: 2, m: 3, yes: true, no: false, nil: null, list: [] };

test.each<[boolean, object]>([
  [true, { Variable: '$.s', StringEquals: 'bake' }],
  [false, { Variable: '$.s', StringEquals: 'Bake' }],
  [false, { Variable: '$.n', StringEquals: '2' }],
  [false, { Variable: '$.s', StringEqualsPath: '$.t' }],
  [true, { Variable: '$.s', StringEqualsPath: '$.s' }],
  [false, { Variable: '$.s', StringEqualsPath: '$.n' }],
  [true, { Variable: '$.s', StringLessThan: 'wait' }],
  [false, { Variable: '$.s', StringLessThan: 'bake' }],
  [true, { Variable: '$.s', StringLessThanEquals: 'bake' }],
  [true, { Variable: '$.t', StringGreaterThan: 'bake' }],
  [true, { Variable: '$.t', StringGreaterThanEqualsPath: '$.s' }],
  [true, { Variable: '$.s', StringMatches: 'b*e' }],
  [true, { Variable: '$.s', StringMatches: '*' }],
  [false, { Variable: '$.s', StringMatches: 'b?ke' }],
  [false, { Variable: '$.s', StringMatches: 'b.ke' }],
  [false, { Variable: '$.s', StringMatches: String.raw`b\*e` }],
  [false, { Variable: '$.n', StringMatches: '*' }],
  [true, { Variable: '$.n', NumericEquals: 2 }],
  [false, { Variable: '$.s', NumericEquals: 2 }],
  [true, { Variable: '$.n', NumericLessThan: 3 }],
  [false, { Variable: '$.n', NumericLessThan: 2 }],
  [true, { Variable: '$.n', NumericLessThanEquals: 2 }],
  [true, { Variable: '$.n', NumericLessThanPath: '$.m' }],
  [false, { Variable: '$.n', NumericGreaterThan: 2 }],
  [true, { Variable: '$.n', NumericGreaterThanEquals: 2 }],
  [false, { Variable: '$.n', NumericGreaterThanPath: '$.m' }],
  [false, { Variable: '$.s', NumericGreaterThan: 1 }],
  [true, { Variable: '$.yes', BooleanEquals: true }],
  [true, { Variable: '$.no', BooleanEquals: false }],
  [false, { Variable: '$.nil', BooleanEquals: false }],
  [false, { Variable: '$.yes', BooleanEqualsPath: '$.no' }],
  [true, { Variable: '$.s', IsPresent: true }],
  [true, { Variable: '$.nil', IsPresent: true }],
  [false, { Variable: '$.nothing', IsPresent: true }],
  [true, { Variable: '$.nothing', IsPresent: false }],
  [true, { Variable: '$.nil', IsNull: true }],
  [true, { Variable: '$.s', IsNull: false }],
  [true, { Variable: '$.s', IsString: true }],
  [false, { Variable: '$.n', IsString: true }],
  [true, { Variable: '$.n', IsNumeric: true }],
  [true, { Variable: '$.no', IsBoolean: true }],
  [false, { Variable: '$.list', IsBoolean: true }],
  [true, { Variable: '$$.State.Name', StringEquals: 'Ask' }],
  [true, { Not: { Variable: '$.no', BooleanEquals: true } }],
  [
    true,
    {
      And: [
        { Variable: '$.yes', BooleanEquals: true },
        { Variable: '$.n', NumericEquals: 2 },
      ],
    },
  ],
  [
    false,
    {
      And: [
        { Variable: '$.yes', BooleanEquals: true },
        { Variable: '$.n', NumericEquals: 1 },
      ],
    },
  ],
  [
    true,
    {
      Or: [
        { Variable: '$.no', BooleanEquals: true },
        { Variable: '$.n', NumericEquals: 2 },
      ],
    },
  ],
  [
    false,
    {
      Or: [
        { Variable: '$.no', BooleanEquals: true },
        { Variable: '$.n', NumericEquals: 1 },
      ],
    },
  ],
  [
    false,
    {
      And: [
        { Variable: '$.gone', IsPresent: true },
        { Variable: '$.gone', IsString: true },
      ],
    },
  ],
])('%s: %j', async (holds, rule) => {
  expect((await choose(rule, data)).output).toBe(holds);
});

test.each<[string, object]>([
  ['a variable', { Variable: '$.nothing', StringEquals: 'x' }],
  ['a type test', { Variable: '$.nothing', IsString: false }],
  ['an operand', { Variable: '$.s', StringEqualsPath: '$.nothing' }],
])('%s that is not there fails with States.Runtime', async (_what, rule) => {
  expect(await choose(rule, data)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});

const ASK = {
  Type: 'Choice',
  InputPath: '$.in',
  Choices: [
    { Variable: '$.n', NumericEquals: 1, Next: 'A' },
    { Variable: '$.n', NumericLessThan: 2, Next: 'B' },
  ],
};
const ENDS = { A: { Type: 'Succeed' }, B: { Type: 'Succeed' } };

test('the first rule that holds decides, and the filtered input is passed on', async () => {
  const run = await runStates({ Ask: ASK, ...ENDS }, { in: { n: 1 } });
  expect(run).toMatchObject({ output: { n: 1 }, history: [{ state: 'Ask' }, { state: 'A' }] });
});

test('no match without a default fails with States.NoChoiceMatched', async () => {
  const run = await runStates({ Ask: ASK, ...ENDS }, { in: { n: 5 } });
  expect(run).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
});
