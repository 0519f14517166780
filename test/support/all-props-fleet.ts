import { Duration, Size, Stack, TimeZone, type App } from 'aws-cdk-lib';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { InstanceType, KeyPair, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AmiChannel, DayOfWeek, WindowsAmi, WindowsCapacityProvider, WindowsOs } from '../../lib/index';

/** A fleet with every prop set, in a cluster that another app has. */
export function addAllPropsFleet(app: App): {
  readonly stack: Stack;
  readonly fleet: WindowsCapacityProvider;
} {
  const stack = new Stack(app, 'Shop', { env: { account: '222222222222', region: 'eu-central-1' } });
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, flowLogs: { All: {} } });
  const cluster = Cluster.fromClusterArn(
    stack,
    'Cluster',
    'arn:aws:ecs:eu-central-1:222222222222:cluster/shop',
  );
  const fleet = new WindowsCapacityProvider(stack, 'Windows', {
    cluster,
    ami: WindowsAmi.fromChannel({
      os: WindowsOs.SERVER_2019_FULL,
      pipelineName: 'web',
      channel: AmiChannel.LATEST,
      parameterPrefix: '/team/winbake',
      pipelineAccount: '111111111111',
    }),
    fleetName: 'shop',
    associate: true,
    instanceTypes: ['c7i.2xlarge', 'm7i.2xlarge'].map((name) => new InstanceType(name)),
    spot: { onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: 25, spotMaxPrice: '0.9' },
    vpc,
    vpcSubnets: { subnetType: SubnetType.PUBLIC },
    securityGroups: [new SecurityGroup(stack, 'Group', { vpc })],
    allowServiceTraffic: false,
    keyPair: KeyPair.fromKeyPairName(stack, 'KeyPair', 'shop'),
    minCapacity: 2,
    maxCapacity: 40,
    volume: {
      size: Size.gibibytes(150),
      throughput: 1000,
      iops: 4000,
      volumeInitializationRate: Size.mebibytes(200),
      encryptionKey: new Key(stack, 'VolumeKey', { enableKeyRotation: true }),
    },
    scaling: {
      targetCapacityPercent: 80,
      minimumScalingStepSize: 2,
      maximumScalingStepSize: 20,
      instanceWarmupPeriod: Duration.minutes(10),
    },
    enableManagedTerminationProtection: false,
    enableManagedDraining: false,
    taskRoles: false,
    taskInterfaces: true,
    gmsa: true,
    awsvpcAdditionalLocalRoutes: ['10.0.15.0/24'],
    agentVariables: { ECS_CONTAINER_START_TIMEOUT: '10m' },
    metadata: { httpPutResponseHopLimit: 2, taskAccess: true, instanceMetadataTags: true },
    loggingDrivers: ['awslogs', 'splunk'],
    userDataBefore: ['Write-Host "before"'],
    userDataAfter: ['Write-Host "after"'],
    attributes: { 'shop.zone': 'front' },
    launchTimeout: Duration.hours(1),
    ownImageTimeout: Duration.minutes(5),
    ownImageCredentials: { 'shop.azurecr.io': Secret.fromSecretNameV2(stack, 'Registry', 'shop-registry') },
    deleteDrain: Duration.minutes(45),
    rollout: {
      canaryPercentage: 20,
      maxHealthyPercentage: 150,
      maxFirstTaskSlowdown: 2.5,
      watch: Duration.hours(1),
      delay: Duration.hours(12),
      stallLimit: Duration.hours(6),
      drainLimit: Duration.hours(8),
      alarmNames: ['web-errors'],
      rollTemplateChanges: false,
      ring: 2,
      ringLimit: Duration.hours(6),
      windows: [
        {
          days: [DayOfWeek.MONDAY, DayOfWeek.TUESDAY, DayOfWeek.WEDNESDAY, DayOfWeek.THURSDAY],
          startHour: 22,
          endHour: 4,
          timeZone: TimeZone.EUROPE_BERLIN,
        },
      ],
      alarms: [
        new Alarm(stack, 'Errors', {
          metric: new Metric({ namespace: 'Shop', metricName: 'Errors' }),
          threshold: 1,
          evaluationPeriods: 1,
        }),
      ],
      rollEqualRevision: true,
    },
    patchWithin: Duration.days(10),
    notificationTopic: new Topic(stack, 'Notices', { enforceSSL: true }),
    logRetention: RetentionDays.ONE_WEEK,
  });
  return { stack, fleet };
}
