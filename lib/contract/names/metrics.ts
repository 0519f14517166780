/** The CloudWatch namespace of all metrics of Winbake. */
export const METRIC_NAMESPACE = 'Winbake';

/** What is measured of a pipeline. */
export type PipelineMetricName = 'BakeDuration' | 'HoursUnpatched' | 'PatchBudgetUsed' | 'HoursSinceDecision';

/** How far a fleet is behind its channel and behind Microsoft, in hours. */
export interface FleetMetrics {
  readonly HoursBehind: number;
  readonly HoursUnpatched: number;
}
