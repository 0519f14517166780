import { Annotations, Stack } from 'aws-cdk-lib';
import {
  OperatingSystemType,
  UserData,
  type IMachineImage,
  type MachineImageConfig,
} from 'aws-cdk-lib/aws-ec2';
import { ParameterValueType, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { defaultPipelineName } from '../bake/pipeline-settings';
import type { WindowsAmiPipeline } from '../bake/windows-ami-pipeline';
import { channelParameters } from '../core/publish/channel-names';
import { DEFAULT_PARAMETER_PREFIX } from '../internal/names';
import type { WindowsOs } from '../windows-os';
import { AmiChannel } from './ami-channel';

/** Which channel of which pipeline to follow. */
export interface WindowsAmiChannelProps {
  /** The Windows that the pipeline bakes. */
  readonly os: WindowsOs;

  /**
   * The name of the pipeline.
   *
   * @default - release and edition, such as `2022-core`
   */
  readonly pipelineName?: string;

  /**
   * The channel to follow.
   *
   * @default AmiChannel.CURRENT
   */
  readonly channel?: AmiChannel;

  /**
   * Where the pipeline's parameters begin; the same as the pipeline's own prop.
   *
   * @default /winbake
   */
  readonly parameterPrefix?: string;
}

/**
 * The AMI that a channel of a pipeline points to when a stack is deployed. CloudFormation reads the channel's parameter
 * before it creates anything, so the pipeline has to be in another stack, deployed before; its own deployment seeds the
 * channels.
 */
export class WindowsAmi implements IMachineImage {
  /** Follows a channel of a pipeline of the same app, whose stack is then deployed first. */
  public static fromPipeline(pipeline: WindowsAmiPipeline, channel?: AmiChannel): WindowsAmi {
    return new WindowsAmi(pipeline.os, pipeline.pipelineName, pipeline.parameterPrefix, channel, pipeline);
  }

  /** Follows a channel of any pipeline of this account and region, by its name. */
  public static fromChannel(props: WindowsAmiChannelProps): WindowsAmi {
    const { os, parameterPrefix = DEFAULT_PARAMETER_PREFIX } = props;
    const pipelineName = props.pipelineName ?? defaultPipelineName(os);
    return new WindowsAmi(os, pipelineName, parameterPrefix, props.channel);
  }

  /** The Windows of the AMI. */
  public readonly os: WindowsOs;

  /** The name of the pipeline that publishes it. */
  public readonly pipelineName: string;

  /** Where the parameters of all pipelines and fleets begin. */
  public readonly parameterPrefix: string;

  /** Where the pipeline's own parameters begin, such as `/winbake/2022-core`. */
  public readonly parameterPath: string;

  /** The channel that is followed. */
  public readonly channel: AmiChannel;

  private readonly pipeline?: WindowsAmiPipeline;

  private constructor(
    os: WindowsOs,
    pipelineName: string,
    parameterPrefix: string,
    channel?: AmiChannel,
    pipeline?: WindowsAmiPipeline,
  ) {
    this.os = os;
    this.pipelineName = pipelineName;
    this.parameterPrefix = parameterPrefix;
    this.parameterPath = `${parameterPrefix}/${pipelineName}`;
    this.channel = channel ?? AmiChannel.CURRENT;
    this.pipeline = pipeline;
  }

  /** The parameter that holds the channel's publication as JSON, the truth that rollouts follow. */
  public get publicationParameter(): string {
    return channelParameters(this.parameterPath, this.channel).publication;
  }

  /** The AMI as a parameter of the template, read anew at each deployment. */
  public getImage(scope: Construct): MachineImageConfig {
    this.orderStacks(scope);
    const { amiId } = channelParameters(this.parameterPath, this.channel);
    return {
      imageId: StringParameter.valueForTypedStringParameterV2(
        scope,
        amiId,
        ParameterValueType.AWS_EC2_IMAGE_ID,
      ),
      osType: OperatingSystemType.WINDOWS,
      userData: UserData.forWindows(),
    };
  }

  private orderStacks(scope: Construct): void {
    if (this.pipeline === undefined) {
      return;
    }
    const [consumer, producer] = [Stack.of(scope), Stack.of(this.pipeline)];
    if (consumer !== producer) {
      consumer.addStackDependency(producer);
      return;
    }
    Annotations.of(scope).addWarningV2(
      'winbake:sameStack',
      `The AMI of pipeline ${this.pipelineName} is used in the pipeline's own stack, whose first deployment then fails: ` +
        'CloudFormation reads its parameter before the pipeline has seeded it. Put the pipeline in a stack of its own.',
    );
  }
}
