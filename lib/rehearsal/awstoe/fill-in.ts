import { isJsonObject } from '../../core/oci/json-value';
import { WinbakeError } from '../../core/errors/winbake-error';

/** Values by the name that a document refers to them with, such as `Bucket` or `build.DocumentKey.outputs.stdout`. */
export type Variables = ReadonlyMap<string, string>;

/**
 * Replaces every `{{ name }}` in the texts of a value. A name that nothing defines fails, as it does in AWSTOE.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-user-defined-variables.html
 */
export function fillIn(value: unknown, variables: Variables, where: string): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\{\{\s*([^}\s]+)\s*\}\}/g, (_whole, name: string) => {
      const filled = variables.get(name);
      if (filled === undefined) {
        throw new WinbakeError(
          'REHEARSAL_FAILED',
          `${where} refers to {{ ${name} }}, which nothing defines.`,
        );
      }
      return filled;
    });
  }
  if (Array.isArray(value)) {
    return value.map((item) => fillIn(item, variables, where));
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, variables, where)]))
    : value;
}
