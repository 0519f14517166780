import { RegistryError } from './registry-error';
import { JsonObject, isJsonObject } from '../../contract/values/json';

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
