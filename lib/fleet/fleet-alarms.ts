import { Duration } from 'aws-cdk-lib';
import {
  Metric,
  Stats,
  type MetricOptions,
  Alarm,
  ComparisonOperator,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { type IConstruct, Construct } from 'constructs';
import { type FleetMetrics, METRIC_NAMESPACE } from '../contract/names/metrics';
import { runbookLink } from '../contract/names/resources';
import type { FleetSettings } from './fleet-settings';

/** A metric that the rollout writes at each poll, every 15 minutes. The highest value of an hour, unless something else is asked for. */
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

/** What alarms look at and whom they tell. */
interface FleetAlarmsProps {
  readonly settings: FleetSettings;
  readonly topic: ITopic;
  readonly deadLetterQueue: IQueue;
}

/**
 * Alarms of a fleet, named after their headings in `docs/runbook.md`. That patching is late the rollout says in words; the
 * alarm that notifies people is the one for what it cannot say: that nothing polls the fleet.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export class FleetAlarms extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: FleetAlarmsProps,
  ) {
    super(scope, id);
    const { settings, topic, deadLetterQueue } = props;
    const { fleetName, policy } = settings;
    const hours = policy.patchWithinSeconds / 3600;
    const period = Duration.minutes(15);
    const unpatched = fleetMetric(this, fleetName, 'HoursUnpatched', { period });
    const late = { evaluationPeriods: 1, treatMissingData: TreatMissingData.IGNORE };
    this.alarm('PatchBudgetWarning', {
      ...late,
      metric: unpatched,
      threshold: 0.75 * hours,
      means: '75 % of the patch budget is spent.',
    });
    this.alarm('PatchBudgetSpent', {
      ...late,
      metric: unpatched,
      threshold: hours,
      means: 'The patch budget is spent.',
    });
    this.alarm('FleetBehind', {
      ...late,
      metric: fleetMetric(this, fleetName, 'HoursBehind', { period }),
      threshold: 0.75 * hours,
      means: 'An instance has not run what its channel shows for 75 % of the patch budget.',
    });
    this.alarm('DeadLetterQueue', {
      ...late,
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
      threshold: 1,
      means: 'A poll of the fleet failed however often it was tried.',
    });
    const nothing = this.alarm('NothingMeasured', {
      metric: fleetMetric(this, fleetName, 'HoursUnpatched', { statistic: Stats.SAMPLE_COUNT }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 4,
      treatMissingData: TreatMissingData.BREACHING,
      means: 'Nobody has looked at the fleet for 4 h.',
    });
    nothing.addAlarmAction(new SnsAction(topic));
    nothing.addOkAction(new SnsAction(topic));
  }

  private alarm(
    name: string,
    { means, ...props }: ConstructorParameters<typeof Alarm>[2] & { readonly means: string },
  ): Alarm {
    const { fleetName } = this.props.settings;
    return new Alarm(this, name, {
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      ...props,
      alarmName: `winbake-fleet-${fleetName}-${name}`,
      alarmDescription: `Winbake fleet ${fleetName}: ${means} See ${runbookLink(name)}`,
    });
  }
}
