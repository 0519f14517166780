import { unmodelled } from '../assembly/unmodelled';
import { DocumentReader, listOf, notValid, shown } from './document-reader';

/** What two values are compared by, or one value is tested for. */
export type Operator = keyof typeof OPERATORS;

/** A text or number of a comparison, its references not filled in yet. */
export type Operand = string | number;

/** A conditional expression. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'comparison';
      readonly operator: Operator;
      readonly baseline: Operand;
      /** What is compared with it: `value`, or the file at `path`; absent where the operator takes one operand. */
      readonly operand?: Operand;
    };

/** The field that holds the second operand of each operator. */
export const OPERATORS = {
  stringIsEmpty: undefined,
  stringIsWhitespace: undefined,
  stringEquals: 'value',
  stringLessThan: 'value',
  stringLessThanEquals: 'value',
  stringGreaterThan: 'value',
  stringGreaterThanEquals: 'value',
  patternMatches: 'value',
  numberEquals: 'value',
  numberLessThan: 'value',
  numberLessThanEquals: 'value',
  numberGreaterThan: 'value',
  numberGreaterThanEquals: 'value',
  binaryExists: undefined,
  fileExists: undefined,
  folderExists: undefined,
  fileMD5Equals: 'path',
  fileSHA1Equals: 'path',
  fileSHA256Equals: 'path',
  fileSHA512Equals: 'path',
} as const;

/** Logical operators may stand in each other this deep. */
const DEEPEST = 4;

/**
 * Parses the expression of `if`, or of an Assert step; `reader` may have been asked for `then` and `else` before.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-conditional-constructs.html
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-logical-operators.html
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-comparison-operators.html
 */
export function parseCondition(reader: DocumentReader, depth = 1): Condition {
  const found = reader.names().filter((name) => isOperator(name) || ['and', 'or', 'not'].includes(name));
  const [name] = found;
  if (name === undefined || found.length > 1) {
    const got = reader.names().join(', ');
    throw notValid(reader.where, `exactly one operator is needed, got: ${got === '' ? 'nothing' : got}`);
  }
  const condition = isOperator(name) ? parseComparison(reader, name) : parseLogical(reader, name, depth);
  reader.done();
  return condition;
}

/** A mapping, or a list of a single one: the documentation shows both for `if` and `not`. */
export function single(value: unknown, where: string): DocumentReader {
  const list = Array.isArray(value) ? listOf(value, where) : [value];
  if (list.length > 1) {
    throw notValid(where, `exactly one expression is needed, got: ${list.length}`);
  }
  return DocumentReader.of(list[0], where);
}

function parseLogical(reader: DocumentReader, name: string, depth: number): Condition {
  const where = `${reader.where}, ${name}`;
  if (depth > DEEPEST) {
    throw notValid(where, `logical operators may stand in each other ${DEEPEST} deep`);
  }
  const value = reader.value(name);
  if (name === 'not') {
    return { kind: 'not', condition: parseCondition(single(value, where), depth + 1) };
  }
  const readers = DocumentReader.ofList(value, where);
  return { kind: name as 'and' | 'or', conditions: readers.map((one) => parseCondition(one, depth + 1)) };
}

function parseComparison(reader: DocumentReader, operator: Operator): Condition {
  const baseline = operandOf(reader, operator);
  const field = OPERATORS[operator];
  if (operator === 'patternMatches') {
    refuseOtherSyntax(String(baseline));
  }
  if (operator.startsWith('number') && !isNumeric(baseline)) {
    throw reader.wrong(operator, 'a number', baseline);
  }
  return {
    kind: 'comparison',
    operator,
    baseline,
    ...(field === undefined ? {} : { operand: operandOf(reader, field) }),
  };
}

function operandOf(reader: DocumentReader, name: string): Operand {
  const value = reader.value(name);
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw notValid(`${reader.where}, ${name}`, `a text or a number is needed, got: ${shown(value)}`);
  }
  return value;
}

/** Whether a value is a number to AWSTOE; a reference may turn out to be one. */
export function isNumeric(value: Operand): boolean {
  return typeof value === 'number' || /^[-+]?(\d+\.)?\d+$|\{\{/.test(value);
}

/** AWSTOE takes RE2's syntax; what JavaScript reads otherwise is refused. */
function refuseOtherSyntax(pattern: string): void {
  try {
    if (/\(\?|\\[1-9]/.test(pattern)) {
      throw new SyntaxError('groups with a question mark and back references');
    }
    new RegExp(pattern, 'u');
  } catch {
    throw unmodelled(`the pattern '${pattern}' of a patternMatches`);
  }
}

function isOperator(name: string): name is Operator {
  return Object.hasOwn(OPERATORS, name);
}
