import { App, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EbsDeviceVolumeType, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  BaseAmi,
  BaseAmiPolicy,
  CachedImage,
  HostWithoutImagePolicy,
  ImageFamily,
  LatePolicy,
  OutOfBandPolicy,
  PromotionMode,
  RebakeSchedule,
  UpdateLevel,
  WindowsAmiPipeline,
  WindowsOs,
  type WindowsAmiPipelineProps,
} from '../../lib/index';
import { documentedDefaults } from '../support/documented-defaults';
import { environmentWith } from '../support/only-resource';

const STRUCTS: Readonly<Record<string, string>> = {
  '': 'WindowsAmiPipelineProps',
  gate: 'GatePolicy',
  updates: 'UpdatePolicy',
  volume: 'BakeVolume',
  distribution: 'Distribution',
  promotion: 'Promotion',
  retention: 'Retention',
};

/** Every default that is a value: where it stands, how API.md has it, and the value itself. */
const SPELLED_OUT: readonly (readonly [string, string, string, unknown])[] = [
  ['', 'pipelineName', 'release and edition, such as `2022-core`', '2022-core'],
  [
    '',
    'families',
    '`servercore`, `nanoserver`, `iis` and `aspnet`; on 2016 without `nanoserver`, which has ended there',
    [ImageFamily.SERVERCORE, ImageFamily.NANOSERVER, ImageFamily.IIS, ImageFamily.ASPNET],
  ],
  ['', 'previousRevisions', '1; on 2016 0, since it runs images of its own revision only', 1],
  ['', 'extras', 'no other images', []],
  ['', 'patchWithin', 'Duration.hours(72)', Duration.hours(72)],
  ['', 'baseAmi', 'BaseAmi.ecsOptimized()', BaseAmi.ecsOptimized()],
  ['', 'components', 'only those of Winbake', []],
  ['', 'registry', 'https://mcr.microsoft.com', 'https://mcr.microsoft.com'],
  ['', 'antivirusExclusions', 'true', true],
  ['', 'mirror', 'images are pulled from `registry`', 'mcr.microsoft.com'],
  [
    '',
    'instanceTypes',
    '`m6i.xlarge`, `m5.xlarge`',
    [new InstanceType('m6i.xlarge'), new InstanceType('m5.xlarge')],
  ],
  [
    '',
    'schedule',
    'RebakeSchedule.patchTuesday()',
    RebakeSchedule.patchTuesday({ interval: Duration.hours(4) }),
  ],
  ['', 'noBakeWindows', 'a bake starts as soon as it is due', []],
  ['', 'parameterPrefix', '/winbake', '/winbake'],
  ['', 'removalPolicy', 'RemovalPolicy.RETAIN', RemovalPolicy.RETAIN],
  ['', 'logRetention', 'RetentionDays.THIRTEEN_MONTHS', RetentionDays.THIRTEEN_MONTHS],
  ['gate', 'longestWait', 'Duration.hours(36)', Duration.hours(36)],
  ['gate', 'late', 'LatePolicy.USE_PREVIOUS', LatePolicy.USE_PREVIOUS],
  ['gate', 'outOfBand', 'OutOfBandPolicy.FOLLOW', OutOfBandPolicy.FOLLOW],
  ['gate', 'maxAge', 'Duration.days(35)', Duration.days(35)],
  ['gate', 'baseAmi', 'BaseAmiPolicy.WITH_NEXT_BAKE', BaseAmiPolicy.WITH_NEXT_BAKE],
  ['gate', 'hostWithoutImage', 'HostWithoutImagePolicy.NEAREST_LOWER', HostWithoutImagePolicy.NEAREST_LOWER],
  ['gate', 'lines', 'of each family the line that Microsoft keeps alive', []],
  ['updates', 'level', 'UpdateLevel.SECURITY', UpdateLevel.SECURITY],
  ['updates', 'include', 'none besides', []],
  ['updates', 'exclude', 'none is kept out', []],
  ['updates', 'timeout', 'Duration.hours(4)', Duration.hours(4)],
  ['volume', 'size', 'Size.gibibytes(100)', Size.gibibytes(100)],
  ['volume', 'volumeType', 'EbsDeviceVolumeType.GP3', EbsDeviceVolumeType.GP3],
  ['volume', 'throughput', '250', 250],
  ['distribution', 'regions', "the pipeline's region only", []],
  ['distribution', 'accounts', "the pipeline's account only", []],
  ['promotion', 'mode', 'PromotionMode.AUTOMATIC', PromotionMode.AUTOMATIC],
  ['promotion', 'delay', 'Duration.hours(0)', Duration.hours(0)],
  ['promotion', 'canaryFleets', 'no fleet, so that a publication is promoted after the delay', []],
  ['promotion', 'atMost', 'Duration.hours(24)', Duration.hours(24)],
  ['retention', 'newest', '3', 3],
  ['retention', 'minimumAge', 'Duration.days(45)', Duration.days(45)],
  ['retention', 'recycleBin', 'Duration.days(14)', Duration.days(14)],
];

function propsOf(rows: typeof SPELLED_OUT): Partial<WindowsAmiPipelineProps> {
  const groups = [...new Set(rows.map(([group]) => group))];
  const valuesOf = (wanted: string) =>
    Object.fromEntries(rows.filter(([group]) => group === wanted).map(([, prop, , value]) => [prop, value]));
  return {
    ...valuesOf(''),
    ...Object.fromEntries(groups.filter(Boolean).map((group) => [group, valuesOf(group)])),
  };
}

function templateOf(props: Partial<WindowsAmiPipelineProps>): Template {
  const stack = new Stack(new App(), 'Platform');
  new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE, ...props });
  return Template.fromStack(stack);
}

test('what is left out is the same as its documented default said aloud', () => {
  expect(templateOf(propsOf(SPELLED_OUT)).toJSON()).toEqual(templateOf({}).toJSON());
});

test.each(SPELLED_OUT)('%s %s is documented as %s', (group, prop, text) => {
  expect(documentedDefaults(STRUCTS[group]!)[prop]).toBe(text);
});

test.each([
  ['gate', 'longestWait', Duration.hours(35)],
  ['volume', 'throughput', 251],
  ['', 'extras', [CachedImage.ofFamily(ImageFamily.FRAMEWORK_SDK)]],
  ['', 'previousRevisions', 2],
] as const)('another value of %s %s is noticed', (group, prop, value) => {
  const changed = SPELLED_OUT.map((row) =>
    row[0] === group && row[1] === prop ? ([row[0], row[1], row[2], value] as const) : row,
  );
  expect(templateOf(propsOf(changed)).toJSON()).not.toEqual(templateOf({}).toJSON());
});

test('2016 has the families that did not end there', () => {
  const template = templateOf({ os: WindowsOs.SERVER_2016_FULL });
  expect(environmentWith(template, 'WINBAKE_FAMILIES')['WINBAKE_FAMILIES']).toBe('servercore,iis,aspnet');
});
