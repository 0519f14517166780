import { parse, type CollectionTag, type ScalarTag } from 'yaml';
import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { DocumentKind, Neighbours, Refusal } from './rule';
import { hasRequired } from './resource-rules';
import { checkDocument, TYPES } from './rules';
import { asList, at, text, UNKNOWN, UNKNOWN_TEXT } from './values';

/** The kind of document that a type of resource is. */
const KINDS: Readonly<Record<string, DocumentKind>> = {
  'AWS::IAM::Policy': 'permissions',
  ...Object.fromEntries(Object.entries(TYPES).map(([kind, type]) => [type, kind as DocumentKind])),
};

/** Whether resources of a type are held to rules. */
export function hasRules(type: string): boolean {
  return Object.hasOwn(KINDS, type) || hasRequired(type);
}

/** A refusal of a resource of a template. */
export interface ResourceRefusal extends Refusal {
  readonly logicalId: string;
}

/**
 * What the services would refuse of a template's resources, given as an object or as its YAML or JSON. What intrinsic functions
 * stand for is unknown and passed over, but for parameters with a default and references within the template.
 */
export function checkTemplate(template: JsonObject | string): readonly ResourceRefusal[] {
  const content = typeof template === 'string' ? parseTemplate(template) : template;
  const resources = at(content, 'Resources');
  const resolve = resolver(content);
  const found = Object.entries(isJsonObject(resources) ? resources : {}).flatMap(([logicalId, resource]) => {
    const type = String(at(resource, 'Type'));
    const kind = KINDS[type];
    const properties = resolve(at(resource, 'Properties') ?? {});
    const document =
      kind === 'group' ? { ...objectOf(properties), ...policyOf(resource, resolve) } : properties;
    return hasRules(type) && isJsonObject(document) ? [{ logicalId, type, kind, document }] : [];
  });
  const neighbours: Neighbours = new Map(
    found.flatMap(({ logicalId, kind, document }) =>
      kind === undefined ? [] : [[logicalId, { kind, document }] as const],
    ),
  );
  const isWhole = !hasMacros(content);
  return found.flatMap(({ logicalId, type, kind, document }) => {
    const known = isWhole ? type : '';
    const refusals =
      kind === undefined
        ? checkDocument('resource', { Type: known, Properties: document })
        : [...checkDocument(kind, document, neighbours, known), ...refreshOf(kind, document)];
    return refusals.map((refusal) => ({ logicalId, ...refusal }));
  });
}

/** Whether macros other than AWS's own make resources whole in the account. */
function hasMacros(template: unknown): boolean {
  return asList(at(template, 'Transform')).some((name) => !String(name).startsWith('AWS::'));
}

function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function policyOf(resource: unknown, resolve: (value: unknown) => unknown): JsonObject {
  const policy = at(resource, 'UpdatePolicy');
  return policy === undefined ? {} : { UpdatePolicy: resolve(policy) };
}

/** The refresh that an update of a group would start. */
function refreshOf(kind: DocumentKind, document: JsonObject): readonly Refusal[] {
  const refresh = at(at(document, 'UpdatePolicy'), 'AutoScalingInstanceRefresh');
  return kind === 'group' && isJsonObject(refresh)
    ? checkDocument('refresh', {
        DesiredConfiguration: { LaunchTemplate: at(document, 'LaunchTemplate') },
        ...refresh,
      })
    : [];
}

/** What a reference to nothing leaves: the property is absent. */
const ABSENT = Symbol('absent');

/**
 * Makes what can be known of values of a template: parameters with a default, texts with their unknown parts marked, and
 * references to resources, which are symbols that carry the logical id. All else is unknown.
 */
function resolver(template: unknown): (value: unknown) => unknown {
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
function parseTemplate(source: string): JsonObject {
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
