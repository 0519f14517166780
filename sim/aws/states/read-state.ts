import { readChoiceRule } from './choice-rule';
import { valueAt, type Evaluation } from './evaluation';
import { GREATEST_INTEGER, type FieldReader, readNextOrEnd, readNext } from './field-reader';
import { readPayloadTemplate, readExpression } from './payload-template';
import { readResultPath } from './result-path';
import { readCatchers, readRetriers } from './retrier';
import type { FilteringState, TaskState, WaitState, ChoiceState, FailState, PassState, State } from './state';
import { notModelled, notValid, runtimeFailure } from './state-failure';

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
export function readState(name: string, fields: FieldReader): State {
  fields.string('Comment');
  refuseOtherLanguages(fields);
  const state = readByType(name, fields);
  fields.done();
  return state;
}

/** Refuses every query language but JSONPath, for a state or a whole machine. */
export function refuseOtherLanguages(fields: FieldReader): void {
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
