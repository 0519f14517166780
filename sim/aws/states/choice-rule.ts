import { valueAt } from './evaluation';
import type { FieldReader } from './field-reader';
import type { JsonValue } from './json-value';
import { readPath, type ReferencePath, type Scope } from './reference-path';
import { notModelled, notValid } from './state-failure';

/** Compares what a choice rule's variable holds with an operand; false where either is not of the operator's type. */
type Comparison = (value: JsonValue, operand: JsonValue) => boolean;

const ORDERS: Readonly<Record<string, <T extends string | number>(a: T, b: T) => boolean>> = {
  Equals: (a, b) => a === b,
  LessThan: (a, b) => a < b,
  LessThanEquals: (a, b) => a <= b,
  GreaterThan: (a, b) => a > b,
  GreaterThanEquals: (a, b) => a >= b,
};

/** The JSON type that an operator compares. */
type ComparedType = 'string' | 'number' | 'boolean';

/** An operator of a choice rule that has a `Path` form too. */
interface ComparisonOperator {
  readonly type: ComparedType;
  readonly compare: Comparison;
}

const BOOLEAN_EQUALS: ComparisonOperator = {
  type: 'boolean',
  compare: (a, b) => typeof a === 'boolean' && a === b,
};

/**
 * The comparison operators by name, without those of timestamps. Strings are compared unit by unit, without folding.
 *
 * @see https://states-language.net/spec.html#choice-state
 */
const COMPARISON_OPERATORS: ReadonlyMap<string, ComparisonOperator> = new Map([
  ...Object.entries(ORDERS).map(([order, holds]): [string, ComparisonOperator] => [
    `String${order}`,
    {
      type: 'string',
      compare: (a, b) => typeof a === 'string' && typeof b === 'string' && holds(a, b),
    },
  ]),
  ...Object.entries(ORDERS).map(([order, holds]): [string, ComparisonOperator] => [
    `Numeric${order}`,
    {
      type: 'number',
      compare: (a, b) => typeof a === 'number' && typeof b === 'number' && holds(a, b),
    },
  ]),
  ['BooleanEquals', BOOLEAN_EQUALS],
]);

/** The operators that ask for a value's type; what they are compared with is a boolean. */
const TYPE_TESTS: ReadonlyMap<string, (value: JsonValue) => boolean> = new Map<
  string,
  (value: JsonValue) => boolean
>([
  ['IsNull', (value) => value === null],
  ['IsString', (value) => typeof value === 'string'],
  ['IsNumeric', (value) => typeof value === 'number'],
  ['IsBoolean', (value) => typeof value === 'boolean'],
]);

/**
 * The pattern of `StringMatches`: `*` is any text, `\*` and `\\` stand for themselves, every other character too.
 * Undefined where a backslash stands before anything else.
 */
function stringPattern(text: string): RegExp | undefined {
  if (!/^(?:[^\\]|\\[*\\])*$/s.test(text)) {
    return undefined;
  }
  const parts = text.match(/\\.|\*|[^\\*]+/gs) ?? [];
  const source = parts.map((part) => (part === '*' ? '.*' : escaped(part.replace(/^\\/, ''))));
  return new RegExp(`^${source.join('')}$`, 's');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Whether a rule of a Choice state holds; throws a `StateFailure` where a path of it finds nothing. */
export type ChoiceRule = (scope: Scope) => boolean;

/**
 * Reads a choice rule, its `Next` left to the caller: a test of a variable, or `And`, `Or`, `Not` of further rules.
 *
 * @see https://states-language.net/spec.html#choice-state
 */
export function readChoiceRule(fields: FieldReader): ChoiceRule {
  fields.string('Comment');
  const operators = fields.names().filter((name) => !['Comment', 'Next', 'Variable'].includes(name));
  const [operator, ...more] = operators;
  if (operator === undefined || more.length > 0) {
    throw notValid(`a choice rule with the operators [${operators.join(', ')}], not one,`, fields.where);
  }
  const rule = booleanRule(fields, operator) ?? dataTest(fields, operator);
  fields.done();
  return rule;
}

function booleanRule(fields: FieldReader, operator: string): ChoiceRule | undefined {
  if (operator === 'Not') {
    const rule = readChoiceRule(fields.inner(fields.value('Not'), `${fields.where}, Not`));
    return (scope) => !rule(scope);
  }
  if (operator !== 'And' && operator !== 'Or') {
    return undefined;
  }
  const rules = fields.innerAll(operator).map(readChoiceRule);
  return operator === 'And'
    ? (scope) => rules.every((rule) => rule(scope))
    : (scope) => rules.some((rule) => rule(scope));
}

function dataTest(fields: FieldReader, operator: string): ChoiceRule {
  const variable = fields.path('Variable');
  if (variable === undefined) {
    throw notValid(`a choice rule with '${operator}' names no 'Variable'`, fields.where);
  }
  const rule =
    literalComparison(fields, operator, variable) ??
    pathComparison(fields, operator, variable) ??
    typeTest(fields, operator, variable);
  if (rule === undefined) {
    throw notModelled(`the choice operator '${operator}'`, fields.where);
  }
  return rule;
}

function literalComparison(
  fields: FieldReader,
  operator: string,
  variable: ReferencePath,
): ChoiceRule | undefined {
  const compare = operator === 'StringMatches' ? matching(fields) : comparing(fields, operator);
  return compare && ((scope) => compare(valueAt(variable, scope)));
}

function matching(fields: FieldReader): (value: JsonValue) => boolean {
  const text = fields.string('StringMatches') ?? '';
  const pattern = stringPattern(text);
  if (pattern === undefined) {
    throw notValid(`'StringMatches' has an open backslash ('${text}')`, fields.where);
  }
  return (value) => typeof value === 'string' && pattern.test(value);
}

function comparing(fields: FieldReader, operator: string): ((value: JsonValue) => boolean) | undefined {
  const found = COMPARISON_OPERATORS.get(operator);
  if (found === undefined) {
    return undefined;
  }
  const operand = fields.value(operator) ?? null;
  if (typeof operand !== found.type) {
    throw notValid(`'${operator}' is not a ${found.type}: ${JSON.stringify(operand)}`, fields.where);
  }
  return (value) => found.compare(value, operand);
}

function pathComparison(
  fields: FieldReader,
  operator: string,
  variable: ReferencePath,
): ChoiceRule | undefined {
  const compare: Comparison | undefined = operator.endsWith('Path')
    ? COMPARISON_OPERATORS.get(operator.slice(0, -'Path'.length))?.compare
    : undefined;
  const operand = compare && fields.path(operator);
  return operand && ((scope) => compare(valueAt(variable, scope), valueAt(operand, scope)));
}

function typeTest(fields: FieldReader, operator: string, variable: ReferencePath): ChoiceRule | undefined {
  const test = TYPE_TESTS.get(operator);
  if (test === undefined && operator !== 'IsPresent') {
    return undefined;
  }
  const expected = fields.value(operator);
  if (typeof expected !== 'boolean') {
    throw notValid(`'${operator}' is not a boolean: ${JSON.stringify(expected)}`, fields.where);
  }
  return test
    ? (scope) => test(valueAt(variable, scope)) === expected
    : (scope) => (readPath(variable, scope) !== undefined) === expected;
}
