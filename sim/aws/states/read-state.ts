import { readChoiceRule } from './choice-rule';
import { valueAt, type Evaluation } from './evaluation';
import { GREATEST_INTEGER, FieldReader, readNextOrEnd, readNext } from './field-reader';
import { readResultPath } from './result-path';
import { readCatchers, readRetriers } from './retrier';
import {
  type FilteringState,
  type TaskState,
  type WaitState,
  type ChoiceState,
  type FailState,
  type PassState,
  type State,
  successorsOf,
} from './state';
import { notModelled, notValid, runtimeFailure } from './state-failure';
import { readIntrinsicFunction } from './evaluation';
import { isJsonObject, type JsonValue, copyJson } from './json-value';

/** A function, or an action of a service that answers at once or when its job has ended. */
const RESOURCES: readonly RegExp[] = [
  /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/,
  /^arn:aws[a-z-]*:states:::(?:aws-sdk:)?[a-z0-9-]+:[A-Za-z0-9]+(?:\.sync(?::2)?)?$/,
];

/**
 * Reads what is special to a Task state. Callbacks by token, activities, heartbeats and credentials are refused. Without
 * `TimeoutSeconds` a task has the time that Step Functions gives it, which is longer than any execution.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
 */
function readTaskState(fields: FieldReader, common: FilteringState): TaskState {
  const resource = fields.value('Resource');
  if (typeof resource !== 'string' || !RESOURCES.some((form) => form.test(resource))) {
    throw notModelled(`the resource ${JSON.stringify(resource)}`, fields.where);
  }
  return {
    ...common,
    type: 'Task',
    resource,
    parameters: readPayloadTemplate(fields, 'Parameters'),
    resultSelector: readPayloadTemplate(fields, 'ResultSelector'),
    resultPath: readResultPath(fields),
    timeoutSeconds: fields.integer('TimeoutSeconds', { from: 1, to: GREATEST_INTEGER }) ?? GREATEST_INTEGER,
    retriers: readRetriers(fields),
    catchers: readCatchers(fields),
    next: readNextOrEnd(fields),
  };
}

const FIELDS = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'] as const;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Reads how long a Wait state waits: exactly one of its four fields.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
function readWaitEnd(fields: FieldReader): WaitState['until'] {
  const named = FIELDS.filter((name) => fields.value(name) !== undefined);
  const [name] = named;
  if (name === undefined || named.length > 1) {
    throw notValid(
      `a Wait state has one of ${FIELDS.join(', ')}; this one has ${named.length}`,
      fields.where,
    );
  }
  switch (name) {
    case 'Seconds': {
      const seconds = fields.integer(name, { from: 0, to: GREATEST_INTEGER }) ?? 0;
      return (_scope, now) => after(now, seconds);
    }
    case 'Timestamp': {
      const text = fields.string(name) ?? '';
      const instant = parseInstant(text);
      if (instant === undefined) {
        throw notValid(`'Timestamp' is not an instant: '${text}'`, fields.where);
      }
      return () => instant;
    }
    case 'SecondsPath':
    case 'TimestampPath':
      return readEndAtPath(fields, name);
  }
}

function readEndAtPath(fields: FieldReader, name: 'SecondsPath' | 'TimestampPath'): WaitState['until'] {
  const path = fields.path(name);
  if (path === undefined) {
    throw notValid(`'${name}' is missing`, fields.where);
  }
  return (scope, now) => {
    const value = valueAt(path, scope);
    if (name === 'TimestampPath') {
      const instant = typeof value === 'string' ? parseInstant(value) : undefined;
      return instant ?? unfit(path.text, 'an instant');
    }
    const isSeconds =
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= GREATEST_INTEGER;
    return isSeconds ? after(now, value) : unfit(path.text, `whole seconds up to ${GREATEST_INTEGER}`);
  };
}

function unfit(path: string, what: string): never {
  throw runtimeFailure(`The path '${path}' finds something else than ${what}.`);
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

/** An instant in the profile of RFC 3339 that the language takes: with `T`, and with `Z` or an offset. */
function parseInstant(text: string): Date | undefined {
  const instant = new Date(INSTANT.test(text) ? text : NaN);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}

/**
 * Reads a state; throws a `WinbakeError` for a type or a field that is not modelled.
 *
 * @see https://states-language.net/spec.html#state-types
 */
function readState(name: string, fields: FieldReader): State {
  fields.string('Comment');
  refuseOtherLanguages(fields);
  const state = readByType(name, fields);
  fields.done();
  return state;
}

/** Refuses every query language but JSONPath, for a state or a whole machine. */
function refuseOtherLanguages(fields: FieldReader): void {
  const language = fields.string('QueryLanguage') ?? 'JSONPath';
  if (language !== 'JSONPath') {
    throw notModelled(`the query language '${language}'`, fields.where);
  }
}

function readByType(name: string, fields: FieldReader): State {
  const type = fields.string('Type');
  if (type === 'Fail') {
    return readFailState(name, fields);
  }
  const common: FilteringState = {
    name,
    inputPath: fields.pathOrNull('InputPath'),
    outputPath: fields.pathOrNull('OutputPath'),
  };
  switch (type) {
    case 'Task':
      return readTaskState(fields, common);
    case 'Choice':
      return readChoiceState(fields, common);
    case 'Wait':
      return { ...common, type, until: readWaitEnd(fields), next: readNextOrEnd(fields) };
    case 'Pass':
      return readPassState(fields, common);
    case 'Succeed':
      return { ...common, type };
    case undefined:
    default:
      throw notModelled(`the state type ${JSON.stringify(type)}`, fields.where);
  }
}

function readChoiceState(fields: FieldReader, common: FilteringState): ChoiceState {
  const choices = fields.innerAll('Choices').map((choice) => {
    const next = readNext(choice);
    return { holds: readChoiceRule(choice), next };
  });
  if (choices.length === 0) {
    throw notValid("'Choices' is missing", fields.where);
  }
  return { ...common, type: 'Choice', choices, default: fields.string('Default') };
}

function readPassState(fields: FieldReader, common: FilteringState): PassState {
  const result = fields.value('Result');
  const parameters = readPayloadTemplate(fields, 'Parameters');
  if (result !== undefined && parameters !== undefined) {
    throw notModelled("'Result' beside 'Parameters'", fields.where);
  }
  const next = readNextOrEnd(fields);
  return { ...common, type: 'Pass', result, parameters, resultPath: readResultPath(fields), next };
}

function readFailState(name: string, fields: FieldReader): FailState {
  return {
    name,
    type: 'Fail',
    error: readTextOrPath(fields, 'Error'),
    cause: readTextOrPath(fields, 'Cause'),
  };
}

function readTextOrPath(fields: FieldReader, name: 'Error' | 'Cause'): Evaluation | undefined {
  const text = fields.string(name);
  const expression = readExpression(fields, `${name}Path`);
  if (text !== undefined && expression !== undefined) {
    throw notValid(`'${name}' stands beside '${name}Path'`, fields.where);
  }
  return text === undefined ? expression : () => text;
}

/**
 * Reads `Parameters` or `ResultSelector`: an object in which each field named `x.$`, however deep, takes its value from
 * a path or an intrinsic function and is named `x`. Undefined where the field is absent.
 *
 * @see https://states-language.net/spec.html#payload-template
 */
function readPayloadTemplate(fields: FieldReader, name: string): Evaluation | undefined {
  const template = fields.value(name);
  if (template === undefined) {
    return undefined;
  }
  if (!isJsonObject(template)) {
    throw notValid(`'${name}' is not an object`, fields.where);
  }
  return templateOf(template, name, fields);
}

/** Reads a field that holds a path or an intrinsic function; undefined where it is absent. */
function readExpression(fields: FieldReader, name: string): Evaluation | undefined {
  const text = fields.string(name);
  return text === undefined ? undefined : expressionOf(text, name, fields);
}

function expressionOf(text: string, name: string, fields: FieldReader): Evaluation {
  if (!text.startsWith('$')) {
    return readIntrinsicFunction(text, name, fields);
  }
  const path = fields.parsePath(text, name);
  return (scope) => valueAt(path, scope);
}

function templateOf(template: JsonValue, name: string, fields: FieldReader): Evaluation {
  if (Array.isArray(template)) {
    const entries = template.map((entry, index) => templateOf(entry, `${name}[${index}]`, fields));
    return (scope) => entries.map((entry) => entry(scope));
  }
  if (!isJsonObject(template)) {
    return () => template;
  }
  const members = new Map<string, Evaluation>();
  for (const [key, value] of Object.entries(template)) {
    const place = `${name}.${key}`;
    const member = key.endsWith('.$') ? key.slice(0, -2) : key;
    if (members.has(member)) {
      throw notValid(`'${place}' gives a second value to '${member}'`, fields.where);
    }
    members.set(member, member === key ? templateOf(value, place, fields) : textOf(value, place, fields));
  }
  return (scope) => Object.fromEntries([...members].map(([key, member]) => [key, member(scope)]));
}

function textOf(value: JsonValue, place: string, fields: FieldReader): Evaluation {
  if (typeof value !== 'string') {
    throw notValid(`'${place}' is neither a path nor an intrinsic function`, fields.where);
  }
  return expressionOf(value, place, fields);
}

/** A machine of which everything is known that can be known before it runs. */
export interface StateMachine {
  readonly start: State;
  readonly states: ReadonlyMap<string, State>;
  /** How long an execution may take; undefined where the machine does not say. */
  readonly timeoutSeconds: number | undefined;
}

/**
 * Reads a definition, as an object or as JSON text. Throws a `WinbakeError` for all that the rehearsal does not model or
 * that is not valid, so that nothing runs of a machine that cannot run through. `contextNames` are the places of the
 * context object that have a value, such as `Execution.Id`.
 *
 * @see https://states-language.net/spec.html#toplevelfields
 */
export function readStateMachine(definition: unknown, contextNames: ReadonlySet<string>): StateMachine {
  const fields = FieldReader.of(jsonOf(definition), contextNames);
  fields.string('Comment');
  refuseOtherLanguages(fields);
  const version = fields.string('Version') ?? '1.0';
  if (version !== '1.0') {
    throw notModelled(`the version '${version}' of the language`, fields.where);
  }
  const timeoutSeconds = fields.integer('TimeoutSeconds', { from: 1, to: GREATEST_INTEGER });
  const startAt = fields.string('StartAt');
  const members = fields.inner(fields.value('States'), "the state machine's 'States'");
  const states = new Map(
    members.names().map((name) => {
      if (Array.from(name).length > 80) {
        throw notValid(`the name '${name}' is longer than 80 characters`, members.where);
      }
      return [name, readState(name, members.inner(members.value(name), `state '${name}'`))];
    }),
  );
  fields.done();
  const start = states.get(startAt ?? '');
  if (start === undefined) {
    throw notValid(`'StartAt' names no state: ${JSON.stringify(startAt)}`, fields.where);
  }
  checkTransitions(states, start);
  return { start, states, timeoutSeconds };
}

/** Every state named exists and can be reached, and one of them ends the execution. */
function checkTransitions(states: ReadonlyMap<string, State>, start: State): void {
  const reached = new Set([start]);
  for (const state of reached) {
    for (const name of successorsOf(state)) {
      const successor = states.get(name);
      if (successor === undefined) {
        throw notValid(`there is no state '${name}', which is named`, `state '${state.name}'`);
      }
      reached.add(successor);
    }
  }
  const lost = [...states.values()].find((state) => !reached.has(state));
  if (lost !== undefined) {
    throw notValid(`no way from 'StartAt' leads there,`, `state '${lost.name}'`);
  }
  if (![...reached].some(isTerminal)) {
    throw notValid('no state ends the execution', 'the state machine');
  }
}

function isTerminal(state: State): boolean {
  return state.type !== 'Choice' && (!('next' in state) || state.next === undefined);
}

function jsonOf(definition: unknown): JsonValue {
  const value = typeof definition === 'string' ? parsed(definition) : copyJson(definition);
  if (value === undefined) {
    throw notValid('its definition is not JSON', 'the state machine');
  }
  return value;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
