/** What a verb would change, why, and how; without changes there is nothing to do and the reasons say why. */
export interface VerbPlan {
  /** A line for each change. */
  readonly changes: readonly string[];
  /** Sentences for people. */
  readonly reasons: readonly string[];
  /** Carries it out; running it again changes nothing more. */
  readonly apply: () => Promise<void>;
}

/** A plan that changes nothing. */
export function nothingToChange(...reasons: readonly string[]): VerbPlan {
  return { changes: [], reasons, apply: () => Promise.resolve() };
}
