import { type Metrics } from '../core/ports/notices';
import { METRIC_NAMESPACE } from '../contract/names/metrics';
import { toStandardOutput, type Write } from './log';

/**
 * Metrics as lines of the log, from which CloudWatch reads them; they need no permission and no call.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(pipeline: string, write: Write = toStandardOutput): Metrics {
  return {
    record: (measurements, at) => {
      const values = measurements.map(({ name, value }) => [name, value] as const);
      write(
        JSON.stringify({
          _aws: {
            Timestamp: at.getTime(),
            CloudWatchMetrics: [
              {
                Namespace: METRIC_NAMESPACE,
                Dimensions: [['Pipeline']],
                Metrics: measurements.map(({ name, unit }) => ({ Name: name, Unit: unit })),
              },
            ],
          },
          Pipeline: pipeline,
          ...Object.fromEntries(values),
        }),
      );
    },
  };
}
