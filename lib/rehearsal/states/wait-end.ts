import { valueAt } from './evaluation';
import { GREATEST_INTEGER, type FieldReader } from './field-reader';
import { notValid } from './refusal';
import { runtimeFailure } from './state-failure';
import type { WaitState } from './state';

const FIELDS = ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'] as const;

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Reads how long a Wait state waits: exactly one of its four fields.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
export function readWaitEnd(fields: FieldReader): WaitState['until'] {
  const named = FIELDS.filter((name) => fields.value(name) !== undefined);
  const [name] = named;
  if (name === undefined || named.length > 1) {
    throw notValid(
      `a Wait state has one of ${FIELDS.join(', ')}; this one has ${named.length}`,
      fields.where,
    );
  }
  switch (name) {
    case 'Seconds': {
      const seconds = fields.integer(name, { from: 0, to: GREATEST_INTEGER }) ?? 0;
      return (_scope, now) => after(now, seconds);
    }
    case 'Timestamp': {
      const text = fields.string(name) ?? '';
      const instant = parseInstant(text);
      if (instant === undefined) {
        throw notValid(`'Timestamp' is not an instant: '${text}'`, fields.where);
      }
      return () => instant;
    }
    case 'SecondsPath':
    case 'TimestampPath':
      return readEndAtPath(fields, name);
  }
}

function readEndAtPath(fields: FieldReader, name: 'SecondsPath' | 'TimestampPath'): WaitState['until'] {
  const path = fields.path(name);
  if (path === undefined) {
    throw notValid(`'${name}' is missing`, fields.where);
  }
  return (scope, now) => {
    const value = valueAt(path, scope);
    if (name === 'TimestampPath') {
      const instant = typeof value === 'string' ? parseInstant(value) : undefined;
      return instant ?? unfit(path.text, 'an instant');
    }
    const isSeconds =
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= GREATEST_INTEGER;
    return isSeconds ? after(now, value) : unfit(path.text, `whole seconds up to ${GREATEST_INTEGER}`);
  };
}

function unfit(path: string, what: string): never {
  throw runtimeFailure(`The path '${path}' finds something else than ${what}.`);
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}

/** An instant in the profile of RFC 3339 that the language takes: with `T`, and with `Z` or an offset. */
function parseInstant(text: string): Date | undefined {
  const instant = new Date(INSTANT.test(text) ? text : NaN);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
