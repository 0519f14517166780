import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { parseCondition, holds } from '../../../../sim/windows/awstoe/condition';
import { DocumentReader } from '../../../../sim/windows/awstoe/document-reader';
import { actionScope, simulatedHost } from '../../../support/shell-host';
import { componentOf, run, runComponent } from './component-fixture';

function parse(expression: unknown) {
  return parseCondition(DocumentReader.of(expression, 'step One, if'));
}

/** The examples of the page on comparison operators, and what its rules say beside them. */
const COMPARISONS: readonly (readonly [string, unknown, unknown, boolean])[] = [
  ['stringIsEmpty', '', undefined, true],
  ['stringIsEmpty', ' ', undefined, false],
  ['stringIsEmpty', 'Hello.', undefined, false],
  ['stringIsWhitespace', '   ', undefined, true],
  ['stringIsWhitespace', '', undefined, false],
  ['stringIsWhitespace', ' Hello?', undefined, false],
  ['stringEquals', 'Testing, testing...', 'Testing, testing...', true],
  ['stringEquals', 'Testing, testing...', 'Hello again.', false],
  ['stringEquals', 'Testing, testing...', 'TESTING, TESTING....', false],
  ['stringEquals', 'Testing, testing...', '   Testing, testing...', false],
  ['stringEquals', 'Testing, testing...', 'Testing, testing...   ', false],
  ['stringEquals', '5', 5, true],
  ['stringLessThan', 'b', 'a', true],
  ['stringLessThan', 'a', '0', true],
  ['stringLessThan', '0', 'a', false],
  ['stringLessThan', 'a', 'a', false],
  ['stringLessThanEquals', 'a', 'a', true],
  ['stringLessThanEquals', 'A', 'a', true],
  ['stringLessThanEquals', 'b', 'a', true],
  ['stringLessThanEquals', 'a', '0', true],
  ['stringLessThanEquals', '0', 'a', false],
  ['stringGreaterThan', 'a', 'A', false],
  ['stringGreaterThan', 'a', 'b', true],
  ['stringGreaterThan', '0', 'a', true],
  ['stringGreaterThan', 'a', '0', false],
  ['stringGreaterThanEquals', 'A', 'a', true],
  ['stringGreaterThanEquals', 'a', 'b', true],
  ['stringGreaterThanEquals', '0', 'a', true],
  ['stringGreaterThanEquals', 'a', '0', false],
  ['patternMatches', '^[a-z]+$', 'ThisIsValue', true],
  ['patternMatches', '^[a-zA-Z\\s]+$', 'This text contains spaces', true],
  ['patternMatches', '^[0-9]+$', '1234567890', true],
  ['patternMatches', '^[0-9]+$', 'a10', false],
  ['patternMatches', '^\\S+$', 'two words', false],
  ['numberEquals', 1, 1, true],
  ['numberEquals', '1', 1, true],
  ['numberEquals', 1, '1', true],
  ['numberEquals', 5.0, 5.0, true],
  ['numberEquals', -1, -1, true],
  ['numberEquals', 1, '1.0', true],
  ['numberEquals', 10, 'a10', false],
  ['numberLessThan', 2, 1, true],
  ['numberLessThan', 2, 1.9, true],
  ['numberLessThan', 2, '2', false],
  ['numberLessThan', 2, 'a1', false],
  ['numberLessThanEquals', 2, 1, true],
  ['numberLessThanEquals', 2, 1.9, true],
  ['numberLessThanEquals', 2, '2', true],
  ['numberLessThanEquals', 2, 2.1, false],
  ['numberGreaterThan', 1, 2, true],
  ['numberGreaterThan', 1, 1.1, true],
  ['numberGreaterThan', 1, '1', false],
  ['numberGreaterThanEquals', 1, 2, true],
  ['numberGreaterThanEquals', 1, 1.1, true],
  ['numberGreaterThanEquals', 1, '1', true],
  ['numberGreaterThanEquals', 1, 0.8, false],
];

test.each(COMPARISONS)('%s %j with %j is %s', (operator, baseline, value, expected) => {
  const condition = parse({ [operator]: baseline, ...(value === undefined ? {} : { value }) });
  expect(holds(condition, simulatedHost())).toBe(expected);
});

const SHA256_OF_HI = '8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4';

test.each<[object, boolean]>([
  [{ fileExists: 'C:\\Work\\file' }, true],
  [{ fileExists: 'C:\\Work' }, false],
  [{ fileExists: 'C:\\Work\\absent' }, false],
  [{ folderExists: 'C:\\Work' }, true],
  [{ folderExists: 'C:\\Work\\file' }, false],
  [{ binaryExists: 'docker' }, true],
  [{ fileSHA256Equals: SHA256_OF_HI, path: 'C:\\Work\\file' }, true],
  [{ fileSHA256Equals: SHA256_OF_HI.toUpperCase(), path: 'C:\\Work\\file' }, true],
  [{ fileSHA256Equals: '00', path: 'C:\\Work\\file' }, false],
  [{ fileMD5Equals: '49f68a5c8493ec2c0bf489821c21fc3b', path: 'C:\\Work\\file' }, true],
  [{ fileSHA1Equals: 'c22b5f9178342609428d6f51b2c5af4c0bde6a42', path: 'C:\\Work\\file' }, true],
])('%j is %s', (expression, expected) => {
  const host = simulatedHost();
  mkdirSync(host.pathOf('C:\\Work'));
  writeFileSync(host.pathOf('C:\\Work\\file'), 'hi');
  expect(holds(parse(expression), host)).toBe(expected);
});

const TRUE = { numberEquals: 1, value: 1 };
const FALSE = { numberEquals: 1, value: 3 };
/** Asking it ends the rehearsal, so it shows whether it was asked. */
const NEVER_ASKED = { binaryExists: 'unheard-of' };

test.each<[object, boolean]>([
  [{ and: [TRUE, TRUE] }, true],
  [{ and: [FALSE, NEVER_ASKED] }, false],
  [{ or: [TRUE, NEVER_ASKED] }, true],
  [{ or: [FALSE, TRUE] }, true],
  [{ or: [FALSE, FALSE] }, false],
  [{ not: FALSE }, true],
  [{ not: [TRUE] }, false],
  [{ and: [{ or: [FALSE, { not: [{ and: [FALSE] }] }] }, TRUE] }, true],
])('%j is %s', (expression, expected) => {
  expect(holds(parse(expression), simulatedHost())).toBe(expected);
});

test.each<[unknown, string]>([
  [{}, 'exactly one operator is needed, got: nothing.'],
  [{ numberEquals: 1 }, 'numberEquals'],
  [{ equals: 'a' }, 'exactly one operator is needed, got: equals.'],
  [{ stringEquals: 'a', numberEquals: 1, value: 1 }, 'got: stringEquals, numberEquals, value.'],
  [{ stringEquals: 'a' }, 'value: a text or a number is needed, got: nothing.'],
  [{ stringEquals: ['a'], value: 'a' }, 'stringEquals: a text or a number is needed, got: ["a"].'],
  [{ stringIsEmpty: '', value: '' }, "it has the unknown field 'value'"],
  [{ fileSHA256Equals: '00', value: 'C:\\a' }, 'path: a text or a number is needed, got: nothing.'],
  [{ numberEquals: 'one', value: 1 }, 'numberEquals: a number is needed, got: "one".'],
  [{ and: TRUE }, 'and: a list with entries is needed'],
  [{ not: [TRUE, TRUE] }, 'not: exactly one expression is needed, got: 2.'],
  [{ not: { not: { not: { not: { not: TRUE } } } } }, 'logical operators may stand in each other 4 deep.'],
])('%j is refused', (expression, message) => {
  expect(() => {
    holds(parse(expression), simulatedHost());
  }).toThrow(message === 'numberEquals' ? 'value: a text or a number is needed' : message);
});

test.each<[object, string]>([
  [{ patternMatches: '(?i)a', value: 'a' }, "the pattern '(?i)a' of a patternMatches"],
  [{ patternMatches: '\\z', value: 'a' }, "the pattern '\\z' of a patternMatches"],
  [{ stringEquals: 'a', value: 'A' }, "a comparison of texts that differ in case alone: 'a' and 'A'"],
  [{ stringLessThan: 'A', value: 'a' }, "a comparison of texts that differ in case alone: 'A' and 'a'"],
  [NEVER_ASKED, 'whether the program unheard-of is there'],
  [{ fileMD5Equals: '00', path: 'C:\\absent' }, 'a fileMD5Equals of C:\\absent, which does not exist'],
])('%j is refused by name', (expression, what) => {
  expect(() => holds(parse(expression), simulatedHost())).toThrow(`The rehearsal does not model ${what}.`);
});

test.each<[object, string, boolean]>([
  [TRUE, 'done', false],
  [FALSE, 'skipped', false],
  [{ ...TRUE, then: 'Skip' }, 'skipped', false],
  [{ ...FALSE, else: 'Execute' }, 'done', false],
  [{ ...TRUE, then: 'Abort' }, 'failed', true],
  [{ ...FALSE, else: 'Abort' }, 'failed', true],
  [{ ...FALSE, then: 'Abort', else: 'Execute' }, 'done', false],
])('a step with %j is %s', async (condition, status, fails) => {
  const { result, statuses } = await runComponent(
    actionScope(),
    componentOf([{ if: condition, ...run('exit 0') }]),
  );
  expect(statuses).toEqual([status]);
  expect(result.failure?.reason).toBe(fails ? "Its condition ends it with 'Abort'." : undefined);
});

test('a condition is asked once, not again after a restart', async () => {
  const scope = actionScope();
  const commands = ['echo x >> c/log', '[ "$(wc -l < c/log)" -ge 2 ] || code 3010'];
  const step = { if: { not: { fileExists: 'C:\\log' } }, ...run(...commands) };
  const { statuses } = await runComponent(scope, componentOf([step]));
  expect(statuses).toEqual(['done']);
  expect(existsSync(scope.host.pathOf('C:\\log'))).toBe(true);
});

test('a condition may ask what an earlier step printed', async () => {
  const condition = { numberGreaterThan: 2.0, value: '{{ build.Step1.outputs.stdout }}' };
  for (const [version, status] of [
    ['2.1', 'done'],
    ['2.0', 'skipped'],
    ['none', 'skipped'],
  ]) {
    const component = componentOf([run(`echo ${version}`), { if: condition, ...run('exit 0') }]);
    expect((await runComponent(actionScope(), component)).statuses).toEqual(['done', status]);
  }
});

test('an assertion is a step', async () => {
  const steps = [
    { action: 'Assert', inputs: TRUE },
    { action: 'Assert', inputs: { or: [{ and: [TRUE, FALSE] }, FALSE] } },
  ];
  const { result, statuses } = await runComponent(actionScope(), componentOf(steps));
  expect(statuses).toEqual(['done', 'failed']);
  expect(result.failure?.reason).toBe('The assertion is false.');
});
