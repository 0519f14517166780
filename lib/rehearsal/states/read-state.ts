import { readChoiceRule } from './choice-rule';
import type { Evaluation } from './evaluation';
import type { FieldReader } from './field-reader';
import { readExpression, readPayloadTemplate } from './payload-template';
import { readNext, readNextOrEnd } from './read-next';
import { readTaskState } from './read-task-state';
import { notModelled, notValid } from './refusal';
import { readResultPath } from './result-path';
import type { ChoiceState, FailState, FilteringState, PassState, State } from './state';
import { readWaitEnd } from './wait-end';

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
