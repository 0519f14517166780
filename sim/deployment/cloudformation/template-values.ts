import { WinbakeError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { evaluateIntrinsic, isIntrinsic, type IntrinsicScope } from '../../aws/cloudformation/stack-model';
import type { Environment } from '../../aws/cloudformation/environment';
import type { Template } from '../../aws/cloudformation/assembly';

/** What the values of a template depend on. */
export interface TemplateSurroundings {
  readonly readParameter: (name: string) => string | undefined;
  /** A resource that is deployed already. */
  readonly resource: (
    logicalId: string,
  ) => { readonly reference: string; readonly attributes: Readonly<Record<string, string>> } | undefined;
  readonly imported: (name: string) => unknown;
}

/** A stack in its account and region. */
export interface PlacedStack {
  readonly name: string;
  readonly id: string;
  readonly environment: Environment;
}

/** The values of a template while it is deployed. */
export interface TemplateValues {
  readonly resolve: (value: unknown) => unknown;
  /** What the stack exports, once all its resources are there. */
  readonly exports: () => ReadonlyMap<string, unknown>;
}

/**
 * Reads the parameters of a template at once, as CloudFormation does before it makes anything, and gives what fills in the
 * functions in its values. Throws a `WinbakeError` where an SSM parameter does not exist.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
 */
export function templateValues(
  { environment, id, name: stack }: PlacedStack,
  template: Template,
  { imported, readParameter, resource }: TemplateSurroundings,
): TemplateValues {
  const parameters = new Map<string, string>(
    Object.entries(pseudoParameters({ environment, id, name: stack })),
  );
  for (const [name, parameter] of Object.entries(template.Parameters ?? {})) {
    parameters.set(name, parameterValue(stack, name, parameter, readParameter));
  }
  const required = (logicalId: string) => {
    const found = resource(logicalId);
    if (found === undefined) {
      throw new WinbakeError(
        'REHEARSAL_FAILED',
        `Template error: ${stack} refers to ${logicalId}, which is not there yet.`,
      );
    }
    return found;
  };
  const scope: IntrinsicScope = {
    stack,
    region: environment.region,
    resolve: (value) => resolve(value),
    reference: (name) =>
      name === 'AWS::NoValue' ? undefined : (parameters.get(name) ?? required(name).reference),
    attribute: (logicalId, name) =>
      required(logicalId).attributes[name] ?? `${required(logicalId).reference}.${name}`,
    imported,
  };
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(resolve).filter((item) => item !== undefined);
    }
    if (!isJsonObject(value)) {
      return value;
    }
    const [key = '', ...more] = Object.keys(value);
    return more.length === 0 && isIntrinsic(key) ? evaluateIntrinsic(key, value[key], scope) : members(value);
  };
  const members = (object: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(object)
        .map(([key, value]) => [key, resolve(value)] as const)
        .filter(([, value]) => value !== undefined),
    );
  return {
    resolve,
    exports: () =>
      new Map(
        Object.values(template.Outputs ?? {}).flatMap(({ Export, Value }) =>
          isJsonObject(Export) ? [[String(resolve(Export['Name'])), resolve(Value)] as const] : [],
        ),
      ),
  };
}

function pseudoParameters({ environment, id, name }: PlacedStack): Readonly<Record<string, string>> {
  return {
    'AWS::Region': environment.region,
    'AWS::AccountId': environment.account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': name,
    'AWS::StackId': id,
  };
}

function parameterValue(
  stack: string,
  name: string,
  { Default: preset, Type }: JsonObject,
  readParameter: (name: string) => string | undefined,
): string {
  const initial = typeof preset === 'string' || typeof preset === 'number' ? String(preset) : '';
  if (!String(Type).startsWith('AWS::SSM::Parameter::Value')) {
    return initial;
  }
  const value = readParameter(initial);
  if (value === undefined) {
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `Unable to fetch parameters [${initial}] from parameter store for the parameter ${name} of ${stack}.`,
    );
  }
  return value;
}
