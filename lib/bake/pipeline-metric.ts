import { Duration } from 'aws-cdk-lib';
import { Metric, Stats, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { METRIC_NAMESPACE, type PipelineMetricName } from '../contract/names/metrics';

/**
 * A metric that the functions write: bakes where they end, the rest every 15 minutes. The highest value of an hour, unless
 * something else is asked for.
 */
export function pipelineMetric(
  scope: IConstruct,
  pipelineName: string,
  metricName: PipelineMetricName,
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { Pipeline: pipelineName },
    statistic: Stats.MAXIMUM,
    period: Duration.hours(1),
    ...options,
  }).attachTo(scope);
}
