import { Annotations, Duration, RemovalPolicy, Size, Token } from 'aws-cdk-lib';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { defaultFamilies, familyOf } from '../core/resolve/family';
import { parseRelease } from '../core/windows/release';
import { DEFAULT_PARAMETER_PREFIX, checkParameterPrefix, checkPipelineName } from '../internal/names';
import { checkHours, checkNumber, refuse } from '../internal/validate';
import type { WindowsOs } from '../windows-os';
import { LatePolicy } from './late-policy';
import type { WindowsAmiPipelineProps } from './windows-ami-pipeline-props';

/** The props of a pipeline with every default filled in and every value checked. */
export interface PipelineSettings {
  readonly os: WindowsOs;
  readonly pipelineName: string;
  /** The name of what AWS names per account and region. */
  readonly resourceName: string;
  readonly families: readonly string[];
  readonly longestWait: Duration;
  readonly latePolicy: LatePolicy;
  /** Without a path or a slash at the end. */
  readonly registry: string;
  readonly instanceTypes: readonly InstanceType[];
  readonly volumeSize: Size;
  readonly parameterPrefix: string;
  /** The path of the pipeline's own parameters. */
  readonly parameterPath: string;
  readonly removalPolicy: RemovalPolicy;
  readonly logRetention: RetentionDays;
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function pipelineSettings(scope: IConstruct, props: WindowsAmiPipelineProps): PipelineSettings {
  const { os, parameterPrefix = DEFAULT_PARAMETER_PREFIX } = props;
  const pipelineName = props.pipelineName ?? defaultPipelineName(os);
  const longestWait = props.longestWait ?? Duration.hours(36);
  const volumeSize = props.volumeSize ?? Size.gibibytes(100);
  checkPipelineName(scope, pipelineName);
  checkParameterPrefix(scope, parameterPrefix);
  checkHours(scope, 'longestWait', longestWait, {
    least: 1,
    most: 168,
    wayOut: 'The longest seen in five years was 24.7 hours.',
  });
  checkNumber(scope, 'volumeSize', volumeSize.toGibibytes(), {
    least: 50,
    most: 16384,
    wayOut: 'It is counted in GiB, and the base AMI alone has 50.',
  });
  if (props.instanceTypes?.length === 0) {
    refuse(scope, 'instanceTypes', 'must name at least one type', '[]', 'Leave it out to take the default.');
  }
  if (props.pipelineName === undefined) {
    Annotations.of(scope).addInfo(`"pipelineName" is ${pipelineName}; fleets find the pipeline by it.`);
  }
  return {
    os,
    pipelineName,
    resourceName: `winbake-${pipelineName}`,
    families: checkedFamilies(scope, os, props.families),
    longestWait,
    latePolicy: props.latePolicy ?? LatePolicy.USE_PREVIOUS,
    registry: checkedRegistry(scope, props.registry ?? 'https://mcr.microsoft.com'),
    instanceTypes: props.instanceTypes ?? [
      InstanceType.of(InstanceClass.M6I, InstanceSize.XLARGE),
      InstanceType.of(InstanceClass.M5, InstanceSize.XLARGE),
    ],
    volumeSize,
    parameterPrefix,
    parameterPath: `${parameterPrefix}/${pipelineName}`,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    logRetention: props.logRetention ?? RetentionDays.THIRTEEN_MONTHS,
  };
}

/** The name of the pipeline of an os where none is given, such as `2022-core`. */
export function defaultPipelineName(os: WindowsOs): string {
  return `${os.release}-${os.edition.toLowerCase()}`;
}

function checkedFamilies(scope: IConstruct, os: WindowsOs, families?: readonly string[]): readonly string[] {
  const release = parseRelease(os.release);
  const wanted = families ?? defaultFamilies(release);
  if (wanted.length === 0) {
    refuse(scope, 'families', 'must name at least one family', '[]', 'Leave it out to take the default.');
  }
  for (const family of wanted) {
    try {
      familyOf(family, release);
    } catch (error) {
      refuse(scope, 'families', `must fit ${os.name}`, `'${family}'`, (error as Error).message);
    }
  }
  return wanted;
}

function checkedRegistry(scope: IConstruct, registry: string): string {
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
