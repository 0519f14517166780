import { Token, Duration, Annotations, RemovalPolicy } from 'aws-cdk-lib';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { defaultPipelineName, type WindowsOs } from '../../ami/windows-os';
import { resourceNameOf } from '../../contract/names/resources';
import type { GatePolicy } from '../../contract/values/gate-policy';
import { parseRelease } from '../../contract/values/release';
import { coverWholeWeek, type WeeklyWindow as WindowDocument } from '../../contract/values/weekly-window';
import { plannedBakeHours } from '../../core/image-builder/workflows';
import { defaultFamilies, familyOf, lineFault } from '../../core/images/family';
import {
  type CachedBeside,
  checkLines,
  defaultPreviousRevisions,
  type ExtraContext,
  parseImageExtras,
} from '../../core/images/image-extra';
import { DEFAULT_PARAMETER_PREFIX, checkParameterPrefix, checkPipelineName } from '../../internal/names';
import { refuse } from '../../internal/validate';
import { weeklyWindows, type WeeklyWindow } from '../../internal/weekly-window';
import { type BakeComponent, checkBakeComponents } from './bake-component';
import { volumeSettings, type VolumeSettings } from './bake-volume';
import type { CachedImage } from './cached-image';
import {
  distributionSettings,
  type DistributionSettings,
  checkFastLaunch,
  type FastLaunch,
} from './distribution';
import { type GateSettings, gateSettings } from './gate-policy';
import { longestPromotionHours, type PromotionSettings, promotionSettings } from './promotion';
import { RebakeSchedule } from './rebake-schedule';
import { retentionSettings, type RetentionSettings } from './retention';
import { type VulnerabilityScan, updateSettings, type UpdatePolicy } from './update-policy';
import type { WindowsAmiPipelineProps } from './windows-ami-pipeline-props';

/** Which images are cached, and where they come from. */
interface ImageSettings {
  readonly families: readonly string[];
  /** What lies in registries of its own. */
  readonly ownImages: readonly CachedImage[];
  readonly beside: CachedBeside;
  /** Without a slash at the end. */
  readonly registry: string;
  /** Where images are pulled from: a host, or a host and a path. */
  readonly pullFrom: string;
  readonly proxy: string | undefined;
  readonly antivirusExclusions: boolean;
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
function imageSettings(
  scope: IConstruct,
  props: WindowsAmiPipelineProps,
  lines: Readonly<Record<string, string>>,
): ImageSettings {
  const release = parseRelease(props.os.release);
  const { mirror, proxy } = props;
  const families = props.families?.map(({ name }) => name) ?? defaultFamilies(release);
  const beside = {
    previousRevisions: props.previousRevisions ?? defaultPreviousRevisions(release),
    extras: (props.extras ?? []).map(({ _known }) => _known),
  };
  if (families.length === 0) {
    refuse(scope, 'families', 'must name at least one family', '[]', 'Leave it out to take the default.');
  }
  const fits = `must fit ${props.os.name}`;
  for (const family of families) {
    attempt(scope, 'families', fits, family, () => familyOf(family, release));
  }
  const context = { release, families, lines };
  for (const extra of beside.extras) {
    attempt(scope, 'extras', fits, extra, () =>
      parseImageExtras({ extras: [extra], previousRevisions: 0 }, context),
    );
  }
  checkNames(scope, beside.extras);
  attempt(scope, 'previousRevisions', fits, String(beside.previousRevisions), () =>
    parseImageExtras(beside, context),
  );
  const named = Object.entries(lines).map((entry) => entry.join('='));
  attempt(scope, 'gate.lines', 'must name families that are cached', named.join(' '), () => {
    checkLines(parseImageExtras(beside, context), context);
  });
  warnOfLines(scope, beside, context);
  if (proxy !== undefined && !Token.isUnresolved(proxy) && !/^https?:\/\/[\w.-]+:\d{1,5}$/.test(proxy)) {
    refuse(
      scope,
      'proxy',
      'must be an address with a port',
      `'${proxy}'`,
      'It is such as http://proxy.example.com:3128, without a name or password.',
    );
  }
  if (
    mirror !== undefined &&
    !Token.isUnresolved(mirror) &&
    !/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/i.test(mirror)
  ) {
    refuse(
      scope,
      'mirror',
      'must be a host, or a host and a path',
      `'${mirror}'`,
      "It is such as '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mcr', without https:// and a slash at the end.",
    );
  }
  const registry = checkedRegistry(scope, props.registry);
  const given = props.extras ?? [];
  return {
    families,
    ownImages: given.filter(({ _own }) => _own !== undefined),
    beside: { ...beside, extras: given.map(({ _text }) => _text) },
    registry,
    pullFrom: mirror ?? registry.replace('https://', ''),
    proxy,
    antivirusExclusions: props.antivirusExclusions ?? true,
  };
}

/** Tables and documents tell images apart by their names. */
function checkNames(scope: IConstruct, extras: readonly string[]): void {
  const names = extras.map((text) => text.split('=')[0] ?? text);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    refuse(
      scope,
      'extras',
      'must have a name of its own for each image',
      `'${twice}' twice`,
      'Leave one out, or give one of your own another "name".',
    );
  }
}

/** Warns of lines of tags that are not built any more, or that are not known, as of the day of synthesis. */
function warnOfLines(scope: IConstruct, { extras }: CachedBeside, context: ExtraContext): void {
  const at = new Date();
  const { families, lines = {}, release } = context;
  const followed = [
    ...families.map((name) => familyOf(name, release, lines[name], at)),
    ...parseImageExtras({ extras, previousRevisions: 0 }, { ...context, at }).map(({ family }) => family),
  ];
  for (const family of followed) {
    const [name = ''] = family.name.split('@');
    const fault = lineFault(family, at);
    if (fault !== undefined) {
      Annotations.of(scope).addWarningV2(
        `winbake:line:${name}`,
        `${name} follows ${fault.sentence}. Nothing is waited for what is not built: bakes take its last image, and where that has not ` +
          'moved for 60 days, or there is none, a person is asked. Name another in "gate.lines", or leave the family out; for a line that is ' +
          'newer than this version of Winbake acknowledge this warning.',
      );
    }
  }
}

function attempt(scope: IConstruct, prop: string, rule: string, got: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    refuse(scope, prop, rule, `'${got}'`, (error as Error).message);
  }
}

function checkedRegistry(scope: IConstruct, registry = 'https://mcr.microsoft.com'): string {
  const wayOut = 'It is such as https://mcr.microsoft.com; leave it out to take that.';
  if (Token.isUnresolved(registry)) {
    // The host name goes into a component's parameter, so it must be known now.
    refuse(scope, 'registry', 'must be known at synthesis', 'a token', wayOut);
  }
  if (!/^https:\/\/[a-z0-9.-]+(:\d+)?\/?$/i.test(registry)) {
    refuse(scope, 'registry', 'must be an https address without a path', `'${registry}'`, wayOut);
  }
  return registry.replace(/\/$/, '');
}

/** What a pipeline may take of the budget. */
interface PatchBudgetShares {
  readonly gate: GateSettings;
  readonly promotion: PromotionSettings;
  readonly scan: VulnerabilityScan | undefined;
}

/**
 * The budget from Microsoft's release to the last instance. Ends synthesis where what the pipeline may take is more than all
 * of it, a bake with what is planned for one, and says what to shorten.
 */
function patchBudget(
  scope: IConstruct,
  patchWithin: Duration | undefined,
  { gate, promotion, scan }: PatchBudgetShares,
): Duration {
  const budget = patchWithin ?? Duration.hours(72);
  if (budget.isUnresolved()) {
    return budget;
  }
  const shares: readonly (readonly [string, number])[] = [
    ['the wait for images ("gate.longestWait")', gate.longestWaitSeconds / 3600],
    ['a bake', plannedBakeHours({ scans: scan !== undefined })],
    ['promotion ("promotion.delay", "promotion.atMost")', longestPromotionHours(promotion)],
  ];
  const hours = shares.reduce((sum, [, share]) => sum + share, 0);
  if (hours > budget.toHours({ integral: false })) {
    const parts = shares.map(([name, share]) => `${name} ${share} h`).join(', ');
    refuse(
      scope,
      'patchWithin',
      `must hold what may be taken of it: ${parts}, ${hours} h in all`,
      budget.toHumanString(),
      'Shorten the wait or promotion, or allow more time.',
    );
  }
  return budget;
}

/** The windows without bakes. Ends synthesis where they leave no hour of the week in which one may start. */
function noBakeWindows(scope: IConstruct, given?: readonly WeeklyWindow[]): readonly WindowDocument[] {
  const windows = weeklyWindows(scope, 'noBakeWindows', given);
  if (coverWholeWeek(windows)) {
    refuse(
      scope,
      'noBakeWindows',
      'must leave hours of the week in which a bake may start',
      `${windows.length} that cover all of it`,
      'Shorten one, or leave it out.',
    );
  }
  return windows;
}

/** The props of a pipeline with every default filled in and every value checked. */
export interface PipelineSettings extends Omit<ImageSettings, 'beside'> {
  readonly os: WindowsOs;
  readonly pipelineName: string;
  /** The name of what AWS names per account and region. */
  readonly resourceName: string;
  readonly gate: GatePolicy;
  readonly patchWithin: Duration;
  readonly components: readonly BakeComponent[];
  readonly updates: Required<UpdatePolicy>;
  readonly scan: VulnerabilityScan | undefined;
  readonly instanceTypes: readonly InstanceType[];
  readonly volume: VolumeSettings;
  readonly schedule: RebakeSchedule;
  readonly distribution: DistributionSettings;
  readonly fastLaunch: FastLaunch | undefined;
  readonly promotion: PromotionSettings;
  readonly retention: RetentionSettings;
  readonly parameterPrefix: string;
  /** The path of the pipeline's own parameters. */
  readonly parameterPath: string;
  readonly removalPolicy: RemovalPolicy;
  readonly logRetention: RetentionDays;
  /** Undefined: each service encrypts with a key of its own. */
  readonly encryptionKey: IKey | undefined;
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function pipelineSettings(scope: IConstruct, props: WindowsAmiPipelineProps): PipelineSettings {
  const { components = [], fastLaunch, os, parameterPrefix = DEFAULT_PARAMETER_PREFIX } = props;
  const pipelineName = props.pipelineName ?? defaultPipelineName(os);
  checkPipelineName(scope, pipelineName);
  checkParameterPrefix(scope, parameterPrefix);
  checkBakeComponents(scope, components);
  if (fastLaunch !== undefined) {
    checkFastLaunch(scope, fastLaunch);
  }
  if (props.instanceTypes?.length === 0) {
    refuse(scope, 'instanceTypes', 'must name at least one type', '[]', 'Leave it out to take the default.');
  }
  if (props.pipelineName === undefined) {
    Annotations.of(scope).addInfo(`"pipelineName" is ${pipelineName}; fleets find the pipeline by it.`);
  }
  const gate = gateSettings(scope, os.release, props.gate);
  const { beside, ...images } = imageSettings(scope, props, gate.lines);
  const promotion = promotionSettings(scope, props.promotion);
  return {
    os,
    pipelineName,
    resourceName: resourceNameOf(pipelineName),
    ...images,
    gate: { ...gate, ...beside, noBakeWindows: noBakeWindows(scope, props.noBakeWindows) },
    patchWithin: patchBudget(scope, props.patchWithin, { gate, promotion, scan: props.scan }),
    components,
    updates: updateSettings(scope, props.updates),
    scan: props.scan,
    instanceTypes: props.instanceTypes ?? [
      InstanceType.of(InstanceClass.M6I, InstanceSize.XLARGE),
      InstanceType.of(InstanceClass.M5, InstanceSize.XLARGE),
    ],
    volume: volumeSettings(scope, beside.previousRevisions, props.volume),
    schedule: props.schedule ?? RebakeSchedule.patchTuesday(),
    distribution: distributionSettings(scope, props.distribution),
    fastLaunch,
    promotion,
    retention: retentionSettings(scope, props.retention),
    parameterPrefix,
    parameterPath: `${parameterPrefix}/${pipelineName}`,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    logRetention: props.logRetention ?? RetentionDays.THIRTEEN_MONTHS,
    encryptionKey: props.encryptionKey,
  };
}
