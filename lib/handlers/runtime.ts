import { setTimeout } from 'node:timers/promises';
import { toStandardOutput } from './log';

/** What a function has around it beside its environment and AWS. */
export interface Runtime {
  readonly now: () => Date;
  /** Waits for milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** Writes a line of the log. */
  readonly write: (line: string) => void;
}

/** The runtime of Lambda. */
export const LAMBDA: Runtime = { now: () => new Date(), sleep: setTimeout, write: toStandardOutput };
