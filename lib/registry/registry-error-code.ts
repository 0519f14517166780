import { isJsonObject, textAt } from '../contract/values/json';

/**
 * The registry's own code in the body of a refused request, such as `TOOMANYREQUESTS`, or undefined where there is none.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
export function registryErrorCode(body: Buffer): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  const errors: unknown = isJsonObject(value) ? value['errors'] : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const code = isJsonObject(first) ? textAt(first, 'code') : undefined;
  return code !== undefined && /^\w{1,64}$/.test(code) ? code : undefined;
}
