import type { JsonValue } from './json-value';

/** Compares what a choice rule's variable holds with an operand; false where either is not of the operator's type. */
export type Comparison = (value: JsonValue, operand: JsonValue) => boolean;

const ORDERS: Readonly<Record<string, <T extends string | number>(a: T, b: T) => boolean>> = {
  Equals: (a, b) => a === b,
  LessThan: (a, b) => a < b,
  LessThanEquals: (a, b) => a <= b,
  GreaterThan: (a, b) => a > b,
  GreaterThanEquals: (a, b) => a >= b,
};

/** The JSON type that an operator compares. */
export type ComparedType = 'string' | 'number' | 'boolean';

/** An operator of a choice rule that has a `Path` form too. */
export interface ComparisonOperator {
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
export const COMPARISON_OPERATORS: ReadonlyMap<string, ComparisonOperator> = new Map([
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
export const TYPE_TESTS: ReadonlyMap<string, (value: JsonValue) => boolean> = new Map<
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
export function stringPattern(text: string): RegExp | undefined {
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
