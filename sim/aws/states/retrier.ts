import { type FieldReader, readNext, GREATEST_INTEGER } from './field-reader';
import type { JsonValue } from './json-value';
import { readResultPath, type ResultPath } from './result-path';
import { notValid, type StateFailure, notModelled } from './state-failure';

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
function readErrorNames(all: readonly FieldReader[]): readonly (readonly string[])[] {
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

/** Which failures of a task are tried again, how often, and after what delay. */
export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly jitter: boolean;
}

/**
 * Reads `Retry`.
 *
 * @see https://states-language.net/spec.html#errors
 */
export function readRetriers(state: FieldReader): readonly Retrier[] {
  const all = state.innerAll('Retry');
  const errors = readErrorNames(all);
  return all.map((fields, index) => {
    fields.string('Comment');
    const retrier: Retrier = {
      errors: errors[index] ?? [],
      intervalSeconds: fields.integer('IntervalSeconds', { from: 1, to: GREATEST_INTEGER }) ?? 1,
      maxAttempts: fields.integer('MaxAttempts', { from: 0, to: GREATEST_INTEGER }) ?? 3,
      backoffRate: readBackoffRate(fields.value('BackoffRate'), fields.where),
      maxDelaySeconds: fields.integer('MaxDelaySeconds', { from: 1, to: GREATEST_INTEGER }) ?? Infinity,
      jitter: readJitter(fields.string('JitterStrategy'), fields.where),
    };
    fields.done();
    return retrier;
  });
}

function readBackoffRate(rate: JsonValue | undefined, where: string): number {
  if (rate === undefined) {
    return 2;
  }
  if (typeof rate !== 'number' || rate < 1) {
    throw notValid(`'BackoffRate' is not a number from 1 on: ${JSON.stringify(rate)}`, where);
  }
  return rate;
}

function readJitter(strategy: string | undefined, where: string): boolean {
  if (strategy !== undefined && strategy !== 'FULL' && strategy !== 'NONE') {
    throw notModelled(`the jitter strategy '${strategy}'`, where);
  }
  return strategy === 'FULL';
}

/** How long a retrier waits that was used `earlier` times before; `random` gives a number from 0 up to 1. */
export function retryDelaySeconds(retrier: Retrier, earlier: number, random: () => number): number {
  const delay = Math.min(
    retrier.intervalSeconds * retrier.backoffRate ** earlier,
    retrier.maxDelaySeconds,
    GREATEST_INTEGER,
  );
  return retrier.jitter ? delay * random() : delay;
}
