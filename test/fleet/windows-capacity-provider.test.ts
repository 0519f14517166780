import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType, LaunchTemplate, OperatingSystemType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AmiChannel, WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import { METRIC_NAMESPACE } from '../../lib/contract/names/metrics';
import { DEFAULT_ROLLOUT_POLICY, FLEET_SETTINGS_SCHEMA } from '../../lib/contract/values/rollout-policy';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import type { WindowsCapacityProviderProps } from '../../lib/fleet/windows-capacity-provider-props';
import { documentedDefaults } from '../support/documented-defaults';
import { environmentWith, onlyProperties } from '../support/only-resource';
import { actionsOf, policyStatements } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

const os = WindowsOs.SERVER_2022_CORE;

function fleetOf(props: Partial<WindowsCapacityProviderProps> = {}) {
  const stack = new Stack(new App(), 'Shop');
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const ami = WindowsAmi.fromChannel({ os });
  return { stack, cluster, fleet: new WindowsCapacityProvider(stack, 'Windows', { cluster, ami, ...props }) };
}

function settingsIn(template: Template): unknown {
  const [parameter] = Object.values(template.findResources('AWS::SSM::Parameter')).filter(({ Properties }) =>
    String(Properties.Name).endsWith('/settings'),
  );
  return JSON.parse(resolvedText(parameter?.Properties.Value));
}

function userDataOf(template: Template): string {
  const { UserData } = onlyProperties(template, 'AWS::EC2::LaunchTemplate')['LaunchTemplateData'];
  const parts = UserData['Fn::Base64']['Fn::Join'][1] as (string | { readonly Ref: string })[];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}

const { stack, fleet } = fleetOf();
const template = Template.fromStack(stack);
const launch = onlyProperties(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData;

describe('with required props', () => {
  test('the base template names no AMI, and no deployment reads one', () => {
    expect(launch).not.toHaveProperty('ImageId');
    expect(JSON.stringify(template.toJSON())).not.toContain('ami-id');
    expect(launch).toMatchObject({
      MetadataOptions: { HttpTokens: 'required' },
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { Encrypted: true, VolumeSize: 100 } }],
    });
  });

  test('the group uses the version of the deployment by its number and protects new instances', () => {
    const group = onlyProperties(template, 'AWS::AutoScaling::AutoScalingGroup');
    const [clone] = Object.keys(template.findResources('Custom::WinbakeLaunchTemplate'));
    const [launchTemplate] = Object.keys(template.findResources('AWS::EC2::LaunchTemplate'));
    expect(group.LaunchTemplate).toEqual({
      LaunchTemplateId: { Ref: launchTemplate },
      Version: { 'Fn::GetAtt': [clone, 'Version'] },
    });
    expect(onlyProperties(template, 'Custom::WinbakeLaunchTemplate')).toMatchObject({
      BaseVersion: { 'Fn::GetAtt': [launchTemplate, 'LatestVersionNumber'] },
      Hash: expect.stringMatching(/^[0-9a-f]{32}$/),
      References: expect.arrayContaining(group.VPCZoneIdentifier),
    });
    expect(group.AutoScalingGroupName).toBe('winbake-cluster-2022-core');
    expect(group.Tags).toContainEqual({
      Key: 'winbake:fleet',
      PropagateAtLaunch: true,
      Value: 'cluster-2022-core',
    });
    expect(group.NewInstancesProtectedFromScaleIn).toBe(true);
    expect(group).not.toHaveProperty('DesiredCapacity');
    expect(JSON.stringify(template.toJSON())).not.toMatch(/\$(Latest|Default)\b/);
  });

  test('ECS scales the group, protects it from losing tasks, and drains what ends', () => {
    template.hasResourceProperties('AWS::ECS::CapacityProvider', {
      AutoScalingGroupProvider: {
        ManagedScaling: Match.objectLike({ Status: 'ENABLED' }),
        ManagedTerminationProtection: 'ENABLED',
        ManagedDraining: 'ENABLED',
      },
    });
    const [id] = Object.keys(template.findResources('AWS::ECS::CapacityProvider'));
    template.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      CapacityProviders: [{ Ref: id }],
    });
    template.resourceCountIs('AWS::AutoScaling::LifecycleHook', 0);
  });

  test('the agent is started once, by the fleet’s script', () => {
    const text = userDataOf(template);
    expect(text.match(/Initialize-ECSAgent @agent/g)).toHaveLength(1);
    expect(text.match(/Import-Module .*ECSTools/g)).toHaveLength(1);
    expect(text).toMatch(
      /^} -Cluster '<Cluster\w+>' -EnableTaskIamRole -EnableTaskEni -BlockMetadata -LoggingDriver '\["json-file","awslogs"\]' -GroupName 'winbake-cluster-2022-core' -HookName 'joins-the-cluster'<\/powershell><persist>true<\/persist>$/m,
    );
    expect(text).not.toMatch(/ECS_CLUSTER|ECS\\Cache|ECS_AVAILABLE/);
  });

  test('looks when its channel moves, when a refresh goes on, after a deployment, and every 15 minutes', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.ssm'],
        'detail-type': ['Parameter Store Change'],
        detail: { name: ['/winbake/2022-core/current/publication'], operation: ['Create', 'Update'] },
      },
    });
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(15 minutes)' });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.autoscaling'],
        'detail-type': [{ prefix: 'EC2 Auto Scaling Instance Refresh ' }],
        detail: { AutoScalingGroupName: ['winbake-cluster-2022-core'] },
      },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.cloudformation'],
        'detail-type': ['CloudFormation Stack Status Change'],
        detail: { 'stack-id': [{ Ref: 'AWS::StackId' }] },
      },
    });
    template.resourceCountIs('AWS::Lambda::Permission', 4);
  });

  test('tells the rollout what it rolls', () => {
    const [launchTemplate] = Object.keys(template.findResources('AWS::EC2::LaunchTemplate'));
    const [cluster] = Object.keys(template.findResources('AWS::ECS::Cluster'));
    const variables = environmentWith(template, 'WINBAKE_FLEETS');
    expect(variables).toEqual({
      WINBAKE_STACK: 'Shop',
      WINBAKE_FLEETS: JSON.stringify({ '/winbake/2022-core/current/publication': ['cluster-2022-core'] }),
    });
    expect(settingsIn(template)).toEqual({
      schema: FLEET_SETTINGS_SCHEMA,
      fleet: 'cluster-2022-core',
      channel: '/winbake/2022-core/current/publication',
      amiOwner: '123456789012',
      autoScalingGroup: 'winbake-cluster-2022-core',
      launchTemplateId: launchTemplate,
      cluster,
      topicArn: expect.stringMatching(/^WinbakeFleetsTopic/),
      policy: DEFAULT_ROLLOUT_POLICY,
    });
  });

  test('nothing reaches the instances before there is a service', () => {
    expect(onlyProperties(template, 'AWS::EC2::SecurityGroup')).not.toHaveProperty('SecurityGroupIngress');
  });

  test('prints the name that it keeps its state under', () => {
    Annotations.fromStack(stack).hasInfo(
      '/Shop/Windows',
      Match.stringLikeRegexp('"fleetName" is cluster-2022-core'),
    );
  });

  test('gives the strategy of a service', () => {
    expect(fleet.strategy({ base: 2, weight: 3 })).toEqual({
      capacityProvider: expect.any(String),
      base: 2,
      weight: 3,
    });
  });
});

const STRUCTS: Readonly<Record<string, string>> = {
  '': 'WindowsCapacityProviderProps',
  volume: 'FleetVolume',
  scaling: 'ManagedScaling',
  metadata: 'InstanceMetadata',
  rollout: 'RolloutOptions',
};

/** Every default that is a value: where it stands, how API.md has it, and the value itself. */
const SPELLED_OUT: readonly (readonly [string, string, string, unknown])[] = [
  [
    '',
    'fleetName',
    `the id of the cluster's construct and the name of the pipeline, such as \`cluster-2022-core\``,
    'cluster-2022-core',
  ],
  ['', 'instanceTypes', '`m6i.xlarge`', [new InstanceType('m6i.xlarge')]],
  ['', 'minCapacity', '0', 0],
  ['', 'maxCapacity', '10', 10],
  ['', 'enableManagedTerminationProtection', 'true', true],
  ['', 'enableManagedDraining', 'true', true],
  ['', 'allowServiceTraffic', 'true', true],
  ['', 'taskRoles', 'true', true],
  ['', 'taskInterfaces', 'true, but false on Windows Server 2016', true],
  ['', 'loggingDrivers', '`json-file` and `awslogs`', ['json-file', 'awslogs']],
  ['', 'userDataBefore', 'nothing', []],
  ['', 'userDataAfter', 'nothing', []],
  ['', 'launchTimeout', 'Duration.minutes(45)', Duration.minutes(45)],
  ['', 'deleteDrain', 'Duration.minutes(10)', Duration.minutes(10)],
  ['', 'patchWithin', 'Duration.hours(72)', Duration.hours(72)],
  ['', 'logRetention', 'RetentionDays.THIRTEEN_MONTHS', RetentionDays.THIRTEEN_MONTHS],
  ['volume', 'size', 'Size.gibibytes(100)', Size.gibibytes(100)],
  ['volume', 'throughput', '250', 250],
  ['scaling', 'targetCapacityPercent', '100', 100],
  ['scaling', 'minimumScalingStepSize', '1', 1],
  ['scaling', 'maximumScalingStepSize', '1000', 1000],
  ['scaling', 'instanceWarmupPeriod', 'Duration.minutes(5)', Duration.minutes(5)],
  ['metadata', 'httpPutResponseHopLimit', '1', 1],
  ['metadata', 'taskAccess', 'false', false],
  ['metadata', 'instanceMetadataTags', 'false', false],
  ['rollout', 'canaryPercentage', '10', 10],
  ['rollout', 'maxHealthyPercentage', '125', 125],
  ['rollout', 'maxFirstTaskSlowdown', '3', 3],
  ['rollout', 'watch', 'Duration.minutes(30)', Duration.minutes(30)],
  ['rollout', 'delay', 'Duration.hours(0)', Duration.hours(0)],
  ['rollout', 'stallLimit', 'Duration.hours(4)', Duration.hours(4)],
  ['rollout', 'rollTemplateChanges', 'true', true],
  ['rollout', 'ringLimit', 'Duration.hours(12)', Duration.hours(12)],
  ['rollout', 'rollEqualRevision', 'false', false],
];

function spelledOut(): Partial<WindowsCapacityProviderProps> {
  const props: Record<string, unknown> = {};
  for (const [struct, prop, , value] of SPELLED_OUT) {
    if (struct === '') {
      props[prop] = value;
    } else {
      props[struct] = { ...(props[struct] as object | undefined), [prop]: value };
    }
  }
  return props;
}

test('a fleet with every default spelled out is the same to the letter', () => {
  expect(Template.fromStack(fleetOf(spelledOut()).stack).toJSON()).toEqual(template.toJSON());
});

test.each(SPELLED_OUT)('%s %s is %s', (struct, prop, reported) => {
  expect(documentedDefaults(STRUCTS[struct]!)[prop]).toBe(reported);
});

test('a share of Spot runs all on it, unless said', () => {
  const spelled = fleetOf({ spot: { onDemandBaseCapacity: 0, onDemandPercentageAboveBaseCapacity: 0 } });
  expect(Template.fromStack(fleetOf({ spot: {} }).stack).toJSON()).toEqual(
    Template.fromStack(spelled.stack).toJSON(),
  );
  const { onDemandBaseCapacity, onDemandPercentageAboveBaseCapacity } = documentedDefaults('SpotShare');
  expect([onDemandBaseCapacity, onDemandPercentageAboveBaseCapacity]).toEqual(['0', '0']);
});

test('the defaults of strategies and AMIs are those of API.md', () => {
  const { base, weight } = fleet.strategy();
  expect(documentedDefaults('CapacityProviderStrategyOptions')).toEqual({
    base: `${base}`,
    weight: `${weight}`,
  });
  const ami = WindowsAmi.fromChannel({ os });
  expect(documentedDefaults('WindowsAmiChannelProps')).toEqual({
    pipelineName: `release and edition, such as \`${ami.pipelineName}\``,
    channel: `AmiChannel.${ami.channel?.toUpperCase()}`,
    parameterPrefix: ami.parameterPrefix,
    pipelineAccount: 'the account of the stack that it is used in',
  });
});

describe('permissions of the rollout', () => {
  const statements = policyStatements(template);
  const [rollout = []] = Object.entries(statements).flatMap(([id, own]) => (/Rollout/.test(id) ? [own] : []));

  test('no action is a wildcard, and only what describes or starts has no resource', () => {
    expect(actionsOf(rollout).filter((action) => action.includes('*'))).toEqual([]);
    expect(actionsOf(rollout.filter((statement) => statement.Resource === '*'))).toEqual([
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeInstanceRefreshes',
      'autoscaling:DescribeWarmPool',
      'ec2:DescribeImages',
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplateVersions',
      'ec2:RunInstances',
    ]);
  });

  test("it starts instances of the fleet's template only, and hands over the fleet's role only", () => {
    const run = rollout.find((statement) => statement.Action === 'ec2:RunInstances');
    expect(JSON.stringify(run?.Condition?.['ArnEquals'])).toMatch(
      /launch-template.+WindowsFleetLaunchTemplate/,
    );
    const pass = rollout.find((statement) => statement.Action === 'iam:PassRole');
    expect(pass?.Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } });
    expect(JSON.stringify(pass?.Resource)).toContain('WindowsFleetInstanceRole');
  });

  test('it writes state, lease and log of its fleet and no other parameter', () => {
    const put = rollout.filter((statement) => statement.Action === 'ssm:PutParameter');
    const names = [...JSON.stringify(put).matchAll(/:parameter([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual(
      ['state', 'lease', 'log/*'].map((name) => `/winbake/fleets/cluster-2022-core/${name}`),
    );
  });

  test('it reads the pause of a deployment, which the deployment alone writes', () => {
    const own = ':parameter/winbake/fleets/cluster-2022-core/';
    const pause = `${own}deployment`;
    const reads = rollout.filter((statement) => actionsOf([statement]).includes('ssm:GetParameter'));
    expect(JSON.stringify(reads)).toContain(`${own}*`);
    const [live = []] = Object.entries(statements).flatMap(([id, rights]) =>
      /ResourcesHandlerRole/.test(id) ? [rights] : [],
    );
    const put = live.find((statement) => statement.Action === 'ssm:PutParameter');
    expect(JSON.stringify(put?.Resource)).toMatch(new RegExp(`${pause}"`));
    const stacks = live.find((statement) => statement.Action === 'cloudformation:DescribeStacks');
    expect(stacks?.Resource).toEqual({ Ref: 'AWS::StackId' });
  });
});

test('its metrics are those that the rollout writes of the fleet', () => {
  const written = { namespace: METRIC_NAMESPACE, dimensions: { Fleet: fleet.fleetName } };
  expect(fleet.metricHoursBehind()).toMatchObject({ ...written, metricName: 'HoursBehind' });
  expect(fleet.metricHoursUnpatched()).toMatchObject({ ...written, statistic: 'Maximum' });
  const firstTask = { ...written, metricName: 'FirstTaskSeconds' };
  expect(fleet.metricFirstTaskSeconds()).toMatchObject({ ...firstTask, statistic: 'p90' });
  expect(fleet.metricFirstTaskSeconds({ statistic: 'p50' })).toMatchObject({
    ...firstTask,
    statistic: 'p50',
  });
});

test('two fleets share a cluster in one association', () => {
  const { stack: own, cluster } = fleetOf();
  const ami = WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2019_CORE });
  new WindowsCapacityProvider(own, 'Old', { cluster, ami });
  const both = onlyProperties(Template.fromStack(own), 'AWS::ECS::ClusterCapacityProviderAssociations');
  expect(both.CapacityProviders).toHaveLength(2);
});

describe('WindowsAmi', () => {
  test("orders the pipeline's stack first where both are in an app", () => {
    const app = new App();
    const platform = new Stack(app, 'Platform');
    const shop = new Stack(app, 'Shop');
    const ami = WindowsAmi.fromPipeline(new WindowsAmiPipeline(platform, 'Pipeline', { os }), {
      channel: AmiChannel.PREVIOUS,
    });
    expect(new LaunchTemplate(shop, 'Template', { machineImage: ami }).osType).toBe(
      OperatingSystemType.WINDOWS,
    );
    expect(shop.dependencies).toEqual([platform]);
    expect(ami.publicationParameter).toBe('/winbake/2022-core/previous/publication');
    Annotations.fromStack(shop).hasNoWarning('*', Match.anyValue());
  });

  test("warns of the pipeline's own stack, which cannot be deployed first", () => {
    const platform = new Stack(new App(), 'Platform');
    const pipeline = new WindowsAmiPipeline(platform, 'Pipeline', { os });
    new LaunchTemplate(platform, 'Template', { machineImage: WindowsAmi.fromPipeline(pipeline) });
    Annotations.fromStack(platform).hasWarning(
      '/Platform/Template',
      Match.stringLikeRegexp('first deployment then fails'),
    );
  });
});
