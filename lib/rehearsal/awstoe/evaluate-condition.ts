import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { unmodelled } from '../assembly/unmodelled';
import type { PretendedHost } from '../host/pretended-host';
import { isNumeric, type Condition, type Operand } from './condition';

/** What a pretended host finds on its path. */
const BINARIES = ['docker', 'powershell'];

/**
 * Whether a condition, its references filled in, is true on a host. The parts are looked at in their order, and only until
 * the answer is known.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-logical-operators.html
 */
export function holds(condition: Condition, host: PretendedHost): boolean {
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
        ? lookAtHost(operator, String(baseline), String(operand), host)
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
function lookAtHost(operator: string, baseline: string, path: string, host: PretendedHost): boolean {
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
