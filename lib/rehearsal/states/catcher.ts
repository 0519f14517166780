import { readErrorNames } from './error-names';
import type { FieldReader } from './field-reader';
import { readNext } from './read-next';
import { readResultPath, type ResultPath } from './result-path';

/** Where the execution goes on after failures of a task. */
export interface Catcher {
  readonly errors: readonly string[];
  /** Where the error output is put in the state's raw input. */
  readonly resultPath: ResultPath;
  readonly next: string;
}

/**
 * Reads `Catch`.
 *
 * @see https://states-language.net/spec.html#errors
 */
export function readCatchers(state: FieldReader): readonly Catcher[] {
  const all = state.innerAll('Catch');
  const errors = readErrorNames(all);
  return all.map((fields, index) => {
    fields.string('Comment');
    const catcher = {
      errors: errors[index] ?? [],
      resultPath: readResultPath(fields),
      next: readNext(fields),
    };
    fields.done();
    return catcher;
  });
}
