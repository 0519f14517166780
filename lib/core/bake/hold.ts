import {
  activeOverride,
  operatorOverrideSchema,
  type OperatorOverride,
} from '../../contract/documents/overrides';
import { parseDocument } from '../../contract/documents/document';
import { UsageError } from '../../contract/values/errors';
import type { ParameterStore } from '../ports/stores';
import { holdParameter } from '../../contract/names/parameters';

const DAY_MILLISECONDS = 86_400_000;
const DEFAULT_DAYS = 14;
const LONGEST_DAYS = 60;

/** What a person says when he changes something. */
export interface OperatorNote {
  readonly by: string;
  readonly reason: string;
}

/**
 * The word that holds promotion, for 14 days unless `until` is given and for 60 at most. Throws a `UsageError` for another
 * time.
 */
export function holdOverride(asked: OperatorNote, now: Date, until?: Date): OperatorOverride {
  return overrideUntil(
    asked,
    now,
    until ?? new Date(now.getTime() + DEFAULT_DAYS * DAY_MILLISECONDS),
    'A hold',
  );
}

/** The longest time for which a person's override counts; it is said again before it ends. */
export function longestUntil(now: Date): Date {
  return new Date(now.getTime() + LONGEST_DAYS * DAY_MILLISECONDS);
}

/** A person's word until an instant; throws a `UsageError` for one that has passed or is beyond 60 days. `what` begins it. */
export function overrideUntil(
  { by, reason }: OperatorNote,
  now: Date,
  until: Date,
  what: string,
): OperatorOverride {
  if (!(until.getTime() > now.getTime() && until.getTime() <= longestUntil(now).getTime())) {
    throw new UsageError(
      `${what} ends after now and within ${LONGEST_DAYS} days; got: ${until.toISOString()}. Say it again before it ends.`,
    );
  }
  return { by, reason, at: now.toISOString(), until: until.toISOString() };
}

/** The word that ends a hold: who released it and why, over at once. */
export function releaseOverride({ by, reason }: OperatorNote, now: Date): OperatorOverride {
  return { by, reason, at: now.toISOString(), until: now.toISOString() };
}

/**
 * The hold of a pipeline that is in force, or undefined. What is there and cannot be read holds as well: somebody wrote it
 * for a purpose.
 */
export async function readHold(
  home: ParameterStore,
  path: string,
  now: Date,
): Promise<OperatorOverride | undefined> {
  const name = holdParameter(path);
  const text = await home.get(name);
  if (text === undefined) {
    return undefined;
  }
  try {
    return activeOverride(parseDocument(operatorOverrideSchema, text, name), now);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { by: 'somebody', reason, at: '1970-01-01T00:00:00Z', until: '9999-12-31T00:00:00Z' };
  }
}
