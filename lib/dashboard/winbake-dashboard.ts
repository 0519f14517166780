import { Arn, ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  CfnAlarm,
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  type HorizontalAnnotation,
  type IAlarm,
  type IMetric,
  type IWidget,
  Metric,
  SingleValueWidget,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct, type IConstruct } from 'constructs';
import type { IWindowsAmiPipeline } from '../ami/i-windows-ami-pipeline';
import { METRIC_NAMESPACE, untoldFailuresMetric } from '../contract/names/metrics';
import { fleetsMetric } from '../fleet/fleet-alarms';
import { FleetsOfStack } from '../fleet/fleets-of-stack';
import type { WindowsCapacityProvider } from '../fleet/windows-capacity-provider';
import { refuse } from '../internal/validate';

/** What a dashboard shows. */
export interface WinbakeDashboardProps {
  /**
   * Pipelines of this app, or of others; the states of alarms are shown of those of this app.
   * @default - it shows none
   */
  readonly pipelines?: IWindowsAmiPipeline[];

  /**
   * Fleets of this app.
   * @default - it shows none
   */
  readonly fleets?: WindowsCapacityProvider[];

  /**
   * The name of the dashboard, which is one for the whole account.
   * @default - a name by CloudFormation
   */
  readonly dashboardName?: string;

  /**
   * How far back it shows at first.
   * @default Duration.days(14)
   */
  readonly defaultInterval?: Duration;
}

/** A dashboard is 24 columns wide. */
const WHOLE = 24;
const HALF = 12;
const HEIGHT = 6;

/** An alarm status widget takes so many. */
const MOST_ALARMS = 100;

/** Where a budget is spent, on an axis of percents. */
const SPENT: HorizontalAnnotation = { value: 100, label: 'spent' };

/**
 * A CloudWatch dashboard of pipelines and fleets: alarms first, then hours unpatched and patch budgets, bakes, housekeeping,
 * rollouts and how soon first tasks run. It shows metrics that are published in any case, so that it costs one dashboard.
 *
 * @see https://aws.amazon.com/cloudwatch/pricing/
 */
export class WinbakeDashboard extends Construct {
  /** The dashboard, to which you may add widgets of your own. */
  public readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: WinbakeDashboardProps) {
    super(scope, id);
    const pipelines = [...new Set(props.pipelines)];
    const fleets = [...new Set(props.fleets)];
    if (pipelines.length + fleets.length === 0) {
      refuse(this, 'pipelines', 'or "fleets" must name one', 'none', 'Leave the dashboard out otherwise.');
    }
    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: props.dashboardName,
      defaultInterval: props.defaultInterval ?? Duration.days(14),
    });
    const stacks = [...new Set(fleets.map((one) => Stack.of(one)))];
    const alarms = [...pipelines, ...stacks.map((one) => FleetsOfStack.of(one))].flatMap((one) =>
      this.alarmsOf(one),
    );
    for (let from = 0; from < alarms.length; from += MOST_ALARMS) {
      const shown = alarms.slice(from, from + MOST_ALARMS);
      this.dashboard.addWidgets(
        new AlarmStatusWidget({ title: 'Alarms', width: WHOLE, height: HEIGHT, alarms: shown }),
      );
    }
    if (pipelines.length > 0) {
      pipelineRows(pipelines).forEach((row) => {
        this.dashboard.addWidgets(...row);
      });
    }
    if (fleets.length > 0) {
      fleetRows(fleets, stacks).forEach((row) => {
        this.dashboard.addWidgets(...row);
      });
    }
  }

  /** By their ARNs, since names are fixed: another stack then exports nothing. */
  private alarmsOf(owner: IConstruct): readonly IAlarm[] {
    return owner.node
      .findAll()
      .filter((one) => one instanceof CfnAlarm)
      .map((alarm) => {
        const { account, partition, region } = alarm.stack;
        const arn = Arn.format({
          ...{ account, partition, region, service: 'cloudwatch', resource: 'alarm' },
          resourceName: alarm.alarmName ?? '',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        });
        return Alarm.fromAlarmArn(this, `Alarm${alarm.node.addr}`, arn);
      });
  }
}

function pipelineRows(pipelines: readonly IWindowsAmiPipeline[]): readonly (readonly IWidget[])[] {
  const each = (metric: (pipeline: IWindowsAmiPipeline, label: string) => IMetric) =>
    pipelines.map((one) => metric(one, one.pipelineName));
  const day = Duration.days(1);
  return [
    [
      new SingleValueWidget({
        ...{ title: 'Pipelines: hours that current is unpatched', width: HALF, height: HEIGHT },
        metrics: each((one, label) => one.metricHoursUnpatched({ label })),
        setPeriodToTimeRange: false,
      }),
      graph(
        'Pipelines: patch budget used, %',
        each((one, label) => one.metricPatchBudgetUsed({ label })),
        SPENT,
      ),
    ],
    [
      new GraphWidget({
        ...{
          title: 'Bakes published, and rebakes that failed unreported, a day',
          width: HALF,
          height: HEIGHT,
        },
        view: GraphWidgetView.BAR,
        left: [
          ...each((one, name) =>
            one.metricBakeDuration({
              label: `${name} published`,
              statistic: Stats.SAMPLE_COUNT,
              period: day,
            }),
          ),
          ...each((one, name) => untoldFailures(one, { label: `${name} failed`, period: day })),
        ],
      }),
      graph(
        'Bakes: seconds from the first step to the publication',
        each((one, label) => one.metricBakeDuration({ label })),
      ),
    ],
    [
      graph(
        'Gate: hours since it decided',
        each((one, label) => one.metricHoursSinceDecision({ label })),
      ),
      graph(
        'Housekeeping: passes an hour, 4 where it runs',
        each((one, label) => one.metricHoursSinceDecision({ label, statistic: Stats.SAMPLE_COUNT })),
      ),
    ],
  ];
}

function fleetRows(
  fleets: readonly WindowsCapacityProvider[],
  stacks: readonly Stack[],
): readonly (readonly IWidget[])[] {
  const each = (metric: (fleet: WindowsCapacityProvider, label: string) => IMetric) =>
    fleets.map((one) => metric(one, one.fleetName));
  const eachStack = (name: Parameters<typeof fleetsMetric>[1], what: string) =>
    stacks.map((one) => fleetsMetric(one, name, { label: `${one.stackName} ${what}`.trim() }).attachTo(one));
  return [
    [
      graph(
        'Fleets: hours that some instance is unpatched',
        each((one, label) => one.metricHoursUnpatched({ label })),
      ),
      graph(
        'Fleets: patch budget used, %, the most of any fleet of a stack',
        [
          ...eachStack('PatchBudgetUsed', 'unpatched'),
          ...eachStack('ChannelBudgetUsed', 'behind its channel'),
        ],
        SPENT,
      ),
    ],
    [
      graph(
        'Rollouts: hours that some instance is behind its channel',
        each((one, label) => one.metricHoursBehind({ label })),
      ),
      graph('First task: seconds from launch, p50 and p90', [
        ...each((one, name) => one.metricFirstTaskSeconds({ label: `${name} p50`, statistic: Stats.p(50) })),
        ...each((one, name) => one.metricFirstTaskSeconds({ label: `${name} p90`, statistic: Stats.p(90) })),
      ]),
    ],
    [graph('Fleets that a pass could not poll', eachStack('FleetsMissed', ''))],
  ];
}

/** What the filter of the rebakes' log counts, where the pipeline's other metrics are. */
function untoldFailures(
  pipeline: IWindowsAmiPipeline,
  options: { readonly label: string; readonly period: Duration },
): Metric {
  const { account, region } = pipeline.metricHoursUnpatched();
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: untoldFailuresMetric(pipeline.pipelineName),
    statistic: Stats.SUM,
    account,
    region,
    ...options,
  });
}

function graph(title: string, left: IMetric[], ...leftAnnotations: HorizontalAnnotation[]): IWidget {
  const size = { width: HALF, height: HEIGHT };
  return new GraphWidget({ title, left, leftAnnotations, leftYAxis: { min: 0 }, ...size });
}
