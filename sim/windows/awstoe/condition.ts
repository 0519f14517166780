import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { SimulatedHost } from '../host/simulated-host';
import { DocumentReader, listOf, notValid, shown } from './document-reader';

/** What two values are compared by, or one value is tested for. */
type Operator = keyof typeof OPERATORS;

/** A text or number of a comparison, its references not filled in yet. */
type Operand = string | number;

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
const OPERATORS = {
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
function isNumeric(value: Operand): boolean {
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

/** What a simulated host finds on its path. */
const BINARIES = ['docker', 'powershell'];

/**
 * Whether a condition, its references filled in, is true on a host. The parts are looked at in their order, and only until
 * the answer is known.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-logical-operators.html
 */
export function holds(condition: Condition, host: SimulatedHost): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.every((one) => holds(one, host));
    case 'or':
      return condition.conditions.some((one) => holds(one, host));
    case 'not':
      return !holds(condition.condition, host);
    case 'comparison': {
      const { operator, baseline, operand = '' } = condition;
      const text = TEXTS[operator];
      const number = NUMBERS[operator];
      if (text !== undefined) {
        return compareTexts(text, String(baseline), String(operand));
      }
      return number === undefined
        ? observeHost(operator, String(baseline), String(operand), host)
        : compareNumbers(number, baseline, operand);
    }
  }
}

interface TextComparison {
  readonly compare: (own: string, value: string) => boolean;
  /** The page says that case does not count, and shows examples of these in which it does. */
  readonly doubtful?: true;
}

/**
 * Texts are compared whatever their case; what is compared is the value, with the operator's own text.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-comparison-operators.html#compare-strings
 */
const TEXTS: Readonly<Record<string, TextComparison>> = {
  stringIsEmpty: { compare: (own) => own === '' },
  stringIsWhitespace: { compare: (own) => /^ +$/.test(own) },
  stringEquals: { compare: (own, value) => value === own, doubtful: true },
  stringLessThan: { compare: (own, value) => value < own, doubtful: true },
  stringLessThanEquals: { compare: (own, value) => value <= own },
  stringGreaterThan: { compare: (own, value) => value > own },
  stringGreaterThanEquals: { compare: (own, value) => value >= own },
  patternMatches: { compare: (own, value) => new RegExp(own, 'iu').test(value) },
};

function compareTexts({ compare, doubtful }: TextComparison, baseline: string, value: string): boolean {
  const [own, other] = [baseline.toLowerCase(), value.toLowerCase()];
  if (doubtful === true && own === other && baseline !== value) {
    throw unmodelled(`a comparison of texts that differ in case alone: '${baseline}' and '${value}'`);
  }
  // The letters of a pattern's classes, such as \S, mean something else in lower case.
  return compare(compare === TEXTS['patternMatches']?.compare ? baseline : own, other);
}

/**
 * Compares numbers; a value that is none makes every comparison false.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-comparison-operators.html#compare-numbers
 */
const NUMBERS: Readonly<Record<string, (own: number, value: number) => boolean>> = {
  numberEquals: (own, value) => value === own,
  numberLessThan: (own, value) => value < own,
  numberLessThanEquals: (own, value) => value <= own,
  numberGreaterThan: (own, value) => value > own,
  numberGreaterThanEquals: (own, value) => value >= own,
};

function compareNumbers(
  compare: (own: number, value: number) => boolean,
  baseline: Operand,
  value: Operand,
): boolean {
  return isNumeric(baseline) && isNumeric(value) && compare(Number(baseline), Number(value));
}

/** @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-comparison-operators.html#check-files */
function observeHost(operator: string, baseline: string, path: string, host: SimulatedHost): boolean {
  if (operator === 'binaryExists') {
    if (!BINARIES.includes(baseline)) {
      throw unmodelled(`whether the program ${baseline} is there`);
    }
    return true;
  }
  if (operator === 'fileExists' || operator === 'folderExists') {
    const found = host.pathOf(baseline);
    const kind = operator === 'fileExists' ? 'isFile' : 'isDirectory';
    return existsSync(found) && statSync(found)[kind]();
  }
  const algorithm = /^file(.+)Equals$/.exec(operator)?.[1]?.toLowerCase() ?? '';
  const file = host.pathOf(path);
  if (!existsSync(file)) {
    throw unmodelled(`a ${operator} of ${path}, which does not exist`);
  }
  return createHash(algorithm).update(readFileSync(file)).digest('hex') === baseline.toLowerCase();
}
