import { Duration } from 'aws-cdk-lib';
import {
  Metric,
  Stats,
  type MetricOptions,
  Alarm,
  ComparisonOperator,
  MathExpression,
  TreatMissingData,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule, type OnEventOptions } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { type IConstruct, Construct } from 'constructs';
import { METRIC_NAMESPACE, type PipelineMetricName } from '../contract/names/metrics';
import { runbookLink } from '../contract/names/resources';
import { EVENT_SOURCE, type EventType } from '../core/ports/notices';
import type { PipelineSettings } from './props/pipeline-settings';

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

/** A rule for one kind of event of one pipeline; a pattern in the options narrows it further. */
export function pipelineRule(
  scope: Construct,
  id: string,
  { pipelineName, type }: { readonly pipelineName: string; readonly type: EventType },
  { target, ...options }: OnEventOptions = {},
): Rule {
  const rule = new Rule(scope, id, {
    description: `Winbake ${pipelineName}: ${type}`,
    ...options,
  });
  rule.addEventPattern({
    source: [EVENT_SOURCE],
    detailType: [type],
    detail: { pipeline: [pipelineName] },
  });
  if (target !== undefined) {
    rule.addTarget(target);
  }
  return rule;
}

/** What alarms look at and whom they tell. */
interface PipelineAlarmsProps {
  readonly settings: Pick<PipelineSettings, 'pipelineName' | 'resourceName' | 'schedule'>;
  readonly topic: ITopic;
  /** Counts rebakes that ended without anybody being notified. */
  readonly untoldFailures: IMetric;
  readonly deadLetterQueue: IQueue;
  readonly functions: Readonly<Record<string, IFunction>>;
}

/** When an alarm rings; its name is its heading in `docs/runbook.md`. */
interface AlarmRule {
  readonly metric: IMetric;
  readonly threshold: number;
  readonly comparison?: ComparisonOperator;
  readonly evaluationPeriods: number;
  readonly missing: TreatMissingData;
  readonly means: string;
  /** Whether the alarm itself notifies people; else a notice does, in words, and nobody is notified twice of one cause. */
  readonly notifies: boolean;
}

/**
 * Alarms of a pipeline. What its functions can tell in words they tell; the alarms that tell people are those for what no
 * function can tell: that nothing runs, or that a rebake ended without reporting why. The others show a state, for dashboards and
 * for actions of the user's own.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export class PipelineAlarms extends Construct {
  constructor(scope: Construct, id: string, props: PipelineAlarmsProps) {
    super(scope, id);
    const { settings, topic } = props;
    for (const [name, rule] of Object.entries(alarmRules(this, props))) {
      const alarm = new Alarm(this, name, {
        alarmName: `${settings.resourceName}-${name}`,
        alarmDescription: `Winbake ${settings.pipelineName}: ${rule.means} See ${runbookLink(name)}`,
        metric: rule.metric,
        threshold: rule.threshold,
        evaluationPeriods: rule.evaluationPeriods,
        comparisonOperator: rule.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: rule.missing,
      });
      if (rule.notifies) {
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
      }
    }
  }
}

function alarmRules(scope: Construct, props: PipelineAlarmsProps): Readonly<Record<string, AlarmRule>> {
  const { functions, settings, deadLetterQueue, untoldFailures } = props;
  const period = Duration.minutes(15);
  const budget = {
    metric: pipelineMetric(scope, settings.pipelineName, 'PatchBudgetUsed', { period }),
    evaluationPeriods: 1,
    // That nothing is measured is another alarm's matter.
    missing: TreatMissingData.IGNORE,
    notifies: false,
  };
  const errors = Object.entries(functions).map(
    ([name, one]) => [name, one.metricErrors({ period, statistic: Stats.SUM })] as const,
  );
  return {
    PatchBudgetWarning: { ...budget, threshold: 75, means: '75 % of the patch budget is spent.' },
    PatchBudgetSpent: { ...budget, threshold: 100, means: 'The patch budget is spent.' },
    ...(settings.schedule._longestSilenceHours === undefined
      ? {}
      : { NothingMeasured: nothingMeasured(scope, settings.pipelineName) }),
    RebakeFailed: {
      metric: untoldFailures,
      threshold: 1,
      evaluationPeriods: 1,
      missing: TreatMissingData.NOT_BREACHING,
      means: 'A rebake failed, or did not end, and the gate could not say why.',
      notifies: true,
    },
    DeadLetterQueue: {
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        period,
        statistic: Stats.MAXIMUM,
      }),
      threshold: 1,
      evaluationPeriods: 1,
      missing: TreatMissingData.IGNORE,
      means: 'A scheduled call failed however often it was tried.',
      notifies: false,
    },
    FunctionErrors: {
      metric: new MathExpression({
        expression: errors.map(([name]) => `FILL(${name}, 0)`).join(' + '),
        usingMetrics: Object.fromEntries(errors),
        label: 'errors of functions',
        period,
      }),
      threshold: 1,
      evaluationPeriods: 4,
      missing: TreatMissingData.NOT_BREACHING,
      means: 'A function has failed in each quarter of an hour for an hour.',
      notifies: false,
    },
  };
}

/** Where nothing decides by the clock it may be that nothing is ever decided, and so measured. */
function nothingMeasured(scope: IConstruct, pipelineName: string): AlarmRule {
  return {
    metric: pipelineMetric(scope, pipelineName, 'HoursSinceDecision', { statistic: Stats.SAMPLE_COUNT }),
    threshold: 1,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 4,
    missing: TreatMissingData.BREACHING,
    means: 'Nobody has measured for 4 h when the gate decided last.',
    notifies: true,
  };
}
