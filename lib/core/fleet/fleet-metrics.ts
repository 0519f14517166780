import { FleetMetrics, METRIC_NAMESPACE } from '../../contract/names/metrics';
import { type FleetWorld, runningPublications } from './fleet-world';
import { hoursBehind, hoursUnpatched } from './patch-hours';

/** The metrics of a fleet at a look. */
export function fleetMetrics({ group, now, state }: FleetWorld): FleetMetrics {
  const facts = { running: runningPublications(state, group), wanted: state.wanted, now };
  return { HoursBehind: hoursBehind(facts), HoursUnpatched: hoursUnpatched(facts) };
}

/**
 * Metrics as a line of a log that CloudWatch makes into metrics: namespace `Winbake`, dimension `Fleet`.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricsLine(fleet: string, metrics: FleetMetrics, at: Date): string {
  return JSON.stringify({
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [['Fleet']],
          Metrics: Object.keys(metrics).map((Name) => ({ Name, Unit: 'None' })),
        },
      ],
    },
    Fleet: fleet,
    ...metrics,
  });
}
