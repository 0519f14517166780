import { RegistryError } from './registry-error';

/** A JSON object of unknown shape. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON object in a body; throws a `RegistryError` where the body is not one. `subject` names it to people. */
export function parseJsonObject(body: string, subject: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} is not JSON.`, { cause });
  }
  if (!isJsonObject(value)) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} is not a JSON object.`);
  }
  return value;
}

/** The text at a key, or undefined where it is absent or something else. */
export function textAt(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  return typeof value === 'string' ? value : undefined;
}
