import type { JsonValue } from './json-value';
import { readPath, type ReferencePath, type Scope } from './reference-path';
import { runtimeFailure } from './state-failure';

/** A value that depends on a state's data; throws a `StateFailure` where it cannot be had. */
export type Evaluation = (scope: Scope) => JsonValue;

/**
 * What a path finds. Where it finds nothing, or is applied to null, the execution fails with `States.Runtime`. For payload
 * templates and intrinsic functions the language has names of its own for that, `States.ParameterPathFailure` and
 * `States.IntrinsicFailure`; the service reports `States.Runtime` for them too, which no catcher takes.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function valueAt(path: ReferencePath, scope: Scope): JsonValue {
  if (scope.input === null && !path.ofContext) {
    throw runtimeFailure(`The path '${path.text}' cannot be applied to null.`);
  }
  const found = readPath(path, scope);
  if (found === undefined) {
    throw runtimeFailure(`The path '${path.text}' finds nothing.`);
  }
  return found;
}

/** Applies `InputPath` or `OutputPath`: absent keeps all, null gives an empty object. */
export function filtered(path: ReferencePath | null | undefined, scope: Scope): JsonValue {
  if (path === undefined) {
    return scope.input;
  }
  return path === null ? {} : valueAt(path, scope);
}
