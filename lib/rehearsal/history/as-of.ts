import { UsageError } from '../../contract/values/errors';
import { readDay, readInstant } from '../../contract/values/instant';
import type { History } from './history';

/**
 * The moment that a person asked for: an ISO-8601 instant with `Z` or an offset, or a day, which is its beginning in UTC;
 * the history's last event where nothing was asked for. Throws a `UsageError` for any other text, and for a moment outside the history's range, which it names.
 */
export function parseAsOf(text: string | undefined, history: History): Date {
  if (text === undefined) {
    return new Date(history.events.at(-1)?.time ?? 0);
  }
  const time = readInstant(text) ?? readDay(text);
  if (time === undefined) {
    throw new UsageError(
      `A moment is an instant such as 2025-10-14T18:00:00Z or a day such as 2025-10-14; got: '${text}'.`,
    );
  }
  return checkAsOf(new Date(time), history, text);
}

/** The same moment, if it lies in the history; throws a `UsageError` that names the range where it does not. */
export function checkAsOf(asOf: Date, history: History, text = asOf.toJSON()): Date {
  const { first, last } = history.range();
  if (!(asOf >= first && asOf <= last)) {
    throw new UsageError(
      `The history goes from ${first.toISOString()} to ${last.toISOString()}; got: '${text}'.`,
    );
  }
  return asOf;
}
