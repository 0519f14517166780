import type { FieldReader } from './field-reader';
import { notValid } from './refusal';
import type { StateFailure } from './state-failure';

/** The names that the States Language and Step Functions reserve. */
const RESERVED: ReadonlySet<string> = new Set([
  'States.ALL',
  'States.BranchFailed',
  'States.DataLimitExceeded',
  'States.ExceedToleratedFailureThreshold',
  'States.HeartbeatTimeout',
  'States.Http.Socket',
  'States.IntrinsicFailure',
  'States.ItemReaderFailed',
  'States.NoChoiceMatched',
  'States.ParameterPathFailure',
  'States.Permissions',
  'States.ResultPathMatchFailure',
  'States.ResultWriterFailed',
  'States.Runtime',
  'States.TaskFailed',
  'States.Timeout',
]);

/** Reads `ErrorEquals` of retriers or catchers, in their order; `States.ALL` stands alone and last. */
export function readErrorNames(all: readonly FieldReader[]): readonly (readonly string[])[] {
  const lists = all.map(readNames);
  lists.forEach((names, index) => {
    if (names.includes('States.ALL') && (names.length > 1 || index < lists.length - 1)) {
      throw notValid("'States.ALL' stands neither alone nor last", all[index]?.where ?? '');
    }
  });
  return lists;
}

function readNames(fields: FieldReader): readonly string[] {
  const names = fields.value('ErrorEquals');
  if (!Array.isArray(names) || names.length === 0) {
    throw notValid("'ErrorEquals' is not a list with entries", fields.where);
  }
  return names.map((name) => {
    if (typeof name !== 'string' || (name.startsWith('States.') && !RESERVED.has(name))) {
      throw notValid(`'ErrorEquals' has ${JSON.stringify(name)}, which is no error name,`, fields.where);
    }
    return name;
  });
}

/**
 * Whether a failure is one of those that a retrier or catcher names. `States.ALL` is every failure and
 * `States.TaskFailed` every one but `States.Timeout`; a wildcard never stands for `States.DataLimitExceeded`, and nothing
 * stands for `States.Runtime`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function matchesFailure(names: readonly string[], failure: StateFailure): boolean {
  const { error, final } = failure;
  if (final || error === undefined || error === 'States.Runtime') {
    return false;
  }
  if (names.includes(error)) {
    return true;
  }
  return (
    error !== 'States.DataLimitExceeded' &&
    (names.includes('States.ALL') || (names.includes('States.TaskFailed') && error !== 'States.Timeout'))
  );
}
