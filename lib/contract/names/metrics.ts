/** The CloudWatch namespace of all metrics of Winbake. */
export const METRIC_NAMESPACE = 'Winbake';

/** What is measured of a pipeline. */
export type PipelineMetricName = 'BakeDuration' | 'HoursUnpatched' | 'PatchBudgetUsed' | 'HoursSinceDecision';

/** The metric that counts rebakes of which nobody was notified; a filter of a log makes it, which has no dimensions. */
export function untoldFailuresMetric(pipeline: string): string {
  return `RebakesFailedUntold-${pipeline}`;
}

/** What is measured of all fleets of a stack, for the alarms that they share. */
export interface FleetsMetrics {
  /** How much of its patch budget a fleet has spent, in percent. */
  readonly PatchBudgetUsed: number;
  /** For how much of its patch budget a fleet has been behind its channel, in percent. */
  readonly ChannelBudgetUsed: number;
  /** How many fleets a pass of the schedule could not poll. */
  readonly FleetsMissed: number;
}

/** How soon an instance of a fleet was there, in seconds from its launch unless said; of the fleet, and of each publication on it. */
export interface StartMetrics {
  /** Until its user data ran. */
  readonly UpSeconds: number;
  /** Until it had registered with ECS. */
  readonly RegisteredSeconds: number;
  /** How long the images of its first task were pulled. */
  readonly PullSeconds: number;
  /** Until its first task ran, but for the time in which there was none for it. */
  readonly FirstTaskSeconds: number;
  /** The same of an instance that comes out of a warm pool. */
  readonly PoolFirstTaskSeconds: number;
}

/** How far a fleet is behind its channel and behind Microsoft, in hours. */
export interface FleetMetrics {
  readonly HoursBehind: number;
  readonly HoursUnpatched: number;
}
