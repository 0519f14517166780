import { parse, type ScalarTag, type CollectionTag } from 'yaml';
import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { at, text, UNKNOWN, UNKNOWN_TEXT } from './values';

/** What a reference to nothing leaves: the property is absent. */
const ABSENT = Symbol('absent');

/**
 * Makes what can be known of values of a template: parameters with a default, texts with their unknown parts marked, and
 * references to resources, which are symbols that carry the logical id. All else is unknown.
 */
export function resolver(template: unknown): (value: unknown) => unknown {
  const defaults = new Map(
    Object.entries((at(template, 'Parameters') ?? {}) as JsonObject).map(([name, declaration]) => [
      name,
      defaultOf(declaration),
    ]),
  );
  const ids = new Set(Object.keys(at(template, 'Resources') ?? {}));

  function resolve(value: unknown): unknown {
    if (typeof value === 'string') {
      return value.replace(/\{\{resolve:[^}]*\}\}/g, UNKNOWN_TEXT);
    }
    if (Array.isArray(value)) {
      return value.map(resolve).filter((entry) => entry !== ABSENT);
    }
    if (!isJsonObject(value)) {
      return value;
    }
    const entries = Object.entries(value);
    const [entry] = entries;
    if (entry !== undefined && entries.length === 1 && /^(Ref$|Fn::)/.test(entry[0])) {
      return intrinsic(...entry);
    }
    return Object.fromEntries(
      entries.map(([key, inner]) => [key, resolve(inner)] as const).filter(([, inner]) => inner !== ABSENT),
    );
  }

  function reference(id: string): unknown {
    if (id === 'AWS::NoValue') {
      return ABSENT;
    }
    return defaults.get(id) ?? (ids.has(id) ? Symbol.for(id) : UNKNOWN);
  }

  function intrinsic(name: string, operand: unknown): unknown {
    switch (name) {
      case 'Ref':
        return reference(String(operand));
      case 'Fn::GetAtt': {
        const [id = ''] = Array.isArray(operand) ? operand.map(String) : String(operand).split('.');
        return ids.has(id) ? Symbol.for(id) : UNKNOWN;
      }
      case 'Fn::Sub':
        return substitute(operand);
      case 'Fn::Join': {
        const [separator, parts] = Array.isArray(operand) ? (operand as readonly unknown[]) : [];
        const known = resolve(parts);
        return Array.isArray(known) ? known.map(part).join(String(separator)) : UNKNOWN;
      }
      case 'Fn::Base64': {
        const plain = resolve(operand);
        return typeof plain === 'string' ? Buffer.from(plain).toString('base64') : UNKNOWN;
      }
      default:
        return UNKNOWN;
    }
  }

  function substitute(operand: unknown): unknown {
    const [pattern, values] = Array.isArray(operand) ? (operand as readonly unknown[]) : [operand];
    const given = resolve(values ?? {});
    return typeof pattern === 'string'
      ? pattern.replace(/\$\{([^}]*)\}/g, (_whole, name: string) =>
          name.startsWith('!') ? `\${${name.slice(1)}}` : part(at(given, name) ?? reference(name)),
        )
      : UNKNOWN;
  }

  return resolve;
}

/** A part of a text. */
function part(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : UNKNOWN_TEXT;
}

/** The default of a parameter; undefined for one without, for an empty one, and for one that the parameter store fills. */
function defaultOf(declaration: unknown): unknown {
  const type = text(declaration, 'Type') ?? 'String';
  const preset = text(declaration, 'Default');
  if (preset === undefined || preset === '' || type.startsWith('AWS::SSM')) {
    return undefined;
  }
  return /^(CommaDelimitedList|List<)/.test(type) ? preset.split(',').map((one) => one.trim()) : preset;
}

const FUNCTIONS = [
  'Base64',
  'Cidr',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Select',
  'Split',
  'Sub',
  'Transform',
  'Equals',
  'Not',
  'And',
  'Or',
  'Length',
  'ToJsonString',
];

const NAMES: readonly (readonly [string, string])[] = [
  ['Ref', 'Ref'],
  ['Condition', 'Condition'],
  ...FUNCTIONS.map((name) => [name, `Fn::${name}`] as const),
];

/** Reads a template that a person wrote, with the short forms of functions. */
export function parseTemplate(source: string): JsonObject {
  const customTags = NAMES.flatMap(([tag, name]): (ScalarTag | CollectionTag)[] => [
    { tag: `!${tag}`, resolve: (value: string) => ({ [name]: value }) },
    ...(['map', 'seq'] as const).map((collection) => ({
      tag: `!${tag}`,
      collection,
      resolve: (value: { toJSON: () => unknown }) => ({ [name]: value.toJSON() }) as never,
    })),
  ]);
  const content: unknown = parse(source, { customTags, logLevel: 'silent' });
  return isJsonObject(content) ? content : {};
}
