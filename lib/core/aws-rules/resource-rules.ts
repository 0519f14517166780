import { isJsonObject, type JsonObject } from '../../contract/values/json';
import required from './required-properties.json';
import type { Rule } from './rule';
import { at, has, text } from './values';

/** What a part of a resource must have, by the part's place: `*` stands for each entry of a list, `{}` for each value of a map. */
type RequiredProperties = Readonly<Record<string, readonly string[]>>;

/**
 * The properties without which CloudFormation refuses a resource, of the types that Winbake makes: what the schema of its registry
 * and CDK's both require. `tools/build/required-properties.py` writes them.
 */
const REQUIRED: Readonly<Record<string, RequiredProperties>> = required.types;

/** Whether it is known what resources of a type must have. */
export function hasRequired(type: string): boolean {
  return Object.hasOwn(REQUIRED, type);
}

/** A required property that is not there, as the service says it, and what is there. */
interface MissingProperty {
  readonly what: string;
  readonly given: readonly string[];
}

/**
 * The required properties that a resource lacks, in the words of CloudFormation. What is only known in the account counts as given.
 * @see https://github.com/aws-cloudformation/iac-model-evaluation/issues/29
 */
export function missingProperties(type: string, properties: unknown): readonly MissingProperty[] {
  return Object.entries(hasRequired(type) ? (REQUIRED[type] ?? {}) : {}).flatMap(([place, names]) =>
    parts(properties, '#', place.split('/').slice(1)).flatMap(({ part, where }) =>
      names
        .filter((name) => !has(part, name))
        .map((name) => ({ what: `${where}: required key [${name}] not found`, given: Object.keys(part) })),
    ),
  );
}

interface Part {
  readonly part: JsonObject;
  /** As a JSON pointer. */
  readonly where: string;
}

/** The parts that are at a place, but those into which a function like `Fn::Transform` puts more in the account. */
function parts(value: unknown, where: string, [step, ...further]: readonly string[]): readonly Part[] {
  if (step === undefined) {
    const isWhole = isJsonObject(value) && !Object.keys(value).some((name) => name.startsWith('Fn::'));
    return isWhole ? [{ part: value, where }] : [];
  }
  switch (step) {
    case '*':
      return (Array.isArray(value) ? (value as readonly unknown[]) : []).flatMap((entry, index) =>
        parts(entry, `${where}/${index}`, further),
      );
    case '{}':
      return Object.entries(isJsonObject(value) ? value : {}).flatMap(([name, entry]) =>
        parts(entry, `${where}/${name}`, further),
      );
    default:
      return parts(at(value, step), `${where}/${step}`, further);
  }
}

/** A resource of any type that is accepted. */
export const RESOURCE_EXAMPLE: JsonObject = {
  Type: 'AWS::Logs::MetricFilter',
  Properties: {
    LogGroupName: 'polls',
    FilterPattern: '{ $.level = "ERROR" }',
    MetricTransformations: [{ MetricName: 'Errors', MetricNamespace: 'Polls', MetricValue: '1' }],
  },
};

/** What CloudFormation refuses in a resource of any type, before it asks the service. */
export const RESOURCE_RULES: readonly Rule[] = [
  {
    id: 'resource/required',
    source: 'https://github.com/aws-cloudformation/iac-model-evaluation/issues/29',
    wayOut: 'Give it, spelled as the page of the resource has it.',
    refused: { Properties: { FilterPattern: '', MetricTransformations: [] } },
    check: (document) =>
      missingProperties(text(document, 'Type') ?? '', at(document, 'Properties')).map(
        ({ what, given }) =>
          `Properties validation failed with message: ${what}; got: ${given.length === 0 ? 'nothing' : given.join(', ')}`,
      ),
  },
];
