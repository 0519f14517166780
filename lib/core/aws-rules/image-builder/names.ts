import type { JsonObject } from '../../../contract/values/json';
import { asText, at, mustMatch, shown, when } from '../values';

/** The names of Image Builder's resources. */
export function wrongName(document: JsonObject): readonly string[] {
  return mustMatch(
    document,
    'Name',
    /^[-_A-Za-z0-9][-_A-Za-z0-9 ]{1,126}[-_A-Za-z0-9]$/,
    '3 to 128 letters, digits, spaces, - and _, with no space first or last',
  );
}

/** A version as it is given, under either of its names; a number is what YAML makes of a version without quotes. */
function versionOf(document: JsonObject): string | undefined {
  return asText(at(document, 'Version') ?? at(document, 'SemanticVersion'));
}

/** Components and workflows are created under a whole version; Image Builder counts their builds behind it. */
export function wrongWholeVersion(document: JsonObject): readonly string[] {
  const version = versionOf(document);
  return when(
    version !== undefined && !/^\d+\.\d+\.\d+$/.test(version),
    `Version must be three numbers, such as 1.0.0, without a wildcard; got: ${shown(version)}`,
  );
}

/** Recipes may leave numbers to Image Builder: `x` for them, and for all that are right of them. */
export function wrongRecipeVersion(document: JsonObject): readonly string[] {
  const version = versionOf(document);
  return when(
    version !== undefined && !/^(\d+\.(\d+\.(\d+|x)|x\.x)|x\.x\.x)$/.test(version),
    `Version must be three numbers, with x only for the last ones, such as 1.0.0 or 1.0.x; got: ${shown(version)}`,
  );
}
