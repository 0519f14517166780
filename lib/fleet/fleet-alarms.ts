import { Duration, Stack } from 'aws-cdk-lib';
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
import {
  type FleetMetrics,
  type FleetsMetrics,
  METRIC_NAMESPACE,
  type StartMetrics,
} from '../contract/names/metrics';
import { runbookLink } from '../contract/names/resources';
import { refuse } from '../internal/validate';

/** A metric that the rollout writes, at each poll or of each start. The highest value of an hour, unless something else is asked for. */
export function fleetMetric(
  scope: IConstruct,
  fleetName: string,
  metricName: keyof FleetMetrics | keyof StartMetrics,
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

/** A metric of all fleets of a stack; the most of any. */
export function fleetsMetric(
  scope: IConstruct,
  metricName: keyof FleetsMetrics,
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { Stack: Stack.of(scope).stackName },
    statistic: Stats.MAXIMUM,
    period: PERIOD,
    ...options,
  });
}

/** How many actions an alarm takes for a state. */
const MOST_ACTIONS = 5;

/** Each fleet is polled every 15 minutes; so long, there is one of each in it. */
const PERIOD = Duration.minutes(30);

/**
 * Alarms of a stack's fleets, named after their headings in `docs/runbook.md`. They speak for all: their metrics are the most of any
 * fleet, in parts of its own patch budget. That patching is late the rollout says in words; the alarm that notifies people is
 * the one for what it cannot say: that nothing polls a fleet.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export class FleetAlarms extends Construct {
  private readonly nothing: Alarm;
  private readonly topics = new Set<string>();

  constructor(scope: Construct, id: string, { deadLetterQueue }: { readonly deadLetterQueue: IQueue }) {
    super(scope, id);
    const late = { evaluationPeriods: 1, treatMissingData: TreatMissingData.IGNORE };
    this.alarm('PatchBudgetWarning', {
      ...late,
      metric: fleetsMetric(this, 'PatchBudgetUsed'),
      threshold: 75,
      means: 'a fleet has spent 75 % of its patch budget.',
    });
    this.alarm('PatchBudgetSpent', {
      ...late,
      metric: fleetsMetric(this, 'PatchBudgetUsed'),
      threshold: 100,
      means: 'a fleet has spent its patch budget.',
    });
    this.alarm('FleetBehind', {
      ...late,
      metric: fleetsMetric(this, 'ChannelBudgetUsed'),
      threshold: 75,
      means: 'an instance has not run what its channel shows for 75 % of the patch budget.',
    });
    this.alarm('DeadLetterQueue', {
      ...late,
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(15),
        statistic: Stats.MAXIMUM,
      }),
      threshold: 1,
      means: 'a poll failed however often it was tried.',
    });
    this.nothing = this.alarm('NothingMeasured', {
      // The least of an hour: a fleet that one pass missed and the next one polled is none.
      metric: fleetsMetric(this, 'FleetsMissed', { statistic: Stats.MINIMUM, period: Duration.hours(1) }),
      threshold: 1,
      evaluationPeriods: 4,
      treatMissingData: TreatMissingData.BREACHING,
      means: 'nobody has looked at a fleet for 4 h.',
    });
  }

  /** Notifies people through a topic, too; ends synthesis where fleets have more topics than an alarm takes. */
  public notify(topic: ITopic): void {
    if (this.topics.has(topic.node.path)) {
      return;
    }
    this.topics.add(topic.node.path);
    if (this.topics.size > MOST_ACTIONS) {
      refuse(
        this,
        'notificationTopic',
        `must be one of at most ${MOST_ACTIONS} in a stack, since an alarm notifies no more`,
        `'${topic.node.path}' as the ${this.topics.size}th`,
        'Give fleets a common topic, or make some in another stack.',
      );
    }
    this.nothing.addAlarmAction(new SnsAction(topic));
    this.nothing.addOkAction(new SnsAction(topic));
  }

  private alarm(
    name: string,
    { means, ...props }: ConstructorParameters<typeof Alarm>[2] & { readonly means: string },
  ): Alarm {
    const { stackName } = Stack.of(this);
    return new Alarm(this, name, {
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      ...props,
      alarmName: `winbake-fleets-${stackName}-${name}`,
      alarmDescription: `Winbake fleets of ${stackName}: ${means} See ${runbookLink(name)}`,
    });
  }
}
