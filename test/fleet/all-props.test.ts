import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Port } from 'aws-cdk-lib/aws-ec2';
import { AwsSolutionsChecks } from 'cdk-nag';
import { addAllPropsFleet } from '../support/all-props-fleet';
import { onlyProperties } from '../support/only-resource';
import { actionsOf, policyStatements } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

const app = new App();
const { fleet, stack } = addAllPropsFleet(app);
fleet.connections.allowFrom(fleet, Port.tcp(443));
fleet.autoScalingGroup.addUserData('Write-Host "from the app"');
const template = Template.fromStack(stack);
const launch = onlyProperties(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData;
const group = onlyProperties(template, 'AWS::AutoScaling::AutoScalingGroup');

test('it is every prop', () => {
  const read = (...path: string[]) => readFileSync(join(__dirname, '..', ...path), 'utf8');
  const files = ['windows-capacity-provider-props', 'host-options', 'capacity-options', 'rollout-options'];
  const optional = files.flatMap((file) => [
    ...(read('..', 'lib', 'fleet', `${file}.ts`).split('CapacityProviderStrategyOptions')[0] ?? '').matchAll(
      /readonly (\w+)\?:/g,
    ),
  ]);
  const missing = optional
    .map(([, name = '']) => name)
    // They exclude Spot and "volume"; tests of their own have them.
    .filter((name) => !['fastLaunch', 'warmPool'].includes(name))
    .filter((name) => !new RegExp(`\\b${name}[:,]`).test(read('support', 'all-props-fleet.ts')));
  expect(missing).toEqual([]);
});

test('cdk-nag has nothing to ask of it that no reason answers', () => {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  const findings = violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
  expect(findings).toEqual([]);
});

test('an instance is of the volume, network, key and metadata that were said', () => {
  expect(launch).toMatchObject({
    InstanceType: 'c7i.2xlarge',
    KeyName: 'shop',
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2, InstanceMetadataTags: 'enabled' },
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/sda1',
        Ebs: {
          VolumeSize: 150,
          VolumeType: 'gp3',
          Throughput: 1000,
          Iops: 4000,
          VolumeInitializationRate: 200,
          Encrypted: true,
          KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^VolumeKey/), 'Arn'] },
        },
      },
    ],
  });
  expect(launch.SecurityGroupIds).toHaveLength(2);
});

test('the group mixes instances, of the version that the deployment made', () => {
  const [clone] = Object.keys(template.findResources('Custom::WinbakeLaunchTemplate'));
  expect(group).toMatchObject({
    MinSize: '2',
    MaxSize: '40',
    MixedInstancesPolicy: {
      InstancesDistribution: {
        OnDemandBaseCapacity: 1,
        OnDemandPercentageAboveBaseCapacity: 25,
        OnDemandAllocationStrategy: 'prioritized',
        SpotAllocationStrategy: 'price-capacity-optimized',
        SpotMaxPrice: '0.9',
      },
      LaunchTemplate: {
        LaunchTemplateSpecification: { Version: { 'Fn::GetAtt': [clone, 'Version'] } },
        Overrides: [{ InstanceType: 'c7i.2xlarge' }, { InstanceType: 'm7i.2xlarge' }],
      },
    },
    VPCZoneIdentifier: [{ Ref: expect.stringMatching('Public') }, { Ref: expect.stringMatching('Public') }],
    NewInstancesProtectedFromScaleIn: false,
  });
  expect(group).not.toHaveProperty('LaunchTemplate');
  expect(launch).not.toHaveProperty('ImageId');
});

test('an instance that does not join within the time is abandoned', () => {
  expect(group.LifecycleHookSpecificationList).toEqual([
    {
      LifecycleHookName: 'joins-the-cluster',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      DefaultResult: 'ABANDON',
      HeartbeatTimeout: 3600,
    },
  ]);
});

test('user data: before, of the app, the agent with its switches, after', () => {
  const text = resolvedText(launch.UserData['Fn::Base64']);
  expect(text).toMatch(
    /"before"\n.*-Seconds 300 .*\nWrite-Host "from the app"\n[^]*Initialize-ECSAgent @agent/,
  );
  expect(text).toMatch(
    /^} -Cluster 'shop' -EnableTaskEni -LocalRoute '\["10\.0\.15\.0\/24"\]' -DrainSpot -LoggingDriver '\["awslogs","splunk"\]' -Attribute @{ 'shop.zone' = 'front' } -Variable @{ 'ECS_CONTAINER_START_TIMEOUT' = '10m'; 'ECS_GMSA_SUPPORTED' = 'true' } -GroupName 'winbake-shop' -HookName 'joins-the-cluster'\nWrite-Host "after"<\/powershell>/m,
  );
});

test('ECS scales as it was said; an imported cluster gets no association', () => {
  template.hasResourceProperties('AWS::ECS::CapacityProvider', {
    AutoScalingGroupProvider: {
      ManagedScaling: {
        Status: 'ENABLED',
        TargetCapacity: 80,
        MinimumScalingStepSize: 2,
        MaximumScalingStepSize: 20,
        InstanceWarmupPeriod: 600,
      },
      ManagedTerminationProtection: 'DISABLED',
      ManagedDraining: 'DISABLED',
    },
  });
  template.resourceCountIs('AWS::ECS::ClusterCapacityProviderAssociations', 0);
});

test('the rollout is told its policy, its channel and its topic', () => {
  const { Value } = Object.values(template.findResources('AWS::SSM::Parameter')).find(
    ({ Properties }) => Properties.Name === '/team/winbake/fleets/shop/settings',
  )!.Properties;
  const alarm = Object.keys(template.findResources('AWS::CloudWatch::Alarm')).find((id) =>
    id.startsWith('Errors'),
  );
  expect(JSON.parse(resolvedText(Value))).toEqual({
    schema: 'winbake.fleet-settings/1',
    fleet: 'shop',
    channel: '/team/winbake/web/latest/publication',
    amiOwner: '111111111111',
    autoScalingGroup: 'winbake-shop',
    launchTemplateId: expect.stringMatching(/^WindowsFleetLaunchTemplate/),
    cluster: 'shop',
    topicArn: expect.stringMatching(/^Notices/),
    policy: {
      canaryPercentage: 20,
      maxHealthyPercentage: 150,
      maxFirstTaskSlowdown: 2.5,
      watchSeconds: 3600,
      delaySeconds: 43_200,
      stallSeconds: 21_600,
      drainLimitSeconds: 28_800,
      windows: [{ days: ['MON', 'TUE', 'WED', 'THU'], startHour: 22, endHour: 4, timeZone: 'Europe/Berlin' }],
      alarms: [alarm, 'web-errors'],
      rollEqualRevision: true,
      rollTemplateChanges: false,
      ring: 2,
      ringLimitSeconds: 21_600,
      patchWithinSeconds: 864_000,
    },
  });
});

test('it may ask for alarms because it has some, and tell people', () => {
  const rollout =
    Object.entries(policyStatements(template)).find(([id]) => /RolloutRole/.test(id))?.[1] ?? [];
  expect(actionsOf(rollout)).toEqual(expect.arrayContaining(['cloudwatch:DescribeAlarms', 'sns:Publish']));
});

test('an instance may complete the launches of its own group alone', () => {
  const instance =
    Object.entries(policyStatements(template)).find(([id]) => /InstanceRole/.test(id))?.[1] ?? [];
  const completing = instance.filter(({ Action }) => Action === 'autoscaling:CompleteLifecycleAction');
  expect(completing).toHaveLength(1);
  expect(JSON.stringify(completing[0]?.Resource)).toContain(
    'autoScalingGroup:*:autoScalingGroupName/winbake-shop',
  );
});

test('nothing is kept longer than said, and a poll that failed is kept', () => {
  const groups = Object.entries(template.findResources('AWS::Logs::LogGroup')).filter(([id]) =>
    id.startsWith('WinbakeFleets'),
  );
  expect(groups).not.toEqual([]);
  expect(groups.map(([, { Properties }]) => Properties.RetentionInDays)).toEqual(groups.map(() => 7));
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ WINBAKE_FLEETS: Match.anyValue() }) },
    DeadLetterConfig: Match.anyValue(),
    // A lease of five minutes outlasts it twice; see lib/core/fleet/reconcile-fleet.ts.
    Timeout: 120,
  });
});

test('all that has tags has the fleet’s', () => {
  const untagged = Object.entries(template.toJSON().Resources as Record<string, { Properties?: object }>)
    .filter(([id]) => id.startsWith('Windows'))
    .filter(([, { Properties = {} }]) => 'Tags' in Properties || 'TagSpecifications' in Properties)
    .filter(([, { Properties }]) => !JSON.stringify(Properties).includes('"winbake:fleet"'));
  expect(untagged).toEqual([]);
  expect(launch.TagSpecifications).toContainEqual({
    ResourceType: 'instance',
    Tags: expect.arrayContaining([
      { Key: 'winbake:fleet', Value: 'shop' },
      { Key: 'Name', Value: 'shop' },
    ]),
  });
  expect(group.Tags).toContainEqual({ Key: 'Name', Value: 'shop', PropagateAtLaunch: true });
});

test('volumes that load faster than the region allows are warned of', () => {
  Annotations.fromStack(stack).hasWarning(
    '/Shop/Windows',
    Match.stringLikeRegexp('on 40 instances is 8000 MiB/s, and a region has 5000 MiB/s'),
  );
  Annotations.fromStack(stack).hasNoInfo('*', Match.anyValue());
});

test('its alarms ring at three quarters and at all of the budget, and one says that nobody looks', () => {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    .map(({ Properties }) => Properties)
    .filter(({ Namespace }) => Namespace === 'Winbake')
    .map(({ AlarmActions = [], AlarmName, MetricName, Threshold }) => [
      AlarmName,
      MetricName,
      Threshold,
      AlarmActions.length,
    ]);
  expect(alarms).toEqual([
    ['winbake-fleets-Shop-PatchBudgetWarning', 'PatchBudgetUsed', 75, 0],
    ['winbake-fleets-Shop-PatchBudgetSpent', 'PatchBudgetUsed', 100, 0],
    ['winbake-fleets-Shop-FleetBehind', 'ChannelBudgetUsed', 75, 0],
    ['winbake-fleets-Shop-NothingMeasured', 'FleetsMissed', 1, 1],
  ]);
});
