import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { unmodelled } from '../assembly/unmodelled';

/** The objects in a list of a resource; none where it is no list. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** A property that must be text. */
export function textOf(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value !== 'string') {
    throw unmodelled(`${key} of a resource that is no text`);
  }
  return value;
}
