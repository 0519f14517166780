import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { REBAKE_DEFINITION } from '../../lib/pipeline/rebake/rebake';
import { RebakeSchedule } from '../../lib/pipeline/props/rebake-schedule';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import { embeddedMetrics } from '../../lib/handlers/log';
import { WindowsOs } from '../../lib/ami/windows-os';
import { onlyProperties, onlyResource } from '../support/only-resource';

const stack = new Stack(new App(), 'Platform');
const pipeline = new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE });
const template = Template.fromStack(stack);
const topic = { Ref: Object.keys(template.findResources('AWS::SNS::Topic'))[0] };

/** The properties of an alarm. */
function alarm(name: string) {
  const found = Object.values(template.findResources('AWS::CloudWatch::Alarm')).find(
    ({ Properties }) => Properties.AlarmName === `winbake-2022-core-${name}`,
  );
  expect(found).toBeDefined();
  return found!['Properties'];
}

test('the budget warns at 75 % and alarms at 100 %', () => {
  for (const [name, Threshold] of [
    ['PatchBudgetWarning', 75],
    ['PatchBudgetSpent', 100],
  ] as const) {
    expect(alarm(name)).toMatchObject({
      MetricName: 'PatchBudgetUsed',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold,
      EvaluationPeriods: 1,
      Statistic: 'Maximum',
    });
  }
});

test('four hours in which nobody measured the last decision ring, since missing data is breaching', () => {
  expect(alarm('NothingMeasured')).toMatchObject({
    MetricName: 'HoursSinceDecision',
    Statistic: 'SampleCount',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    Period: 3600,
    EvaluationPeriods: 4,
    TreatMissingData: 'breaching',
  });
});

test('what nothing starts by the clock may be silent', () => {
  const stack = new Stack(new App(), 'ByHand');
  new WindowsAmiPipeline(stack, 'Pipeline', {
    os: WindowsOs.SERVER_2022_CORE,
    schedule: RebakeSchedule.off(),
  });
  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  expect(alarms).not.toHaveLength(0);
  expect(JSON.stringify(alarms)).not.toContain('NothingMeasured');
});

test('a rebake that ends without a word rings, and one that the gate has told of does not', () => {
  const filter = onlyProperties(template, 'AWS::Logs::MetricFilter');
  expect(filter.FilterPattern).toBe(
    '{ ($.type = "ExecutionTimedOut") || ($.details.name = "FailedWithoutCause") }',
  );
  const failures = Object.entries(REBAKE_DEFINITION.States).filter(([, state]) => state.Type === 'Fail');
  expect(failures.map(([name]) => name).sort()).toEqual(['BakeFailed', 'FailedWithoutCause']);
  const [{ MetricName, MetricNamespace }] = filter.MetricTransformations;
  expect(alarm('RebakeFailed')).toMatchObject({ MetricName, Namespace: MetricNamespace, Statistic: 'Sum' });
});

test('a call in the dead-letter queue shows', () => {
  const [queue] = Object.keys(template.findResources('AWS::SQS::Queue'));
  expect(alarm('DeadLetterQueue')).toMatchObject({
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
    Threshold: 1,
  });
});

test('the errors of all its functions are one alarm', () => {
  const metrics = alarm('FunctionErrors').Metrics as readonly {
    readonly Expression?: string;
    readonly MetricStat?: {
      readonly Metric: { readonly Dimensions: readonly { readonly Value: unknown }[] };
    };
  }[];
  expect(metrics[0]?.Expression).toBe(
    'FILL(decide, 0) + FILL(publish, 0) + FILL(housekeeping, 0) + FILL(operate, 0)',
  );
  const measured = metrics.flatMap(({ MetricStat }) => MetricStat?.Metric.Dimensions[0]?.Value ?? []);
  expect(measured.map((one) => JSON.stringify(one))).toEqual(
    ['Decide', 'Publish', 'Housekeeping', 'Operate'].map((name) =>
      expect.stringMatching(`"Pipeline${name}Function`),
    ),
  );
});

test('only what nobody can tell in words tells by itself, at its beginning and at its end', () => {
  const notified = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    .filter(({ Properties }) => Properties.AlarmActions !== undefined)
    .map(({ Properties }) => {
      expect(Properties.AlarmActions).toEqual([topic]);
      expect(Properties.OKActions).toEqual([topic]);
      expect(Properties.InsufficientDataActions).toBeUndefined();
      return Properties.AlarmName;
    });
  expect(notified.sort()).toEqual(
    ['NothingMeasured', 'RebakeFailed'].map((name) => `winbake-2022-core-${name}`),
  );
});

test('alarms may publish to the topic, whose key they may use', () => {
  const alarms = Match.objectLike({ Principal: { Service: 'cloudwatch.amazonaws.com' } });
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: { Statement: Match.arrayWith([alarms]) },
  });
  expect(onlyResource(template, 'AWS::SNS::Topic')['Properties'].KmsMasterKeyId).toBeDefined();
  template.hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: { Statement: Match.arrayWith([alarms]) },
  });
});

test('a metric is the one that the functions write', () => {
  const lines: string[] = [];
  embeddedMetrics({ Pipeline: pipeline.pipelineName }, (line) => lines.push(line)).record(
    [{ name: 'BakeDuration', value: 3600, unit: 'Seconds' }],
    new Date(0),
  );
  const { Pipeline, _aws } = JSON.parse(lines[0]!) as {
    readonly Pipeline: string;
    readonly _aws: { readonly CloudWatchMetrics: readonly { readonly Namespace: string }[] };
  };
  const { Namespace: namespace } = _aws.CloudWatchMetrics[0]!;
  const written = { namespace, dimensions: { Pipeline } };
  expect(pipeline.metricBakeDuration()).toMatchObject({ ...written, metricName: 'BakeDuration' });
  expect(pipeline.metricHoursUnpatched()).toMatchObject({ ...written, metricName: 'HoursUnpatched' });
  expect(pipeline.metricPatchBudgetUsed()).toMatchObject({ ...written, metricName: 'PatchBudgetUsed' });
  expect(
    pipeline.metricHoursSinceDecision({ period: Duration.minutes(15), statistic: 'Average' }),
  ).toMatchObject({ ...written, metricName: 'HoursSinceDecision', statistic: 'Average' });
});
