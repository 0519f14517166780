/** The CloudWatch namespace of all metrics of Winbake. */
export const METRIC_NAMESPACE = 'Winbake';

/** The unit of a metric, as CloudWatch names it. */
export type MetricUnit = 'Count' | 'Percent' | 'Seconds' | 'None';

/** What is measured of a pipeline. */
export type PipelineMetricName = 'BakeDuration' | 'HoursUnpatched' | 'PatchBudgetUsed' | 'HoursSinceDecision';

/** One measured value; where there is no unit for it, such as for hours, it is `None`. */
export interface Measurement {
  readonly name: PipelineMetricName;
  readonly value: number;
  readonly unit: MetricUnit;
}

/** Where measurements of one pipeline go. */
export interface Metrics {
  record(measurements: readonly Measurement[], at: Date): void;
}
