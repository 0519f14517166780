import { readFileSync } from 'node:fs';
import { WinbakeError } from '../../contract/values/errors';
import { isJsonObject, type JsonObject } from '../../contract/values/json';

/** The JSON object in a file. Throws a `WinbakeError` that names the file and the way out where there is none. */
export function readJsonObject(path: string, wayOut: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new WinbakeError('FILE_UNREADABLE', `${path} cannot be read as JSON; ${wayOut}.`, { cause });
  }
  if (!isJsonObject(value)) {
    throw new WinbakeError('FILE_UNREADABLE', `${path} is not a JSON object; ${wayOut}.`);
  }
  return value;
}
