const FORM =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * The milliseconds since 1970 of an ISO-8601 instant with `Z` or an offset, or undefined where the text is none or names
 * a day that its month does not have.
 */
export function readInstant(text: string): number | undefined {
  const match = FORM.exec(text);
  return match && isDay(match) ? Date.parse(text) : undefined;
}

/** The milliseconds since 1970 of a day's beginning in UTC, or undefined where the text is no day `YYYY-MM-DD`. */
export function readDay(text: string): number | undefined {
  const match = DAY.exec(text);
  return match && isDay(match) ? Date.parse(text) : undefined;
}

/** `Date` turns 30 February into 2 March; a person's typing error must not pass like that. */
function isDay([, year, month, day]: RegExpExecArray): boolean {
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= lastDay;
}
