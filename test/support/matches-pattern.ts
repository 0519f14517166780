/** A pattern of a rule: fields in nested objects, each with the values of which one must be there. */
export interface EventPattern {
  readonly [field: string]: EventPattern | readonly (string | number | boolean | null | Prefix)[];
}

interface Prefix {
  readonly prefix: string;
}

/**
 * Whether EventBridge takes an event for a pattern: every field of the pattern is in the event, with one of the values listed;
 * fields that the pattern does not name do not matter. Throws for operators other than `prefix`, which it does not know.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export function matchesPattern(pattern: EventPattern, event: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = event[field];
    if (!Array.isArray(wanted)) {
      return (
        typeof value === 'object' &&
        value !== null &&
        matchesPattern(wanted as EventPattern, value as Readonly<Record<string, unknown>>)
      );
    }
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.some((one) => wanted.some((allowed: unknown) => matchesValue(allowed, one)));
  });
}

function matchesValue(allowed: unknown, value: unknown): boolean {
  if (typeof allowed !== 'object' || allowed === null) {
    return allowed === value;
  }
  if (Object.keys(allowed).join() !== 'prefix') {
    throw new Error(`The matcher knows values and prefixes; got: ${JSON.stringify(allowed)}.`);
  }
  return String(value).startsWith((allowed as Prefix).prefix);
}
