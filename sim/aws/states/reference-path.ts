import { isJsonObject, type JsonObject, type JsonValue } from './json-value';
import { notModelled } from './state-failure';

/** A path to one place in a JSON text: the only kind of JSONPath that the rehearsal models. */
export interface ReferencePath {
  readonly text: string;
  /** Whether it leads into the context object, as paths with `$$` do. */
  readonly ofContext: boolean;
  readonly steps: readonly (string | number)[];
}

/** What a path is applied to. */
export interface Scope {
  /** What `$` is: a state's input or result. */
  readonly input: JsonValue;
  /** What `$$` is. */
  readonly context: JsonObject;
}

const STEP = String.raw`\.[A-Za-z_][\w-]*|\['[^'\\]+'\]|\[\d{1,9}\]`;

/** The text of a reference path, as the source of a regular expression. */
export const REFERENCE_PATH = String.raw`\$\$?(?:${STEP})*`;

/**
 * Parses `$`, `$.a.b`, `$['a']`, `$.a[0]` and the same with `$$`; undefined for every other JSONPath: filters, wildcards,
 * slices, unions, functions, escapes.
 *
 * @see https://states-language.net/spec.html#ref-paths
 */
export function parseReferencePath(text: string): ReferencePath | undefined {
  if (!new RegExp(`^${REFERENCE_PATH}$`).test(text)) {
    return undefined;
  }
  const steps = (text.match(new RegExp(STEP, 'g')) ?? []).map((step) => {
    if (step.startsWith('.')) {
      return step.slice(1);
    }
    return step.startsWith("['") ? step.slice(2, -2) : Number(step.slice(1, -1));
  });
  return { text, ofContext: text.startsWith('$$'), steps };
}

/**
 * What a path finds, or undefined where it finds nothing; a JSON text has no undefined. Throws a `WinbakeError` for an
 * index beyond the end of a list, with which Step Functions deals otherwise than with a name that is not there.
 */
export function readPath(path: ReferencePath, scope: Scope): JsonValue | undefined {
  let found: JsonValue | undefined = path.ofContext ? scope.context : scope.input;
  for (const step of path.steps) {
    if (Array.isArray(found) && typeof step === 'number' && step >= found.length) {
      throw notModelled(
        `the index ${step} of a list with ${found.length} entries`,
        `the path '${path.text}'`,
      );
    }
    found = stepInto(found, step);
  }
  return found;
}

function stepInto(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (typeof step === 'number') {
    return Array.isArray(value) ? value[step] : undefined;
  }
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}
