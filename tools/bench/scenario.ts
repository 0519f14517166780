import type { Versions } from './skopeo-polls';

/** One way to look. */
export interface Contender {
  readonly name: string;
  /** Gives what it found, so that nothing is compared that found something else. */
  readonly poll: () => Promise<Versions>;
}

/** Ways to the same answer; the first is what the others are compared with. */
export interface Scenario {
  readonly title: string;
  /** What every contender must find. */
  readonly expected: Versions;
  readonly contenders: readonly Contender[];
}
