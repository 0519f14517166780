import { isJsonObject } from '../../../contract/values/json';
import { inside, shown, when } from '../values';

const COMPARISONS = [
  'booleanEquals',
  'numberEquals',
  'numberGreaterThan',
  'numberGreaterThanEquals',
  'numberLessThan',
  'numberLessThanEquals',
  'stringEquals',
];

const DEEPEST = 4;
const MOST_BRANCHES = 10;

/**
 * What is wrong in the `if` of a workflow's step: one statement at each level, up to four levels, one to ten branches of `and`
 * and `or`, one of `not`.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/wfdoc-conditional-statements.html
 */
export function wrongCondition(condition: unknown, level = 1): readonly string[] {
  if (!isJsonObject(condition)) {
    return [`a condition is a mapping; got: ${shown(condition)}`];
  }
  if (level > DEEPEST) {
    return [`conditions go ${DEEPEST} levels deep; got: ${level}`];
  }
  const names = Object.keys(condition).filter((name) => name !== 'value');
  const [name = '', ...others] = names;
  if (names.length !== 1) {
    return [`a level has one statement; got: ${names.length === 0 ? 'none' : [name, ...others].join(', ')}`];
  }
  const operand = condition[name];
  if (name === 'not') {
    return inside('not', wrongCondition(operand, level + 1));
  }
  if (name === 'and' || name === 'or') {
    const branches = Array.isArray(operand) ? (operand as readonly unknown[]) : [];
    return [
      ...when(
        branches.length < 1 || branches.length > MOST_BRANCHES,
        `${name} takes a list of 1 to ${MOST_BRANCHES} conditions; got: ${shown(operand)}`,
      ),
      ...branches.flatMap((branch) => inside(name, wrongCondition(branch, level + 1))),
    ];
  }
  return COMPARISONS.includes(name)
    ? when(!('value' in condition), `${name} is compared with value; got: nothing`)
    : [`${name} is no operator; known are and, or, not, ${COMPARISONS.join(', ')}`];
}
