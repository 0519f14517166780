import { WinbakeError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { SIMULATED_ENVIRONMENT, type Environment, unmodelled } from './environment';
import { physicalResource, stackArn, type PhysicalResource } from './physical-names';
import type { AssemblyStack, TemplateResource } from './assembly';

/** A resource of a template with every reference in its properties filled in. */
export interface ResolvedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
}

/** Reads the value of a parameter whose default names an SSM parameter. */
export type ReadParameter = (name: string) => string | undefined;

/**
 * A stack as CloudFormation would deploy it: references resolve to names that depend on the template alone. What the
 * rehearsal does not model is refused by name, never guessed.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
export class StackModel {
  private readonly scope: IntrinsicScope;

  /** Where the stack is deployed. */
  readonly environment: Environment;
  private readonly pseudoParameters: ReadonlyMap<string, string>;

  constructor(
    readonly stack: AssemblyStack,
    private readonly readParameter: ReadParameter,
    private readonly others: () => readonly StackModel[],
  ) {
    this.environment = stack.environment ?? SIMULATED_ENVIRONMENT;
    const { account, region } = this.environment;
    this.pseudoParameters = new Map([
      ['AWS::Region', region],
      ['AWS::AccountId', account],
      ['AWS::Partition', 'aws'],
      ['AWS::URLSuffix', 'amazonaws.com'],
      ['AWS::StackName', stack.name],
      ['AWS::StackId', stackArn(stack.name, this.environment)],
    ]);
    this.scope = {
      stack: stack.name,
      region,
      resolve: (value) => this.resolve(value),
      reference: (logicalId) => this.ref(logicalId),
      attribute: (logicalId, name) => this.attribute(logicalId, name),
      imported: (name) => this.imported(name),
    };
  }

  /** The resources of a type, resolved. */
  resources(type: string): readonly ResolvedResource[] {
    return this.logicalIds(type).map((logicalId) => ({
      logicalId,
      type,
      properties: this.resolveObject(this.raw(logicalId)),
    }));
  }

  /** Some properties of a resource, resolved; the others may refer to what has no model. */
  properties(logicalId: string, names: readonly string[]): JsonObject {
    const properties = this.raw(logicalId);
    return Object.fromEntries(names.map((name) => [name, this.resolve(properties[name])]));
  }

  /** The properties of a resource as they stand in the template. */
  raw(logicalId: string): JsonObject {
    const { Condition: condition, Properties: properties = {} } = this.resource(logicalId);
    if (condition !== undefined) {
      throw unmodelled(`the condition ${condition} that ${logicalId} of ${this.stack.name} depends on`);
    }
    return properties;
  }

  /** The logical ids of the resources of a type. */
  logicalIds(type: string): readonly string[] {
    const { Resources } = this.stack.template;
    return Object.keys(Resources).filter((logicalId) => Resources[logicalId]?.Type === type);
  }

  /** What `Ref` gives for a resource or parameter. */
  reference(logicalId: string): string {
    return this.lookup(logicalId).reference;
  }

  /** Fills in every intrinsic function within a value. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => this.resolve(item)).filter((item) => item !== undefined);
    }
    if (!isJsonObject(value)) {
      return value;
    }
    const [key = '', ...more] = Object.keys(value);
    return more.length === 0 && isIntrinsic(key)
      ? evaluateIntrinsic(key, value[key], this.scope)
      : this.resolveObject(value);
  }

  /** The value that the stack exports under a name, or undefined. */
  exported(name: string): unknown {
    const output = Object.values(this.stack.template.Outputs ?? {}).find(
      ({ Export }) => isJsonObject(Export) && this.resolve(Export['Name']) === name,
    );
    return output && this.resolve(output['Value']);
  }

  private resolveObject(object: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(object)
        .map(([key, value]) => [key, this.resolve(value)] as const)
        .filter(([, value]) => value !== undefined),
    );
  }

  private ref(logicalId: string): string | undefined {
    if (logicalId === 'AWS::NoValue') {
      return undefined;
    }
    return this.pseudoParameters.get(logicalId) ?? this.parameter(logicalId) ?? this.reference(logicalId);
  }

  private parameter(name: string): string | undefined {
    const { Parameters = {} } = this.stack.template;
    const parameter = Object.hasOwn(Parameters, name) ? Parameters[name] : undefined;
    if (parameter === undefined) {
      return undefined;
    }
    const { Default: preset } = parameter;
    if (typeof preset !== 'string' && typeof preset !== 'number') {
      throw unmodelled(`the parameter ${name} of ${this.stack.name}, which has no text as its default`);
    }
    const initial = typeof preset === 'number' ? String(preset) : preset;
    if (!String(parameter['Type']).startsWith('AWS::SSM::Parameter::Value')) {
      return initial;
    }
    const value = this.readParameter(initial);
    if (value === undefined) {
      throw unmodelled(`the parameter ${initial}, which ${this.stack.name} reads before anything wrote it`);
    }
    return value;
  }

  private attribute(logicalId: string, name: string): string {
    const { attributes } = this.lookup(logicalId);
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (value === undefined) {
      throw unmodelled(`the attribute ${name} of ${logicalId}`);
    }
    return value;
  }

  protected lookup(logicalId: string): PhysicalResource {
    const resource = this.resource(logicalId);
    const given = (property: string) => {
      const value = this.resolve(resource.Properties?.[property]);
      return typeof value === 'string' ? value : undefined;
    };
    return physicalResource(this.stack.name, logicalId, resource.Type, given, this.environment);
  }

  private resource(logicalId: string): TemplateResource {
    const { Resources } = this.stack.template;
    const resource = Object.hasOwn(Resources, logicalId) ? Resources[logicalId] : undefined;
    if (resource === undefined) {
      throw new WinbakeError(
        'REHEARSAL_FAILED',
        `${this.stack.name} refers to ${logicalId}, which its template does not have; CloudFormation would refuse it.`,
      );
    }
    return resource;
  }

  private imported(name: string): unknown {
    const values = this.others().flatMap((other) => other.exported(name) ?? []);
    if (values.length === 0) {
      throw unmodelled(`the import of ${name}, which no stack of the assembly exports`);
    }
    return values[0];
  }
}

/** Keeps what is made of stacks until another deployment changes them. */
export function perDeployment<T>(stacks: readonly StackModel[], make: () => T): () => T {
  let kept: { readonly of: readonly StackModel[]; readonly value: T } | undefined;
  return () => {
    const before = kept?.of;
    if (
      kept === undefined ||
      before?.length !== stacks.length ||
      stacks.some((one, index) => one !== before[index])
    ) {
      kept = { of: [...stacks], value: make() };
    }
    return kept.value;
  };
}

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
