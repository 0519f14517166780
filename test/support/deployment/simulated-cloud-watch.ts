import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { serviceOf } from '../../../sim/account/principal';
import { unmodelled } from '../../../sim/aws/cloudformation/environment';
import type { DeploymentWorld } from './deployment-world';

/** Milliseconds that an alarm looks back at most. */
const LONGEST_WINDOW = 4 * 3_600_000;

type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

interface DataPoint {
  readonly at: number;
  readonly value: number;
}

/** What a metric is known by. */
interface MetricName {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: MetricName; readonly Period: number; readonly Stat: string };
}

/** The properties of an alarm of a template, with every reference filled in. */
interface AlarmProperties extends Partial<MetricName> {
  readonly AlarmName: string;
  readonly AlarmDescription?: string;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly Threshold: number;
  readonly TreatMissingData?: string;
  readonly Period?: number;
  readonly Statistic?: string;
  readonly Metrics?: readonly MetricQuery[];
}

/** When an alarm changed its state. */
export interface AlarmChange {
  readonly alarm: string;
  readonly state: AlarmState;
  readonly at: Date;
}

/**
 * CloudWatch in a deployed account: what functions write, how they end, what lies in queues and what the filters of logs count; and
 * the alarms of the templates over it, each minute, which publish to their topics by what those allow.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export class SimulatedCloudWatch {
  readonly changes: AlarmChange[] = [];
  private readonly points = new Map<string, DataPoint[]>();
  private readonly states = new Map<string, AlarmState>();

  constructor(private readonly world: DeploymentWorld) {
    const { clock } = world;
    const { functions } = world.account;
    functions.onLine((_arn, line) => {
      this.readEmbedded(line);
    });
    const ended = (arn: string, errors: number) => {
      const Dimensions = [{ Name: 'FunctionName', Value: arn.split(':')[6] ?? '' }];
      this.note({ Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions }, errors, clock.now());
    };
    functions.onAnswer((arn) => {
      ended(arn, 0);
    });
    functions.onFailure((arn) => {
      ended(arn, 1);
    });
  }

  /** Evaluates each minute from now on. */
  start(): void {
    const { clock } = this.world;
    void clock.run(async () => {
      while (true) {
        this.readLogs();
        this.readQueues();
        await this.evaluate();
        await clock.pass(60);
      }
    });
  }

  /** The state of an alarm by the last part of its name. */
  stateOf(name: string): AlarmState | undefined {
    return [...this.states].find(([alarm]) => alarm.endsWith(`-${name}`))?.[1];
  }

  private note(metric: MetricName, value: number, at: Date): void {
    const key = keyOf(metric);
    const known = this.points.get(key) ?? [];
    const recent = known.filter((one) => one.at > at.getTime() - LONGEST_WINDOW);
    this.points.set(key, [...recent, { at: at.getTime(), value }]);
  }

  /** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
  private readEmbedded(line: string): void {
    const document = JSON.parse(line) as JsonObject;
    const { _aws: head } = document;
    if (!isJsonObject(head)) {
      return;
    }
    for (const one of head['CloudWatchMetrics'] as readonly JsonObject[]) {
      for (const names of one['Dimensions'] as readonly (readonly string[])[]) {
        const Dimensions = names.map((Name) => ({ Name, Value: String(document[Name]) }));
        for (const { Name } of one['Metrics'] as readonly { readonly Name: string }[]) {
          const metric = { Namespace: String(one['Namespace']), MetricName: Name, Dimensions };
          this.note(metric, Number(document[Name]), new Date(Number(head['Timestamp'])));
        }
      }
    }
  }

  private readLogs(): void {
    const { account, clock, ended } = this.world;
    const filters = account.living('AWS::Logs::MetricFilter');
    const machines = account.living('AWS::StepFunctions::StateMachine');
    for (const { error, history, stateMachineArn } of ended.splice(0)) {
      const machine = machines.find(({ reference }) => reference === stateMachineArn);
      const destinations = JSON.stringify(machine?.properties['LoggingConfiguration'] ?? {});
      // https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
      const events: readonly JsonObject[] = [
        ...history.map(({ state }) => ({ type: 'StateEntered', details: { name: state } })),
        ...(error === 'States.Timeout' ? [{ type: 'ExecutionTimedOut' }] : []),
      ];
      for (const { properties } of filters) {
        const group = String(properties['LogGroupName']);
        const pattern = String(properties['FilterPattern']);
        const count = events.filter((event) => matches(pattern, event)).length;
        if (count > 0 && destinations.includes(`:log-group:${group}:`)) {
          const [made] = properties['MetricTransformations'] as readonly Readonly<Record<string, string>>[];
          const metric = {
            Namespace: made?.['MetricNamespace'] ?? '',
            MetricName: made?.['MetricName'] ?? '',
          };
          this.note(metric, Number(made?.['MetricValue']) * count, clock.now());
        }
      }
    }
  }

  private readQueues(): void {
    const { account, clock, deadLetters } = this.world;
    for (const { attributes } of account.living('AWS::SQS::Queue')) {
      const Dimensions = [{ Name: 'QueueName', Value: String(attributes['QueueName']) }];
      const metric = { Namespace: 'AWS/SQS', MetricName: 'ApproximateNumberOfMessagesVisible', Dimensions };
      this.note(metric, deadLetters.get(String(attributes['Arn'])) ?? 0, clock.now());
    }
  }

  private async evaluate(): Promise<void> {
    const { account, clock } = this.world;
    for (const { properties, environment } of account.living('AWS::CloudWatch::Alarm')) {
      const alarm = properties as unknown as AlarmProperties;
      const before = this.states.get(alarm.AlarmName) ?? 'INSUFFICIENT_DATA';
      const state = this.stateNow(alarm, before);
      this.states.set(alarm.AlarmName, state);
      if (state === before) {
        continue;
      }
      this.changes.push({ alarm: alarm.AlarmName, state, at: clock.now() });
      const topics = (state === 'ALARM' ? alarm.AlarmActions : state === 'OK' ? alarm.OKActions : []) ?? [];
      for (const TopicArn of topics) {
        const Subject = `${state}: "${alarm.AlarmName}"`;
        const message = { TopicArn, Subject, Message: alarm.AlarmDescription ?? Subject };
        await account.as(serviceOf('cloudwatch.amazonaws.com', environment.account), () =>
          new SNSClient().send(new PublishCommand(message)),
        );
      }
    }
  }

  private stateNow(alarm: AlarmProperties, before: AlarmState): AlarmState {
    const { EvaluationPeriods, TreatMissingData = 'missing' } = alarm;
    const breaches = Array.from({ length: EvaluationPeriods }, (_, periodsAgo) => {
      const value = this.valueOf(alarm, periodsAgo);
      return value === undefined ? TreatMissingData : isBreached(alarm, value) ? 'breaching' : 'notBreaching';
    });
    const isMissing = breaches.filter((one) => one === 'ignore' || one === 'missing');
    if (isMissing.length === EvaluationPeriods) {
      return TreatMissingData === 'ignore' ? before : 'INSUFFICIENT_DATA';
    }
    if (isMissing.length > 0) {
      throw unmodelled(`${alarm.AlarmName}, of whose periods some have no data`);
    }
    return breaches.every((one) => one === 'breaching') ? 'ALARM' : 'OK';
  }

  private valueOf(
    { MetricName, Metrics, Namespace, Period = 0, Statistic = '', ...alarm }: AlarmProperties,
    periodsAgo: number,
  ): number | undefined {
    const within = (metric: MetricName, seconds: number, statistic: string) => {
      const until = this.world.clock.now().getTime() - periodsAgo * seconds * 1000;
      const since = until - seconds * 1000;
      const values = (this.points.get(keyOf(metric)) ?? []).filter(({ at }) => at > since && at <= until);
      return statisticOf(
        statistic,
        values.map(({ value }) => value),
      );
    };
    if (Metrics === undefined) {
      const { Dimensions = [] } = alarm;
      const metric = { Namespace: Namespace ?? '', MetricName: MetricName ?? '', Dimensions };
      return within(metric, Period, Statistic);
    }
    const terms = (Metrics[0]?.Expression ?? '')
      .split(' + ')
      .map((term) => /^FILL\((\w+), 0\)$/.exec(term)?.[1]);
    const values = terms.map((id) => {
      const { MetricStat } = Metrics.find(({ Id }) => Id === id) ?? {};
      if (MetricStat === undefined) {
        throw unmodelled(`the expression of ${alarm.AlarmName}`);
      }
      return within(MetricStat.Metric, MetricStat.Period, MetricStat.Stat);
    });
    return values.every((one) => one === undefined)
      ? undefined
      : values.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  }
}

function keyOf({ Dimensions = [], MetricName, Namespace }: MetricName): string {
  return [Namespace, MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort()].join(' ');
}

function statisticOf(statistic: string, values: readonly number[]): number | undefined {
  if (values.length === 0) {
    return undefined;
  }
  switch (statistic) {
    case 'Maximum':
      return Math.max(...values);
    case 'SampleCount':
      return values.length;
    case 'Sum':
      return values.reduce((sum, one) => sum + one, 0);
    default:
      throw unmodelled(`the statistic ${statistic}`);
  }
}

function isBreached({ AlarmName, ComparisonOperator, Threshold }: AlarmProperties, value: number): boolean {
  switch (ComparisonOperator) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= Threshold;
    case 'LessThanThreshold':
      return value < Threshold;
    default:
      throw unmodelled(`${ComparisonOperator} of ${AlarmName}`);
  }
}

/**
 * Whether an event of a log fits a pattern such as `{ ($.type = "X") || ($.details.name = "Y") }`.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
function matches(pattern: string, event: JsonObject): boolean {
  const terms = pattern.replaceAll(/^\{ | \}$/g, '').split(' || ');
  return terms.some((term) => {
    const [, path = '', wanted] = /^\(\$\.([\w.]+) = "([^"]*)"\)$/.exec(term) ?? [];
    if (wanted === undefined) {
      throw unmodelled(`the pattern ${pattern}`);
    }
    const found = path
      .split('.')
      .reduce<unknown>((inner, name) => (isJsonObject(inner) ? inner[name] : undefined), event);
    return found === wanted;
  });
}
