import type { FieldReader } from './field-reader';
import { isJsonObject, type JsonValue } from './json-value';
import { notModelled, notValid, StateFailure } from './state-failure';

/** The names that lead to where a result is put; none for `$`, null where the result is dropped. */
export type ResultPath = readonly string[] | null;

/** Reads `ResultPath`; absent, it is `$`. Array indexes are refused: the language does not say what an absent one does. */
export function readResultPath(fields: FieldReader): ResultPath {
  const path = fields.pathOrNull('ResultPath');
  if (path === undefined || path === null) {
    return path === null ? null : [];
  }
  if (path.ofContext) {
    throw notValid(`'ResultPath' leads into the context object ('${path.text}')`, fields.where);
  }
  return path.steps.map((step) => {
    if (typeof step === 'number') {
      throw notModelled(`an array index in 'ResultPath' ('${path.text}')`, fields.where);
    }
    return step;
  });
}

/**
 * Combines a state's raw input with its result: the result replaces what stands at the path, and objects on the way are
 * made as needed. Fails with `States.ResultPathMatchFailure` where something that is no object stands on the way.
 * (The service has been seen to call that `States.ReferencePathConflict`; the language does not know that name.)
 *
 * @see https://states-language.net/spec.html#filters
 */
export function putResult(path: ResultPath, input: JsonValue, result: JsonValue): JsonValue {
  return path === null ? input : putAt(path, input, result);
}

function putAt(path: readonly string[], input: JsonValue | undefined, result: JsonValue): JsonValue {
  const [name, ...rest] = path;
  if (name === undefined) {
    return result;
  }
  const target = input === undefined ? {} : input;
  if (!isJsonObject(target)) {
    throw new StateFailure(
      'States.ResultPathMatchFailure',
      `The result cannot be put at '${name}' of what is no object: ${JSON.stringify(target)}.`,
    );
  }
  const present = Object.hasOwn(target, name) ? target[name] : undefined;
  return { ...target, [name]: putAt(rest, present, result) };
}
