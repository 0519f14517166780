import type { OperatorWord } from '../contracts/operator-word';

/** A person's word while it counts; one whose time is over counts as absent. */
export function wordInForce<T extends OperatorWord>(word: T | null, now: Date): T | undefined {
  return word !== null && Date.parse(word.until) > now.getTime() ? word : undefined;
}
