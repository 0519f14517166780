/** An instance of a pretended group. */
export interface PretendedInstance {
  readonly id: string;
  readonly amiId: string;
  /** The launch template version that it was started from. */
  readonly version: string;
  readonly launchedAt: number;
  /** Milliseconds since 1970; undefined while it boots. */
  inServiceAt: number | undefined;
  /** Undefined while, or where, it has not registered with ECS. */
  registeredAt: number | undefined;
  /** Auto Scaling has begun to terminate it: its tasks stop, and no refresh replaces it again. */
  isTerminating: boolean;
  /** Since when ECS places no further task on it; undefined while it does. */
  drainingSince: number | undefined;
}
