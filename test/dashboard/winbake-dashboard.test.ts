import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import {
  METRIC_NAMESPACE,
  type FleetMetrics,
  type FleetsMetrics,
  type PipelineMetricName,
  type StartMetrics,
} from '../../lib/contract/names/metrics';
import { WinbakeDashboard, type WinbakeDashboardProps } from '../../lib/dashboard/winbake-dashboard';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import { onlyProperties } from '../support/only-resource';
import { resolvedText } from '../support/resolved-text';

const os = WindowsOs.SERVER_2022_CORE;

/** Every metric that functions publish, by its dimension: the compiler holds these to what the functions may write. */
const PUBLISHED = {
  Pipeline: keys<PipelineMetricName>({
    BakeDuration: true,
    HoursUnpatched: true,
    PatchBudgetUsed: true,
    HoursSinceDecision: true,
  }),
  Fleet: keys<keyof FleetMetrics | keyof StartMetrics>({
    HoursBehind: true,
    HoursUnpatched: true,
    UpSeconds: true,
    RegisteredSeconds: true,
    PullSeconds: true,
    FirstTaskSeconds: true,
    PoolFirstTaskSeconds: true,
  }),
  Stack: keys<keyof FleetsMetrics>({ PatchBudgetUsed: true, ChannelBudgetUsed: true, FleetsMissed: true }),
};

function keys<Name extends string>(all: Readonly<Record<Name, true>>): readonly string[] {
  return Object.keys(all);
}

/** A widget of a dashboard, as CloudWatch reads it. */
interface Widget {
  readonly type: string;
  readonly x: number;
  readonly width: number;
  readonly properties: {
    readonly title: string;
    readonly region?: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly (string | Readonly<Record<string, unknown>>)[])[];
    readonly annotations?: { readonly horizontal: readonly { readonly value: number }[] };
  };
}

function appOf(env?: { readonly account: string; readonly region: string }) {
  const app = new App();
  const platform = new Stack(app, 'Platform', { env });
  const shop = new Stack(app, 'Shop', { env });
  const pipeline = new WindowsAmiPipeline(platform, 'Pipeline', { os });
  const cluster = new Cluster(shop, 'Cluster', { vpc: new Vpc(shop, 'Vpc', { maxAzs: 2 }) });
  const ami = WindowsAmi.fromChannel({ os });
  const fleets = ['web', 'jobs'].map(
    (fleetName) => new WindowsCapacityProvider(shop, fleetName, { cluster, ami, fleetName }),
  );
  return { app, platform, shop, pipeline, fleets };
}

function widgetsOf(stack: Stack): readonly Widget[] {
  const { DashboardBody } = onlyProperties(Template.fromStack(stack), 'AWS::CloudWatch::Dashboard');
  return (JSON.parse(resolvedText(DashboardBody)) as { widgets: readonly Widget[] }).widgets;
}

const { app, fleets, pipeline, platform, shop } = appOf();
const view = new Stack(app, 'View');
new WinbakeDashboard(view, 'Dashboard', { pipelines: [pipeline], fleets });
const widgets = widgetsOf(view);
const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);

test('it names metrics that the functions publish, with their dimensions, and no other', () => {
  expect(metrics.length).toBeGreaterThan(15);
  const filters = Template.fromStack(platform).findResources('AWS::Logs::MetricFilter');
  const counted = Object.values(filters).flatMap(({ Properties }) =>
    (Properties.MetricTransformations as { MetricName: string }[]).map(({ MetricName }) => MetricName),
  );
  for (const [namespace, name, dimension, value] of metrics) {
    expect(namespace).toBe(METRIC_NAMESPACE);
    if (typeof dimension === 'string') {
      expect([dimension, PUBLISHED[dimension as keyof typeof PUBLISHED]]).toEqual([
        dimension,
        expect.arrayContaining([name]),
      ]);
      const names = { Pipeline: ['2022-core'], Fleet: ['web', 'jobs'], Stack: ['Shop'] };
      expect(names[dimension as keyof typeof names]).toContain(value);
    } else {
      expect(counted).toContain(name);
    }
  }
});

test('it shows each of what one asks for: budgets, bakes, housekeeping, rollouts and first tasks', () => {
  const shown = (name: string, stat?: string) =>
    metrics.some(
      (one) =>
        one[1] === name && (stat === undefined || (one.at(-1) as { readonly stat?: string }).stat === stat),
    );
  expect(
    [
      ['HoursUnpatched'],
      ['PatchBudgetUsed'],
      ['BakeDuration', 'SampleCount'],
      ['RebakesFailedUntold-2022-core', 'Sum'],
      ['HoursSinceDecision'],
      ['HoursSinceDecision', 'SampleCount'],
      ['HoursBehind'],
      ['FirstTaskSeconds', 'p50'],
      ['FirstTaskSeconds', 'p90'],
      ['FleetsMissed'],
    ].filter(([name = '', stat]) => !shown(name, stat)),
  ).toEqual([]);
  const budgets = widgets.filter(({ properties }) => properties.title.includes('patch budget used'));
  expect(budgets.map(({ properties }) => properties.annotations?.horizontal[0]?.value)).toEqual([100, 100]);
});

test('alarms come first, each of the pipeline and of the fleets by the name that its stack gives it', () => {
  const [first] = widgets;
  expect(first).toMatchObject({ type: 'alarm', x: 0, width: 24 });
  const names = (first?.properties.alarms ?? []).map((arn) => arn.split(':alarm:')[1]);
  const deployed = [platform, shop].flatMap((stack) =>
    Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
      String(Properties.AlarmName),
    ),
  );
  const ours = deployed.filter((name) => name.startsWith('winbake-'));
  expect([...names].sort()).toEqual([...ours].sort());
  expect(names).toContain('winbake-2022-core-PatchBudgetSpent');
  expect(names).toContain('winbake-fleets-Shop-NothingMeasured');
});

test('it is one resource, and other stacks export nothing for it', () => {
  const { Resources } = Template.fromStack(view).toJSON() as { Resources: Record<string, { Type: string }> };
  expect(Object.values(Resources).map(({ Type }) => Type)).toEqual(['AWS::CloudWatch::Dashboard']);
  expect(JSON.stringify([platform, shop].map((one) => Template.fromStack(one).toJSON()))).not.toContain(
    'Export',
  );
});

test('what is elsewhere is shown by its account and region', () => {
  const elsewhere = appOf({ account: '111122223333', region: 'eu-central-1' });
  const here = new Stack(elsewhere.app, 'View', { env: { account: '444455556666', region: 'us-east-1' } });
  new WinbakeDashboard(here, 'Dashboard', { pipelines: [elsewhere.pipeline], fleets: elsewhere.fleets });
  const all = widgetsOf(here);
  const shown = all.flatMap(({ properties }) => properties.metrics ?? []);
  for (const metric of shown) {
    expect(metric.at(-1)).toMatchObject({ region: 'eu-central-1', accountId: '111122223333' });
  }
  for (const arn of all[0]?.properties.alarms ?? []) {
    expect(arn).toMatch(/^arn:[^:]+:cloudwatch:eu-central-1:111122223333:alarm:winbake-/);
  }
});

test('a pipeline of another app is shown without alarms, and named twice it is shown once', () => {
  const stack = new Stack(new App(), 'View', { env: { account: '111122223333', region: 'eu-central-1' } });
  const other = WindowsAmiPipeline.fromPipelineAttributes(stack, 'Other', { os, region: 'us-east-1' });
  const { dashboard } = new WinbakeDashboard(stack, 'Dashboard', {
    pipelines: [other, other],
    dashboardName: 'windows',
    defaultInterval: Duration.days(3),
  });
  expect(dashboard.dashboardName).toBeDefined();
  const all = widgetsOf(stack);
  expect(all.filter(({ type }) => type === 'alarm')).toEqual([]);
  expect(all[0]?.properties.metrics).toHaveLength(1);
  for (const metric of all.flatMap(({ properties }) => properties.metrics ?? [])) {
    expect(metric.at(-1)).toMatchObject({ region: 'us-east-1' });
  }
  const body = resolvedText(
    onlyProperties(Template.fromStack(stack), 'AWS::CloudWatch::Dashboard')['DashboardBody'],
  );
  expect(body).toContain('-P3D');
});

test.each<[string, WinbakeDashboardProps]>([
  ['nothing', {}],
  ['empty lists', { pipelines: [], fleets: [] }],
])('%s ends synthesis', (_what, props) => {
  expect(() => new WinbakeDashboard(new Stack(new App(), 'View'), 'Dashboard', props)).toThrow(
    '[View/Dashboard] "pipelines" or "fleets" must name one; got: none.',
  );
});
