import { lastPatchTuesday, nextPatchTuesday, patchTuesday } from '../../core/calendar/patch-tuesday';
import { UsageError } from '../../contract/values/errors';
import { parseAsOf } from './as-of';
import type { History } from './history';

/** The time that a rehearsal of several months passes. */
export interface MonthsPeriod {
  readonly asOf: Date;
  /** Where each of the months ends: a Patch Tuesday, or the end of the history. */
  readonly ends: readonly Date[];
}

/**
 * The months from a moment on, each until the next Patch Tuesday. Where no moment is asked for they are the last ones of the
 * history. Throws a `UsageError` where the history does not reach the last of their Patch Tuesdays.
 */
export function monthsFrom(text: string | undefined, months: number, history: History): MonthsPeriod {
  const { last } = history.range();
  const asOf =
    text === undefined ? monthsBefore(lastPatchTuesday(last), months - 1) : parseAsOf(text, history);
  const ends: Date[] = [];
  for (let end = nextPatchTuesday(asOf); ends.length < months; end = nextPatchTuesday(end)) {
    ends.push(end < last ? end : last);
    if (end > last && ends.length < months) {
      throw new UsageError(
        `The history ends at ${last.toISOString()}; got: --months ${months} from ${asOf.toISOString()}, whose month ${ends.length + 1} would begin at ${end.toISOString()}.`,
      );
    }
  }
  return { asOf, ends };
}

function monthsBefore(tuesday: Date, months: number): Date {
  return patchTuesday(tuesday.getUTCFullYear(), tuesday.getUTCMonth() - months);
}
