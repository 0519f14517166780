import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../core/oci/json-value';
import { unmodelled } from '../assembly/unmodelled';

/** A step of a component document, its inputs not filled in yet. */
export interface ParsedStep {
  readonly name: string;
  readonly action: string;
  readonly onFailure: 'Abort' | 'Continue' | 'Ignore';
  readonly timeoutSeconds: number;
  readonly maxAttempts: number;
  readonly inputs: unknown;
}

/** A component document as the rehearsal runs it. */
export interface ParsedComponent {
  readonly name: string;
  /** The names of its parameters, with the defaults of those that have one. */
  readonly parameters: ReadonlyMap<string, string | undefined>;
  readonly phases: ReadonlyMap<string, readonly ParsedStep[]>;
}

const DOCUMENT_FIELDS = ['name', 'description', 'schemaVersion', 'parameters', 'phases'];
const STEP_FIELDS = ['name', 'action', 'timeoutSeconds', 'onFailure', 'maxAttempts', 'inputs'];
const DEFAULT_TIMEOUT_SECONDS = 7200;

/**
 * Parses a component document; fields and values that the rehearsal does not model are refused by name.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
 */
export function parseComponent(yaml: string): ParsedComponent {
  const document: unknown = parse(yaml);
  if (!isJsonObject(document)) {
    throw unmodelled('a component document that is no YAML mapping');
  }
  const name = String(document['name']);
  refuseOthers(document, DOCUMENT_FIELDS, `component ${name}`);
  const phases = listOf(document['phases']).filter(isJsonObject);
  return {
    name,
    parameters: new Map(listOf(document['parameters']).filter(isJsonObject).flatMap(parseParameter)),
    phases: new Map(phases.map((phase) => [String(phase['name']), parseSteps(phase, name)])),
  };
}

function parseParameter(parameter: JsonObject): [string, string | undefined][] {
  return Object.entries(parameter).map(([name, details]) => {
    const preset = isJsonObject(details) ? details['default'] : undefined;
    return [name, typeof preset === 'string' ? preset : undefined];
  });
}

function parseSteps(phase: JsonObject, component: string): readonly ParsedStep[] {
  return listOf(phase['steps'])
    .filter(isJsonObject)
    .map((step) => {
      const name = String(step['name']);
      refuseOthers(step, STEP_FIELDS, `step ${name} of component ${component}`);
      const onFailure = step['onFailure'] ?? 'Abort';
      if (onFailure !== 'Abort' && onFailure !== 'Continue' && onFailure !== 'Ignore') {
        throw unmodelled(`onFailure ${JSON.stringify(onFailure)} of step ${name} of component ${component}`);
      }
      return {
        name,
        action: String(step['action']),
        onFailure,
        timeoutSeconds: Number(step['timeoutSeconds'] ?? DEFAULT_TIMEOUT_SECONDS),
        maxAttempts: Number(step['maxAttempts'] ?? 1),
        inputs: step['inputs'],
      };
    });
}

function refuseOthers(object: JsonObject, known: readonly string[], where: string): void {
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw unmodelled(`the field '${unknown}' in ${where}`);
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
