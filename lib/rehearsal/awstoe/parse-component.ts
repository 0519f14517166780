import { parse } from 'yaml';
import { WinbakeError } from '../../core/errors/winbake-error';
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
const PHASE_FIELDS = ['name', 'steps'];
const PHASES = ['build', 'validate', 'test'];
const DEFAULT_TIMEOUT_SECONDS = 7200;

/**
 * Parses a component document; fields and values that the rehearsal does not model are refused by name.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
 */
export function parseComponent(yaml: string): ParsedComponent {
  const document = parseYaml(yaml);
  const name = String(document['name']);
  refuseOthers(document, DOCUMENT_FIELDS, `component ${name}`);
  const phases = listOf(document['phases']).filter(isJsonObject);
  for (const phase of phases) {
    refuseOthers(phase, PHASE_FIELDS, `a phase of component ${name}`);
    if (!PHASES.includes(String(phase['name']))) {
      throw unmodelled(`the phase ${String(phase['name'])} of component ${name}`);
    }
  }
  return {
    name,
    parameters: new Map(listOf(document['parameters']).filter(isJsonObject).flatMap(parseParameter)),
    phases: new Map(phases.map((phase) => [String(phase['name']), parseSteps(phase, name)])),
  };
}

function parseYaml(yaml: string): JsonObject {
  let document: unknown;
  try {
    document = parse(yaml);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new WinbakeError('REHEARSAL_FAILED', `A component document is not YAML: ${reason}.`, { cause });
  }
  if (!isJsonObject(document)) {
    throw unmodelled('a component document that is no YAML mapping');
  }
  return document;
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
        timeoutSeconds: positive(step['timeoutSeconds'] ?? DEFAULT_TIMEOUT_SECONDS, 'timeoutSeconds', name),
        maxAttempts: positive(step['maxAttempts'] ?? 1, 'maxAttempts', name),
        inputs: step['inputs'],
      };
    });
}

function positive(value: unknown, field: string, step: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw unmodelled(`${field} ${JSON.stringify(value)} of step ${step}`);
  }
  return value;
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
