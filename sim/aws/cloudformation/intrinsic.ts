import { isJsonObject } from '../../../lib/contract/values/json';
import { unmodelled } from './environment';

/** What an intrinsic function looks up in its stack. */
export interface IntrinsicScope {
  /** The name of the stack, for people. */
  readonly stack: string;
  readonly region: string;
  /** Fills in the functions within a value. */
  readonly resolve: (value: unknown) => unknown;
  /** What `Ref` gives; undefined for `AWS::NoValue`. */
  readonly reference: (logicalId: string) => string | undefined;
  /** What `Fn::GetAtt` gives. */
  readonly attribute: (logicalId: string, name: string) => string;
  /** What another stack exports. */
  readonly imported: (name: string) => unknown;
}

type Intrinsic = (argument: unknown, scope: IntrinsicScope) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, { reference }) => reference(String(argument)),
  'Fn::GetAtt': (argument, { attribute }) => {
    const parts = typeof argument === 'string' ? argument.split('.') : argument;
    const [logicalId, ...path] = listOf(parts, 'Fn::GetAtt', 'a logical id and the name of an attribute');
    return attribute(String(logicalId), path.map(String).join('.'));
  },
  'Fn::Join': (argument, { resolve }) => {
    const [separator, parts] = listOf(argument, 'Fn::Join', 'a separator and a list');
    return listOf(resolve(parts), 'Fn::Join', 'a separator and a list').map(String).join(String(separator));
  },
  'Fn::Sub': substitute,
  'Fn::Select': (argument, { resolve }) => {
    const [index, list] = listOf(argument, 'Fn::Select', 'an index and a list');
    const items = listOf(resolve(list), 'Fn::Select', 'an index and a list');
    const item = items[Number(resolve(index))];
    if (item === undefined) {
      throw unmodelled(`Fn::Select of item ${String(index)} in a list of ${items.length}`);
    }
    return item;
  },
  'Fn::Split': (argument, { resolve }) => {
    const [separator, text] = listOf(argument, 'Fn::Split', 'a separator and a text');
    return String(resolve(text)).split(String(separator));
  },
  'Fn::Base64': (argument, { resolve }) => Buffer.from(String(resolve(argument))).toString('base64'),
  'Fn::GetAZs': (_argument, { region }) => ['a', 'b', 'c'].map((zone) => `${region}${zone}`),
  'Fn::ImportValue': (argument, { resolve, imported }) => imported(String(resolve(argument))),
};

/** Whether an object with this single key is a function and not plain data. */
export function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key.startsWith('Fn::');
}

/**
 * Evaluates an intrinsic function; one that the rehearsal does not model is refused by name.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
export function evaluateIntrinsic(name: string, argument: unknown, scope: IntrinsicScope): unknown {
  const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
  if (intrinsic === undefined) {
    throw unmodelled(`${name} in the template of ${scope.stack}`);
  }
  return intrinsic(argument, scope);
}

function substitute(argument: unknown, scope: IntrinsicScope): string {
  const [text, values = {}] = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  const own = isJsonObject(values) ? values : {};
  return String(text).replaceAll(/\$\{(!?)([^}]+)\}/g, (whole: string, literal: string, name: string) => {
    if (literal !== '') {
      return `\${${name}}`;
    }
    if (Object.hasOwn(own, name)) {
      return String(scope.resolve(own[name]));
    }
    return name.includes('.')
      ? String(INTRINSICS['Fn::GetAtt']?.(name, scope))
      : (scope.reference(name) ?? whole);
  });
}

function listOf(value: unknown, name: string, form: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw unmodelled(`${name} with anything but ${form}`);
  }
  return value as unknown[];
}
