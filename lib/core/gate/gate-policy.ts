/** What the gate does with a family that is still behind when its time is up. */
export const LATE_POLICIES = ['usePrevious', 'stop'] as const;

/** One of `usePrevious`, `stop`. */
export type LatePolicy = (typeof LATE_POLICIES)[number];

/** What an operator may set about the gate. */
export interface GatePolicy {
  /** From the first observation of a newer revision, and from 10:00 Pacific on Patch Tuesday. */
  readonly longestWaitSeconds: number;
  readonly late: LatePolicy;
}

/** 36 hours: the latest family seen in five years came 24.7 hours after the first. */
export const DEFAULT_GATE_POLICY: GatePolicy = { longestWaitSeconds: 36 * 3600, late: 'usePrevious' };

/** The time between two looks while the gate waits, in seconds. */
export const POLL_INTERVAL_SECONDS = 15 * 60;
