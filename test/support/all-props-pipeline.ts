import { Duration, RemovalPolicy, Size, Stack, TimeZone, type App } from 'aws-cdk-lib';
import {
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  BakeComponent,
  BaseAmi,
  BaseAmiPolicy,
  CachedImage,
  DayOfWeek,
  HostWithoutImagePolicy,
  ImageFamily,
  LatePolicy,
  OutOfBandPolicy,
  PromotionMode,
  RebakeSchedule,
  UpdateLevel,
  VulnerabilitySeverity,
  WindowsAmiPipeline,
  WindowsOs,
} from '../../lib/index';

/** The account and the further one of the app, and its two regions. */
export const ACCOUNTS = ['111111111111', '222222222222'] as const;
export const REGIONS = ['eu-central-1', 'eu-west-1'] as const;

/** A document of a component of the user's own. */
export const OWN_DOCUMENT = [
  'name: agent',
  'schemaVersion: 1.0',
  'phases:',
  '  - name: build',
  '    steps:',
  '      - name: Install',
  '        action: ExecutePowerShell',
  '        inputs:',
  '          commands:',
  '            - exit 0',
  '',
].join('\n');

/** A pipeline with every prop set, in one account and region, that publishes to two of each. */
export function addAllPropsPipeline(app: App): {
  readonly stack: Stack;
  readonly pipeline: WindowsAmiPipeline;
} {
  const stack = new Stack(app, 'All', { env: { account: ACCOUNTS[0], region: REGIONS[0] } });
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, flowLogs: { All: {} } });
  const pipeline = new WindowsAmiPipeline(stack, 'Pipeline', {
    os: WindowsOs.SERVER_2019_FULL,
    pipelineName: 'web',
    families: [ImageFamily.SERVERCORE, ImageFamily.FRAMEWORK_SDK],
    previousRevisions: 2,
    extras: [
      CachedImage.fromRepository('tools', { repository: 'contoso/tools', floatingTags: ['ltsc2019'] }),
    ],
    gate: {
      longestWait: Duration.hours(12),
      late: LatePolicy.STOP,
      outOfBand: OutOfBandPolicy.IGNORE,
      maxAge: Duration.days(20),
      baseAmi: BaseAmiPolicy.AT_ONCE,
      hostWithoutImage: HostWithoutImagePolicy.STOP,
      lines: [{ family: ImageFamily.FRAMEWORK_SDK, line: '4.8' }],
    },
    patchWithin: Duration.hours(60),
    baseAmi: BaseAmi.fromSsmParameter('/golden/windows-2019/ami-id'),
    components: [
      BakeComponent.fromDocument('agent', OWN_DOCUMENT, { last: true }),
      BakeComponent.fromArn(
        'arn:aws:imagebuilder:eu-central-1:aws:component/aws-cli-version-2-windows/x.x.x',
      ),
    ],
    updates: {
      level: UpdateLevel.ALL,
      include: ['KB5066782'],
      exclude: ['KB5066136'],
      timeout: Duration.hours(8),
    },
    scan: { maximumSeverity: VulnerabilitySeverity.HIGH, withoutFix: true },
    registry: 'https://registry.example.com:5000/',
    mirror: 'mirror.example.com/mcr',
    proxy: 'http://proxy.example.com:3128',
    antivirusExclusions: false,
    vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    securityGroups: [new SecurityGroup(stack, 'Group', { vpc })],
    instanceTypes: [new InstanceType('m7i.large')],
    volume: {
      size: Size.gibibytes(200),
      volumeType: EbsDeviceVolumeType.GP3,
      throughput: 500,
      iops: 4000,
      encryptionKey: new Key(stack, 'VolumeKey', { enableKeyRotation: true }),
    },
    schedule: RebakeSchedule.at(ScheduleExpression.rate(Duration.hours(12)), {
      longestSilence: Duration.hours(30),
    }),
    noBakeWindows: [
      {
        days: [DayOfWeek.FRIDAY, DayOfWeek.SATURDAY],
        startHour: 18,
        endHour: 6,
        timeZone: TimeZone.EUROPE_BERLIN,
      },
    ],
    distribution: {
      regions: [
        {
          region: REGIONS[1],
          encryptionKey: Key.fromKeyArn(
            stack,
            'KeyElsewhere',
            `arn:aws:kms:${REGIONS[1]}:${ACCOUNTS[0]}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
          ),
        },
      ],
      accounts: [ACCOUNTS[1]],
    },
    fastLaunch: {
      targetResourceCount: 10,
      maxParallelLaunches: 8,
      launchTemplate: LaunchTemplate.fromLaunchTemplateAttributes(stack, 'FastLaunchTemplate', {
        launchTemplateId: 'lt-0123456789abcdef0',
        versionNumber: '1',
      }),
    },
    promotion: {
      mode: PromotionMode.AUTOMATIC,
      delay: Duration.hours(2),
      atMost: Duration.hours(12),
      canaryFleets: ['shop-canary'],
    },
    retention: { newest: 5, minimumAge: Duration.days(60), recycleBin: Duration.days(30) },
    notificationTopic: new Topic(stack, 'Notices', {
      enforceSSL: true,
      masterKey: new Key(stack, 'NoticeKey', { enableKeyRotation: true }),
    }),
    encryptionKey: new Key(stack, 'StorageKey', { enableKeyRotation: true }),
    parameterPrefix: '/team/winbake',
    removalPolicy: RemovalPolicy.DESTROY,
    logRetention: RetentionDays.ONE_WEEK,
  });
  return { stack, pipeline };
}
