import { readErrorNames } from './error-names';
import { GREATEST_INTEGER, type FieldReader } from './field-reader';
import type { JsonValue } from './json-value';
import { notModelled, notValid } from './refusal';

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
