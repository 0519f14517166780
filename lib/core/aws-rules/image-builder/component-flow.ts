import { isJsonObject, type JsonObject } from '../../../contract/values/json';
import { asList, has, inside, mustBeOneOf, objects, shown, text, twice, when } from '../values';

const COMPARISONS = [
  'stringIsEmpty',
  'stringIsWhitespace',
  'stringEquals',
  'stringLessThan',
  'stringLessThanEquals',
  'stringGreaterThan',
  'stringGreaterThanEquals',
  'patternMatches',
  'numberEquals',
  'numberLessThan',
  'numberLessThanEquals',
  'numberGreaterThan',
  'numberGreaterThanEquals',
  'binaryExists',
  'fileExists',
  'folderExists',
  'fileMD5Equals',
  'fileSHA1Equals',
  'fileSHA256Equals',
  'fileSHA512Equals',
];

const KNOWN = new Set([...COMPARISONS, 'and', 'or', 'not'].map((name) => name.toLowerCase()));

/**
 * What is wrong in the `if` of a step, or in the inputs of `Assert`: exactly one operator, logical ones with conditions in them.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-conditional-constructs.html
 */
export function wrongExpression(condition: unknown): readonly string[] {
  return asList(condition).flatMap((one) => {
    if (!isJsonObject(one)) {
      return when(typeof one !== 'symbol', `a condition is a mapping; got: ${shown(one)}`);
    }
    const names = Object.keys(one).filter((name) => !['then', 'else', 'value', 'path'].includes(name));
    const [name = '', ...others] = names;
    if (names.length !== 1) {
      return [`it needs one operator; got: ${names.length === 0 ? 'none' : [name, ...others].join(', ')}`];
    }
    if (!KNOWN.has(name.toLowerCase())) {
      return [`${name} is no operator; known are and, or, not, ${COMPARISONS.join(', ')}`];
    }
    return [
      ...['then', 'else'].flatMap((when_) => mustBeOneOf(one, when_, ['Execute', 'Skip', 'Abort'])),
      ...(['and', 'or', 'not'].includes(name)
        ? inside(name, wrongExpression(one[name]))
        : secondOperand(name)
            .filter((needed) => !has(one, needed))
            .map((needed) => `${name} compares with ${needed}; got: nothing`)),
    ];
  });
}

/**
 * What a comparison is with: another value, a file, or nothing.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-comparison-operators.html
 */
function secondOperand(name: string): readonly string[] {
  if (/^stringIs|Exists$/i.test(name)) {
    return [];
  }
  return [name.toLowerCase().startsWith('file') ? 'path' : 'value'];
}

/**
 * What is wrong in the loop of a step.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-looping-constructs.html
 */
export function wrongLoop(loop: unknown): readonly string[] {
  if (!isJsonObject(loop)) {
    return [`a loop is a mapping; got: ${shown(loop)}`];
  }
  const range = loop['for'];
  if (has(loop, 'for') === has(loop, 'forEach')) {
    return [`it needs either for or forEach; got: ${has(loop, 'for') ? 'both' : 'neither'}`];
  }
  if (isJsonObject(range)) {
    const numbers = ['start', 'end', 'updateBy'].map((name) => range[name]);
    const [start = 0, end = 0, updateBy = 0] = numbers.map(Number);
    return [
      ...when(
        !numbers.every((one) => Number.isInteger(one)),
        `for takes whole numbers as start, end and updateBy; got: ${shown(range)}`,
      ),
      ...when(
        updateBy === 0 || (end - start) * updateBy < 0,
        `for must come to its end by updateBy; got: ${shown(range)}`,
      ),
    ];
  }
  const each = loop['forEach'];
  return when(
    has(loop, 'forEach') && !Array.isArray(each) && !has(each, 'list'),
    `forEach takes a list of texts, or a list with its delimiter; got: ${shown(each)}`,
  );
}

const NAME = /^[A-Za-z0-9_-]{3,128}$/;

/** The names under which a document declares parameters or constants. */
export function declared(content: JsonObject, field: 'parameters' | 'constants'): readonly string[] {
  return objects(content, field).flatMap((entry) => Object.keys(entry));
}

/**
 * What is wrong in the declarations of parameters and constants, lists of mappings with a single name each.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html
 */
export function wrongDeclarations(content: JsonObject): readonly string[] {
  const names = [...declared(content, 'parameters'), ...declared(content, 'constants')];
  return [
    ...(['parameters', 'constants'] as const).flatMap((field) => [
      ...when(isJsonObject(content[field]), `${field} must be a list, an entry for each; got: a mapping`),
      ...objects(content, field).flatMap((entry) => [
        ...when(
          Object.keys(entry).length !== 1,
          `an entry of ${field} has one name; got: ${Object.keys(entry).join(', ')}`,
        ),
        ...Object.entries(entry).flatMap(([name, details]) =>
          inside(`${field}, ${name}`, [
            ...when(!NAME.test(name), `a name has 3 to 128 letters, digits, - and _; got: ${name}`),
            ...when(
              isJsonObject(details) && text(details, 'type') !== 'string',
              `type must be string; got: ${isJsonObject(details) ? shown(details['type']) : ''}`,
            ),
            ...when(
              field === 'constants' && !has(details, 'value'),
              'a constant needs a value; got: nothing',
            ),
          ]),
        ),
      ]),
    ]),
    ...twice(names).map((name) => `parameters and constants have names of their own; got: ${name} twice`),
  ];
}
