import { Duration } from 'aws-cdk-lib';
import { Metric, Stats, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { type FleetMetrics, METRIC_NAMESPACE } from '../contract/names/metrics';

/** A metric that the rollout writes at each look, every 15 minutes. The highest value of an hour, unless something else is asked for. */
export function fleetMetric(
  scope: IConstruct,
  fleetName: string,
  metricName: keyof FleetMetrics,
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { Fleet: fleetName },
    statistic: Stats.MAXIMUM,
    period: Duration.hours(1),
    ...options,
  }).attachTo(scope);
}
