import { valueAt, type Evaluation } from './evaluation';
import type { FieldReader } from './field-reader';
import { readIntrinsicFunction } from './intrinsic-function';
import { isJsonObject, type JsonValue } from './json-value';
import { notValid } from './state-failure';

/**
 * Reads `Parameters` or `ResultSelector`: an object in which each field named `x.$`, however deep, takes its value from
 * a path or an intrinsic function and is named `x`. Undefined where the field is absent.
 *
 * @see https://states-language.net/spec.html#payload-template
 */
export function readPayloadTemplate(fields: FieldReader, name: string): Evaluation | undefined {
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
export function readExpression(fields: FieldReader, name: string): Evaluation | undefined {
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
