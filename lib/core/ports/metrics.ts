import { PipelineMetricName } from '../../contract/names/metrics';


/** The unit of a metric, as CloudWatch names it. */
export type MetricUnit = 'Count' | 'Percent' | 'Seconds' | 'None';

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
