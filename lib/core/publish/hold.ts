import { operatorWordSchema, type OperatorWord } from '../contracts/operator-word';
import { parseDocument } from '../contracts/parse-document';
import { UsageError } from '../errors/usage-error';
import type { ParameterStore } from '../ports/parameter-store';
import { holdParameter } from './channel-names';

const DAY_MILLISECONDS = 86_400_000;
const DEFAULT_DAYS = 14;
const LONGEST_DAYS = 60;

/** What a person says when he changes something. */
export interface Saying {
  readonly by: string;
  readonly reason: string;
}

/**
 * The word that holds promotion, for 14 days unless `until` is given and for 60 at most. Throws a `UsageError` for another
 * time.
 */
export function holdWord({ by, reason }: Saying, now: Date, until?: Date): OperatorWord {
  const end = until ?? new Date(now.getTime() + DEFAULT_DAYS * DAY_MILLISECONDS);
  const days = (end.getTime() - now.getTime()) / DAY_MILLISECONDS;
  if (!(days > 0 && days <= LONGEST_DAYS)) {
    throw new UsageError(
      `A hold ends after now and within ${LONGEST_DAYS} days; got: ${end.toISOString()}. Hold again before it ends.`,
    );
  }
  return { by, reason, at: now.toISOString(), until: end.toISOString() };
}

/** The word that ends a hold: who released it and why, over at once. */
export function releasingWord({ by, reason }: Saying, now: Date): OperatorWord {
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
): Promise<OperatorWord | undefined> {
  const name = holdParameter(path);
  const text = await home.get(name);
  if (text === undefined) {
    return undefined;
  }
  const word = wordIn(text, name);
  return Date.parse(word.until) > now.getTime() ? word : undefined;
}

function wordIn(text: string, name: string): OperatorWord {
  try {
    return parseDocument(operatorWordSchema, text, name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { by: 'somebody', reason, at: '1970-01-01T00:00:00Z', until: '9999-12-31T00:00:00Z' };
  }
}
