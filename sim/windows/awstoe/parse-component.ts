import { parse } from 'yaml';
import { unmodelled } from '../../aws/cloudformation/environment';
import { DocumentReader, notValid, shown, listOf } from './document-reader';
import {
  PHASES,
  type ParsedComponent,
  type ParsedStep,
  type PhaseName,
  parseLoop,
  type StepCondition,
} from './parsed-component';
import { checkReferences } from './reference';
import { actionNamed } from './actions';
import { parseCondition, single } from './condition';

const NAME = /^[A-Za-z0-9_-]{3,128}$/;

/**
 * The names of a document's parameters, with the defaults of those that have one.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html#user-defined-vars-parameters
 */
function parseParameters(document: DocumentReader): ReadonlyMap<string, string | undefined> {
  return readVariables(document, 'parameters', (reader) => {
    reader.optionalText('description');
    return reader.optionalText('default');
  });
}

/**
 * The constants of a document by name; none may have the name of a parameter.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html#user-defined-vars-constants
 */
function parseConstants(
  document: DocumentReader,
  parameters: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, string> {
  const constants = readVariables(document, 'constants', (reader) => reader.text('value'));
  const both = [...constants.keys()].find((name) => parameters.has(name));
  if (both !== undefined) {
    throw notValid(document.where, `a constant and a parameter are both called '${both}'`);
  }
  return constants;
}

/** A list of mappings of a single name each. */
function readVariables<T>(
  document: DocumentReader,
  field: 'parameters' | 'constants',
  read: (reader: DocumentReader) => T,
): ReadonlyMap<string, T> {
  const value = document.value(field);
  const variables = new Map<string, T>();
  if (value === undefined) {
    return variables;
  }
  for (const entry of DocumentReader.ofList(value, `${document.where}, ${field}`)) {
    const [name = '', ...others] = entry.names();
    if (!NAME.test(name) || others.length > 0) {
      const got = shown(entry.names().join(', '));
      throw notValid(entry.where, `one name of 3 to 128 letters, digits, - and _ is needed, got: ${got}`);
    }
    if (variables.has(name)) {
      throw notValid(document.where, `two ${field} are called '${name}'`);
    }
    const reader = DocumentReader.of(entry.value(name), `${document.where}, ${field}, ${name}`);
    const type = reader.text('type');
    if (type !== 'string') {
      throw reader.wrong('type', "'string'", type);
    }
    variables.set(name, read(reader));
    reader.done();
  }
  return variables;
}

/**
 * Parses a component document. What AWSTOE would refuse is refused in one sentence, and so is, by name, what AWSTOE may know
 * and the rehearsal does not.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html#document-schema
 */
export function parseComponent(yaml: string, nameOfResource = 'without a name'): ParsedComponent {
  const parsed = parseYaml(yaml, nameOfResource);
  const name =
    DocumentReader.of(parsed, `component ${nameOfResource}`).optionalText('name') ?? nameOfResource;
  const document = DocumentReader.of(parsed, `component ${name}`);
  document.optionalText('name');
  document.optionalText('description');
  const schemaVersion = document.value('schemaVersion');
  if (schemaVersion !== 1 && schemaVersion !== '1.0') {
    throw document.wrong('schemaVersion', '1.0', schemaVersion);
  }
  const parameters = parseParameters(document);
  const constants = parseConstants(document, parameters);
  const phases = parsePhases(document.value('phases'), document.where);
  document.done();
  const component = { name, parameters, constants, phases };
  checkReferences(component);
  return component;
}

function parseYaml(yaml: string, name: string): unknown {
  try {
    return parse(yaml);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw notValid(`component ${name}`, `its document is not YAML: ${reason.replace(/:?\s*$/, '')}`);
  }
}

function parsePhases(value: unknown, where: string): ReadonlyMap<PhaseName, readonly ParsedStep[]> {
  const phases = new Map<PhaseName, readonly ParsedStep[]>();
  for (const phase of DocumentReader.ofList(value, `${where}, phases`)) {
    const name = PHASES.find((one) => one === phase.text('name'));
    if (name === undefined) {
      throw unmodelled(`the phase ${phase.text('name')} of ${where}`);
    }
    if (phases.has(name)) {
      throw notValid(where, `two phases are called '${name}'`);
    }
    phases.set(name, parseSteps(phase.value('steps'), name, where));
    phase.done();
  }
  return phases;
}

function parseSteps(value: unknown, phase: PhaseName, where: string): readonly ParsedStep[] {
  const steps = listOf(value, `phase ${phase} of ${where}, steps`).map((entry, index) =>
    parseStep(entry, `step ${index + 1} of phase ${phase}`, where),
  );
  refuseTwice(
    steps.map(({ name }) => name),
    `steps of phase ${phase}`,
    where,
  );
  refuseTwice(
    steps.flatMap(({ loop }) => loop?.name ?? []).filter((name) => name !== ''),
    'loops',
    where,
  );
  return steps;
}

function refuseTwice(names: readonly string[], what: string, where: string): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw notValid(where, `two ${what} are called ${shown(twice)}`);
  }
}

const DEFAULT_TIMEOUT_SECONDS = 7200;
const NO_TIMEOUT = -1;

/**
 * Parses a step: its own fields, and its inputs as its action wants them.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html#document-schema
 */
function parseStep(value: unknown, place: string, component: string): ParsedStep {
  const name = DocumentReader.of(value, `${place} of ${component}`).text('name');
  const where = `step ${name} of ${component}`;
  const reader = DocumentReader.of(value, where);
  reader.text('name');
  const action = reader.text('action');
  const [condition, loop, inputs] = ['if', 'loop', 'inputs'].map((field) => reader.value(field));
  const step = {
    name,
    action,
    onFailure: reader.choice('onFailure', ['Abort', 'Continue', 'Ignore']),
    timeoutSeconds: timeoutOf(reader),
    maxAttempts: attemptsOf(reader),
    ...(condition === undefined ? {} : { condition: parseStepCondition(condition, `${where}, if`) }),
    ...(loop === undefined ? {} : { loop: parseLoop(loop, `${where}, loop`) }),
    inputs,
  };
  reader.done();
  actionNamed(action, where).check(inputs, `${where}, inputs`);
  return step;
}

/** -1 is no limit; 0 and other negative numbers are refused. */
function timeoutOf(reader: DocumentReader): number | undefined {
  const seconds = reader.optionalInteger('timeoutSeconds') ?? DEFAULT_TIMEOUT_SECONDS;
  if (seconds < 1 && seconds !== NO_TIMEOUT) {
    throw reader.wrong('timeoutSeconds', 'a number of seconds from 1, or -1 for no limit,', seconds);
  }
  return seconds === NO_TIMEOUT ? undefined : seconds;
}

function attemptsOf(reader: DocumentReader): number {
  const attempts = reader.optionalInteger('maxAttempts') ?? 1;
  if (attempts < 1) {
    throw reader.wrong('maxAttempts', 'a whole number from 1', attempts);
  }
  return attempts;
}

function parseStepCondition(value: unknown, where: string): StepCondition {
  const reader = single(value, where);
  const whenTrue = reader.choice('then', ['Execute', 'Skip', 'Abort']);
  const whenFalse = reader.choice('else', ['Skip', 'Execute', 'Abort']);
  return { condition: parseCondition(reader), whenTrue, whenFalse };
}
