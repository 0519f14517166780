import { isJsonObject, type JsonObject } from '../../core/oci/json-value';
import { physicalResource, ACCOUNT, REGION } from './physical-names';
import type { AssemblyStack, TemplateResource } from './read-assembly';
import { unmodelled } from './unmodelled';

/** A resource of a template with every reference in its properties filled in. */
export interface ResolvedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
}

/** Reads the value of a parameter whose default names an SSM parameter. */
export type ReadParameter = (name: string) => string | undefined;

const PSEUDO_PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/rehearsal`,
};

/**
 * A stack as CloudFormation would deploy it: references resolve to names that depend on the template alone. What the
 * rehearsal does not model is refused by name, never guessed.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 */
export class StackModel {
  constructor(
    readonly stack: AssemblyStack,
    private readonly readParameter: ReadParameter,
    private readonly others: () => readonly StackModel[],
  ) {}

  /** The resources of a type, resolved. */
  resources(type: string): readonly ResolvedResource[] {
    return Object.entries(this.stack.template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => ({
        logicalId,
        type,
        properties: this.resolveObject(resource.Properties ?? {}),
      }));
  }

  /** Some properties of a resource, resolved; the others may refer to what has no model. */
  properties(logicalId: string, names: readonly string[]): JsonObject {
    const properties = this.stack.template.Resources[logicalId]?.Properties ?? {};
    return Object.fromEntries(names.map((name) => [name, this.resolve(properties[name])]));
  }

  /** The logical ids of the resources of a type. */
  logicalIds(type: string): readonly string[] {
    const { Resources } = this.stack.template;
    return Object.keys(Resources).filter((logicalId) => Resources[logicalId]?.Type === type);
  }

  /** What `Ref` gives for a resource or parameter. */
  reference(logicalId: string): string {
    return this.lookUp(logicalId).reference;
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
    return more.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))
      ? this.intrinsic(key, value[key])
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

  private intrinsic(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.ref(String(argument));
      case 'Fn::GetAtt': {
        const [logicalId = '', ...path] =
          typeof argument === 'string' ? argument.split('.') : (argument as string[]);
        return this.attribute(logicalId, path.join('.'));
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        return (this.resolve(parts) as unknown[]).map(String).join(separator);
      }
      case 'Fn::Sub':
        return this.substitute(argument);
      case 'Fn::Select': {
        const [index, list] = argument as [string | number, unknown];
        return (this.resolve(list) as unknown[])[Number(index)];
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(this.resolve(text)).split(separator);
      }
      case 'Fn::Base64':
        return Buffer.from(String(this.resolve(argument))).toString('base64');
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${REGION}${zone}`);
      case 'Fn::ImportValue':
        return this.imported(String(this.resolve(argument)));
      default:
        throw unmodelled(`${name} in the template of ${this.stack.name}`);
    }
  }

  private ref(logicalId: string): string | undefined {
    if (logicalId === 'AWS::NoValue') {
      return undefined;
    }
    if (logicalId === 'AWS::StackName') {
      return this.stack.name;
    }
    return PSEUDO_PARAMETERS[logicalId] ?? this.parameter(logicalId) ?? this.reference(logicalId);
  }

  private parameter(name: string): string | undefined {
    const parameter = this.stack.template.Parameters?.[name];
    if (parameter === undefined) {
      return undefined;
    }
    const { Default: preset } = parameter;
    const initial = typeof preset === 'string' ? preset : '';
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
    const value = this.lookUp(logicalId).attributes[name];
    if (value === undefined) {
      throw unmodelled(`the attribute ${name} of ${logicalId}`);
    }
    return value;
  }

  private lookUp(logicalId: string) {
    const resource: TemplateResource | undefined = this.stack.template.Resources[logicalId];
    if (resource === undefined) {
      throw unmodelled(`${logicalId}, which ${this.stack.name} refers to and does not have`);
    }
    return physicalResource(this.stack.name, logicalId, resource.Type, (property) => {
      const value = this.resolve(resource.Properties?.[property]);
      return typeof value === 'string' ? value : undefined;
    });
  }

  private substitute(argument: unknown): string {
    const [text, own] = Array.isArray(argument) ? (argument as [string, JsonObject]) : [String(argument), {}];
    return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (whole: string, literal: string, name: string) => {
      if (literal !== '') {
        return `\${${name}}`;
      }
      if (Object.hasOwn(own, name)) {
        return String(this.resolve(own[name]));
      }
      return name.includes('.') && !name.startsWith('AWS::')
        ? String(this.intrinsic('Fn::GetAtt', name))
        : (this.ref(name) ?? whole);
    });
  }

  private imported(name: string): unknown {
    const values = this.others().flatMap((other) => other.exported(name) ?? []);
    if (values.length === 0) {
      throw unmodelled(`the import of ${name}, which no stack of the assembly exports`);
    }
    return values[0];
  }
}
