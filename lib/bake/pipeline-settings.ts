import { Annotations, RemovalPolicy, type Duration } from 'aws-cdk-lib';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { resourceNameOf } from '../contract/names/resources';
import { DEFAULT_PARAMETER_PREFIX, checkParameterPrefix, checkPipelineName } from '../internal/names';
import { refuse } from '../internal/validate';
import { defaultPipelineName, type WindowsOs } from '../ami/windows-os';
import type { BakeComponent } from './bake-component';
import { volumeSettings, type VolumeSettings } from './bake-volume';
import { checkBakeComponents } from './check-bake-components';
import { distributionSettings, type DistributionSettings } from './distribution';
import { checkFastLaunch, type FastLaunch } from './fast-launch';
import { gateSettings, type GateSettings } from './gate-policy';
import { imageSettings, type ImageSettings } from './image-settings';
import { noBakeWindows } from './no-bake-window';
import { patchBudget } from './patch-budget';
import { promotionSettings, type PromotionSettings } from './promotion';
import { RebakeSchedule } from './rebake-schedule';
import { retentionSettings, type RetentionSettings } from './retention';
import { updateSettings, type UpdatePolicy } from './update-policy';
import type { VulnerabilityScan } from './vulnerability-scan';
import type { WindowsAmiPipelineProps } from './windows-ami-pipeline-props';

/** The props of a pipeline with every default filled in and every value checked. */
export interface PipelineSettings extends ImageSettings {
  readonly os: WindowsOs;
  readonly pipelineName: string;
  /** The name of what AWS names per account and region. */
  readonly resourceName: string;
  readonly gate: GateSettings;
  readonly patchWithin: Duration;
  readonly components: readonly BakeComponent[];
  readonly updates: Required<UpdatePolicy>;
  readonly scan: VulnerabilityScan | undefined;
  readonly instanceTypes: readonly InstanceType[];
  readonly volume: VolumeSettings;
  readonly schedule: RebakeSchedule;
  /** As `decide` reads them. */
  readonly noBakeWindows: string;
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
  const promotion = promotionSettings(scope, props.promotion);
  return {
    os,
    pipelineName,
    resourceName: resourceNameOf(pipelineName),
    ...imageSettings(scope, props, gate.lines),
    gate,
    patchWithin: patchBudget(scope, props.patchWithin, { gate, promotion, scan: props.scan }),
    components,
    updates: updateSettings(scope, props.updates),
    scan: props.scan,
    instanceTypes: props.instanceTypes ?? [
      InstanceType.of(InstanceClass.M6I, InstanceSize.XLARGE),
      InstanceType.of(InstanceClass.M5, InstanceSize.XLARGE),
    ],
    volume: volumeSettings(scope, props.volume),
    schedule: props.schedule ?? RebakeSchedule.patchTuesday(),
    noBakeWindows: noBakeWindows(scope, props.noBakeWindows),
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
