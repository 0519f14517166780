import { App, Duration, Size, Stack, TimeZone, Token } from 'aws-cdk-lib';
import { EbsDeviceVolumeType, LaunchTemplate, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BakeComponent,
  BaseAmi,
  CachedImage,
  DayOfWeek,
  ImageFamily,
  PromotionMode,
  VulnerabilitySeverity,
  WindowsAmiPipeline,
  WindowsOs,
  type WindowsAmiPipelineProps,
} from '../../lib/index';
import { OWN_DOCUMENT } from '../support/all-props-pipeline';

const os = WindowsOs.SERVER_2022_CORE;

function pipelineOf(props: Partial<WindowsAmiPipelineProps>): void {
  const stack = new Stack(new App(), 'Platform', {
    env: { account: '111111111111', region: 'eu-central-1' },
  });
  new WindowsAmiPipeline(stack, 'Pipeline', { os, ...props });
}

describe('what cannot be meant ends synthesis', () => {
  const elsewhere = new Stack();
  const group = SecurityGroup.fromSecurityGroupId(elsewhere, 'Group', 'sg-1234');
  const keyArn = 'arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const encryptionKey = Key.fromKeyArn(elsewhere, 'Key', keyArn);
  const launchTemplate = LaunchTemplate.fromLaunchTemplateAttributes(elsewhere, 'Template', {
    launchTemplateId: 'lt-0123456789abcdef0',
  });
  test.each<[Partial<WindowsAmiPipelineProps>, string]>([
    [
      { pipelineName: 'Web' },
      `[Platform/Pipeline] "pipelineName" must have 3 to 40 lower-case letters, digits and hyphens, no hyphen first or last; got: 'Web'. Leave it out to take the os's, such as '2022-core'.`,
    ],
    [
      { parameterPrefix: '/aws/winbake' },
      `"parameterPrefix" must be a path of one to five parts, begin with a slash, end without one, and be none of /aws and /ssm; got: '/aws/winbake'.`,
    ],
    [{ parameterPrefix: '/winbake/' }, `got: '/winbake/'`],
    [{ families: [] }, `"families" must name at least one family; got: [].`],
    [
      { os: WindowsOs.SERVER_2016_FULL, families: [ImageFamily.NANOSERVER] },
      `"families" must fit SERVER_2016_FULL; got: 'nanoserver'. There is no nanoserver image for Windows Server 2016`,
    ],
    [
      { os: WindowsOs.SERVER_2022_CORE, extras: [CachedImage.ofServer2022(ImageFamily.SERVERCORE)] },
      `"extras" must fit SERVER_2022_CORE; got: 'servercore@2022'. Only Windows Server 2025 runs images of another`,
    ],
    [
      { gate: { longestWait: Duration.minutes(30) } },
      `"gate.longestWait" must be 1 to 168 hours; got: 30 minutes.`,
    ],
    [{ gate: { longestWait: Duration.days(8) } }, `"gate.longestWait" must be 1 to 168 hours; got: 8 days.`],
    [{ gate: { maxAge: Duration.days(2) } }, `"gate.maxAge" must be 168 to 8760 hours; got: 2 days.`],
    [
      { gate: { lines: [{ family: ImageFamily.SERVERCORE, line: '4.8' }] } },
      `"gate.lines" must fit the os; got: 'servercore=4.8'. The family servercore has a single line`,
    ],
    [
      { gate: { lines: ['4.8', '4.8.1'].map((line) => ({ family: ImageFamily.ASPNET, line })) } },
      `"gate.lines" must name each family once; got: 'aspnet' twice. Take one away.`,
    ],
    [
      {
        families: [ImageFamily.SERVERCORE],
        extras: [CachedImage.ofFamily(ImageFamily.FRAMEWORK_SDK)],
        gate: { lines: [{ family: ImageFamily.ASPNET, line: '4.8' }] },
      },
      `"gate.lines" must name families that are cached; got: 'aspnet=4.8'. Nothing follows the line 4.8 of aspnet, which is not ` +
        'cached; cached are servercore, framework-sdk. Cache aspnet too, or leave its line out.',
    ],
    [
      { patchWithin: Duration.hours(40) },
      '"patchWithin" must hold what may be taken of it: the wait for images ("gate.longestWait") 36 h, a bake 8 h, ' +
        'promotion ("promotion.delay", "promotion.atMost") 0 h, 44 h in all; got: 1 day 16 hours. Shorten the wait or promotion',
    ],
    [
      { promotion: { canaryFleets: ['shop'], atMost: Duration.hours(30) } },
      '"promotion.atMost") 30 h, 74 h in all; got: 3 days.',
    ],
    [
      { promotion: { mode: PromotionMode.MANUAL, delay: Duration.hours(1) } },
      '"promotion" must be automatic to have "delay", "atMost" or "canaryFleets"; got: PromotionMode.MANUAL.',
    ],
    [{ promotion: { canaryFleets: ['Shop'] } }, `"fleetName" must have 3 to 40 lower-case`],
    [{ retention: { newest: 1 } }, `"retention.newest" must be 2 to 100; got: 1.`],
    [
      { retention: { recycleBin: Duration.hours(36) } },
      `"retention.recycleBin" must be whole days, up to 365; got: 1 day 12 hours. Duration.days(0) keeps nothing there.`,
    ],
    [
      { updates: { include: ['5066782'] } },
      `"updates.include" must name updates by KB and their number; got:`,
    ],
    [
      { updates: { include: ['KB5066782'], exclude: ['KB5066782'] } },
      `"updates.exclude" must not name what "updates.include" names; got: 'KB5066782'.`,
    ],
    [
      { updates: { timeout: Duration.minutes(30) } },
      `"updates.timeout" must be from 1 to 8 hours; got: 30 minutes. Leave it out for 4 hours.`,
    ],
    [
      { updates: { timeout: Duration.hours(9) } },
      `"updates.timeout" must be from 1 to 8 hours; got: 9 hours.`,
    ],
    [
      { previousRevisions: 0, volume: { size: Size.gibibytes(30) } },
      `"volume.size" must be 50 to 16384; got: 30. It is counted in GiB, and the base AMI alone has 50.`,
    ],
    [
      { volume: { size: Size.gibibytes(60) } },
      `"volume.size" must be 61 to 16384; got: 60. It is counted in GiB, and the base AMI alone has 50; each of ` +
        `"previousRevisions", 1, takes up to 11. Give it more, or cache fewer revisions.`,
    ],
    [
      { previousRevisions: 3 },
      `"previousRevisions" must fit SERVER_2022_CORE; got: '3'. As many as 2 previous revisions are cached, or 0; got: 3.`,
    ],
    [
      { os: WindowsOs.SERVER_2016_FULL, previousRevisions: 1 },
      `"previousRevisions" must fit SERVER_2016_FULL; got: '1'. Windows Server 2016 runs images of its own revision only`,
    ],
    [{ volume: { throughput: 2000 } }, `"volume.throughput" must be 125 to 1000; got: 2000.`],
    [
      { volume: { volumeType: EbsDeviceVolumeType.GP2, throughput: 200 } },
      `"volume.throughput" needs a volume of gp3; got: gp2.`,
    ],
    [{ volume: { volumeType: EbsDeviceVolumeType.IO2 } }, `"volume.iops" must be given for io2; got: none.`],
    [
      { volume: { volumeType: EbsDeviceVolumeType.GP2, iops: 900 } },
      `"volume.iops" cannot be chosen for gp2; got: 900.`,
    ],
    [
      { volume: { volumeType: EbsDeviceVolumeType.ST1 } },
      `"volume.volumeType" must be gp3, gp2, io1, io2; got: st1. Take gp3.`,
    ],
    [{ instanceTypes: [] }, `"instanceTypes" must name at least one type; got: [].`],
    [{ baseAmi: BaseAmi.fromAmiId('ami-1') }, `"baseAmi" must be the id of an AMI; got: 'ami-1'.`],
    [
      { baseAmi: BaseAmi.fromSsmParameter('golden') },
      `"baseAmi" must be the name of a parameter and begin with`,
    ],
    [
      { components: [BakeComponent.fromArn('arn:aws:s3:::bucket')] },
      `"components" must be named by the ARN of a component with its version; got: 'arn:aws:s3:::bucket'.`,
    ],
    [
      { components: [BakeComponent.fromDocument('Agent', OWN_DOCUMENT)] },
      `"components" must have names of 3 to 60 lower-case letters`,
    ],
    [
      { components: ['agent', 'agent'].map((name) => BakeComponent.fromDocument(name, OWN_DOCUMENT)) },
      `"components" must have names of their own; got: 'agent' twice.`,
    ],
    [
      { components: [BakeComponent.fromDocument('agent', 'name: agent')] },
      `"components" must have documents that Image Builder takes; got: 'agent', where schemaVersion must be 1.0; got: nothing.`,
    ],
    [
      { components: [BakeComponent.fromDocument('agent', OWN_DOCUMENT + ' '.repeat(16_000))] },
      `"components" must have documents that Image Builder takes; got: 'agent', where Data must have at most 16000 characters; got: 16`,
    ],
    [
      {
        components: [BakeComponent.fromDocument('agent', OWN_DOCUMENT, { parameters: { Folder: 'C:' } })],
      },
      `got: 'agent', where component agent: it does not declare the parameter Folder. Give each parameter`,
    ],
    [
      {
        components: Array.from({ length: 17 }, (_, n) =>
          BakeComponent.fromDocument(`own-${n}`, OWN_DOCUMENT),
        ),
      },
      `"components" must be at most 16; got: 17.`,
    ],
    [{ proxy: 'proxy.example.com' }, `"proxy" must be an address with a port; got: 'proxy.example.com'.`],
    [{ mirror: 'https://mirror' }, `"mirror" must be a host, or a host and a path; got: 'https://mirror'.`],
    [
      {
        noBakeWindows: [{ days: [DayOfWeek.MONDAY], startHour: 24, endHour: 2, timeZone: TimeZone.ETC_UTC }],
      },
      `"noBakeWindows.startHour" must be 0 to 23; got: 24.`,
    ],
    [
      { noBakeWindows: [{ days: [], startHour: 1, endHour: 2, timeZone: TimeZone.ETC_UTC }] },
      `"noBakeWindows" must name days; got: [].`,
    ],
    [
      {
        noBakeWindows: [
          { days: Object.values(DayOfWeek), startHour: 22, endHour: 6, timeZone: TimeZone.ETC_UTC },
          { days: Object.values(DayOfWeek), startHour: 6, endHour: 22, timeZone: TimeZone.ETC_UTC },
        ],
      },
      `"noBakeWindows" must leave hours of the week in which a bake may start; got: 2 that cover all of it.`,
    ],
    [
      { distribution: { accounts: ['1'] } },
      `"distribution.accounts" must name accounts by twelve digits; got: '1'.`,
    ],
    [
      { distribution: { accounts: ['111111111111'] } },
      `"distribution.accounts" must name each once, and not the pipeline's own; got: '111111111111'.`,
    ],
    [
      { distribution: { regions: [{ region: 'eu-west-1' }, { region: 'eu-west-1' }] } },
      `"distribution.regions" must name each once, and not the pipeline's own; got: 'eu-west-1'.`,
    ],
    [
      { distribution: { accounts: ['222222222222'], regions: [{ region: 'eu-west-1' }] } },
      `"distribution.regions" must name a key for each region where "distribution.accounts" has any; got: 'eu-west-1'`,
    ],
    [
      { distribution: { regions: [{ region: 'Ireland' }] } },
      `must name regions by their code; got: 'Ireland'.`,
    ],
    [
      { distribution: { regions: [{ region: 'eu-west-1', encryptionKey }] } },
      `"distribution.regions" must have keys of their own region; got: '${keyArn}'.`,
    ],
    [
      { fastLaunch: { launchTemplate } },
      `"fastLaunch.launchTemplate" must have the number of a version; got: $Default. Import it with "versionNumber".`,
    ],
    [{ fastLaunch: { maxParallelLaunches: 2 } }, `"fastLaunch.maxParallelLaunches" must be 6 to 40; got: 2.`],
    [
      { registry: 'http://mirror' },
      `"registry" must be an https address without a path; got: 'http://mirror'.`,
    ],
    [{ registry: 'https://mirror/path' }, `got: 'https://mirror/path'`],
    [{ registry: Token.asString({ Ref: 'X' }) }, `"registry" must be known at synthesis; got: a token.`],
    [{ securityGroups: [group] }, `"securityGroups" needs "vpc"; got: no "vpc".`],
    [{ vpcSubnets: {} }, `"vpcSubnets" needs "vpc"; got: no "vpc".`],
  ])('%#', (props, message) => {
    expect(() => {
      pipelineOf(props);
    }).toThrow(message);
  });

  test('a token is let through', () => {
    const token = Token.asString({ Ref: 'Given' });
    expect(() => {
      pipelineOf({
        parameterPrefix: token,
        proxy: token,
        mirror: token,
        baseAmi: BaseAmi.fromAmiId(token),
        components: [BakeComponent.fromArn(token)],
        scan: { maximumSeverity: VulnerabilitySeverity.MEDIUM },
      });
    }).not.toThrow();
  });
});
