import { Annotations, Stack, Stage, Token } from 'aws-cdk-lib';
import {
  OperatingSystemType,
  UserData,
  type IMachineImage,
  type MachineImageConfig,
} from 'aws-cdk-lib/aws-ec2';
import { ParameterValueType, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct, IConstruct } from 'constructs';
import { channelParameters, revisionParameters } from '../contract/names/parameters';
import { DEFAULT_PARAMETER_PREFIX } from '../internal/names';
import type { IWindowsAmiPipeline } from './i-windows-ami-pipeline';
import { defaultPipelineName, type WindowsOs } from './windows-os';

/** A moving pointer to one of a pipeline's publications. */
export enum AmiChannel {
  /** What was verified last. */
  LATEST = 'latest',
  /** What fleets should run. */
  CURRENT = 'current',
  /** What fleets ran before. */
  PREVIOUS = 'previous',
}

/** Which channel of a pipeline to follow. */
export interface WindowsAmiFromPipelineOptions {
  /**
   * The channel to follow.
   *
   * @default AmiChannel.CURRENT
   */
  readonly channel?: AmiChannel;
}

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

  /**
   * The account whose pipeline publishes the AMIs. A fleet takes no AMI of another account, whatever its channel shows, but Amazon's base
   * AMI before the first bake.
   *
   * @default - the account of the stack that it is used in
   */
  readonly pipelineAccount?: string;
}

/** Which revision of which pipeline to stay at. */
export interface WindowsAmiRevisionProps {
  /** The Windows that the pipeline bakes. */
  readonly os: WindowsOs;

  /** The revision, the fourth number of an OS version: 4294 of `10.0.20348.4294`. */
  readonly revision: number;

  /**
   * The name of the pipeline.
   *
   * @default - release and edition, such as `2022-core`
   */
  readonly pipelineName?: string;

  /**
   * Where the pipeline's parameters begin; the same as the pipeline's own prop.
   *
   * @default /winbake
   */
  readonly parameterPrefix?: string;

  /**
   * The account whose pipeline publishes the AMIs. A fleet takes no AMI of another account, whatever its channel shows, but Amazon's base
   * AMI before the first bake.
   *
   * @default - the account of the stack that it is used in
   */
  readonly pipelineAccount?: string;
}

/** The pointer of a pipeline that an AMI follows. */
interface Pointer {
  readonly os: WindowsOs;
  readonly pipelineName?: string;
  readonly parameterPrefix?: string;
  readonly pipelineAccount?: string;
  /** Which pointer it is, for people. */
  readonly title: string;
  readonly channel?: AmiChannel;
  readonly revision?: number;
  readonly pipeline?: IWindowsAmiPipeline;
  /** The names of its parameters below the pipeline's path. */
  readonly names: (path: string) => { readonly publication: string; readonly amiId: string };
}

/**
 * The AMI that a channel of a pipeline points to when a stack is deployed, as a machine image of Windows for any construct
 * of `aws-ec2` and `aws-autoscaling`. CloudFormation reads the channel's parameter before it creates anything, so the pipeline has to
 * be in another stack, deployed before; its own deployment seeds the
 * channels.
 */
export class WindowsAmi implements IMachineImage {
  /** Follows a channel of a pipeline; where it is of the same app, its stack is deployed first. */
  public static fromPipeline(
    pipeline: IWindowsAmiPipeline,
    options: WindowsAmiFromPipelineOptions = {},
  ): WindowsAmi {
    const { os, parameterPrefix, pipelineName } = pipeline;
    const pointer = channelPointer(options.channel);
    return new WindowsAmi({ os, parameterPrefix, pipelineName, pipeline, ...pointer });
  }

  /** Follows a channel of any pipeline of this account and region, by its name. */
  public static fromChannel(props: WindowsAmiChannelProps): WindowsAmi {
    return new WindowsAmi({ ...props, ...channelPointer(props.channel) });
  }

  /**
   * Stays at one revision of a pipeline of this account and region: its newest publication, which is another only where the
   * pipeline bakes that revision again. No channel, promotion or rollback moves it, so that it is never patched by itself;
   * `HoursUnpatched` of a fleet goes on counting. A revision that the pipeline has not published, or whose AMI was pruned
   * because nothing used it, fails the deployment.
   */
  public static fromRevision(props: WindowsAmiRevisionProps): WindowsAmi {
    const { os, revision } = props;
    if (!Token.isUnresolved(revision) && !(Number.isInteger(revision) && revision > 0 && revision < 1e9)) {
      throw new Error(
        `"revision" must be the fourth number of an OS version of ${os.name}, such as 4294 of ` +
          `10.0.${os.buildNumber}.4294; got: ${revision}. \`winbake pipeline status\` names what was published.`,
      );
    }
    return new WindowsAmi({
      ...props,
      revision,
      title: `revision ${os.buildNumber}.${revision}`,
      names: (path) => revisionParameters(path, os.buildNumber, revision),
    });
  }

  /** The Windows of the AMI. */
  public readonly os: WindowsOs;

  /** The name of the pipeline that publishes it. */
  public readonly pipelineName: string;

  /** Where the parameters of all pipelines and fleets begin. */
  public readonly parameterPrefix: string;

  /** Where the pipeline's own parameters begin, such as `/winbake/2022-core`. */
  public readonly parameterPath: string;

  /**
   * The channel that is followed.
   *
   * @default - no channel, where the AMI stays at a revision
   */
  public readonly channel?: AmiChannel;

  /**
   * What is followed, for people: `channel current` or `revision 20348.4294`.
   *
   * @internal
   */
  public readonly _pointer: string;

  /**
   * The revision that it stays at; undefined where it follows a channel.
   *
   * @internal
   */
  public readonly _revision?: number;

  /** The parameter that holds the publication as JSON, the truth that rollouts follow. */
  public readonly publicationParameter: string;

  private readonly amiIdParameter: string;
  private readonly pipeline?: IWindowsAmiPipeline;
  private readonly pipelineAccount?: string;

  private constructor(pointer: Pointer) {
    const { os } = pointer;
    this.os = os;
    this.pipelineName = pointer.pipelineName ?? defaultPipelineName(os);
    this.parameterPrefix = pointer.parameterPrefix ?? DEFAULT_PARAMETER_PREFIX;
    this.parameterPath = `${this.parameterPrefix}/${this.pipelineName}`;
    this.channel = pointer.channel;
    this._pointer = pointer.title;
    this._revision = pointer.revision;
    this.pipeline = pointer.pipeline;
    this.pipelineAccount = pointer.pipelineAccount;
    const names = pointer.names(this.parameterPath);
    this.publicationParameter = names.publication;
    this.amiIdParameter = names.amiId;
  }

  /** The AMI as a parameter of the template, read anew at each deployment. */
  public getImage(scope: Construct): MachineImageConfig {
    this._deployBefore(scope);
    return {
      imageId: StringParameter.valueForTypedStringParameterV2(
        scope,
        this.amiIdParameter,
        ParameterValueType.AWS_EC2_IMAGE_ID,
      ),
      osType: OperatingSystemType.WINDOWS,
      userData: UserData.forWindows(),
    };
  }

  /**
   * The pipeline that publishes it, for a construct that uses it: the one that it was made from, or the one of the app that writes its
   * parameters there. Undefined where that is another app's, or could be one of several; known for sure once the app is whole.
   *
   * @internal
   */
  public _pipelineFor(scope: IConstruct): IWindowsAmiPipeline | undefined {
    return this.pipeline ?? this.pipelineBeside(scope);
  }

  /**
   * Whether it was made from its pipeline, whose stack is then deployed first.
   *
   * @internal
   */
  public get _isFromPipeline(): boolean {
    return this.pipeline !== undefined;
  }

  /**
   * The account that owns it, where a construct uses it.
   *
   * @internal
   */
  public _owner(scope: IConstruct): string {
    return this.pipeline?.env.account ?? this.pipelineAccount ?? Stack.of(scope).account;
  }

  /** A stage is deployed as a whole, so that its own pipeline comes before those of others. */
  private pipelineBeside(scope: IConstruct): IWindowsAmiPipeline | undefined {
    const { region } = Stack.of(scope);
    const found = scope.node.root.node
      .findAll()
      .filter(isPipelineOfStack)
      .filter(
        ({ env, parameterPath }) =>
          parameterPath === this.parameterPath &&
          mayEqual(env.account, this._owner(scope)) &&
          mayEqual(env.region, region),
      );
    const ofStage = found.filter((one) => Stage.of(one) === Stage.of(scope));
    const [pipeline, ...others] = ofStage.length > 0 ? ofStage : found;
    return others.length === 0 ? pipeline : undefined;
  }

  /**
   * Has the pipeline's stack deployed before the one of a construct, where both are in one app.
   *
   * @internal
   */
  public _deployBefore(scope: Construct): void {
    // What is imported is deployed already, and by another stack than the one that it is known in.
    if (this.pipeline?._isOfStack !== true) {
      return;
    }
    const [consumer, producer] = [Stack.of(scope), Stack.of(this.pipeline)];
    if (consumer !== producer) {
      consumer.addStackDependency(producer);
      return;
    }
    this._warnOfSameStack(scope);
  }

  /**
   * Warns of a use in the pipeline's own stack.
   *
   * @internal
   */
  public _warnOfSameStack(scope: IConstruct): void {
    Annotations.of(scope).addWarningV2(
      'winbake:sameStack',
      `The AMI of pipeline ${this.pipelineName} is used in the pipeline's own stack, whose first deployment then fails: ` +
        'CloudFormation reads its parameter before the pipeline has seeded it. Put the pipeline in a stack of its own.',
    );
  }
}

function isPipelineOfStack(one: IConstruct): one is IWindowsAmiPipeline {
  return (one as Partial<IWindowsAmiPipeline>)._isOfStack === true;
}

/** Whether two accounts or regions are the same, or may turn out to be. */
function mayEqual(one: string, other: string): boolean {
  return Token.isUnresolved(one) || Token.isUnresolved(other) || one === other;
}

function channelPointer(channel = AmiChannel.CURRENT): Pick<Pointer, 'channel' | 'names' | 'title'> {
  return {
    channel,
    title: `channel ${channel}`,
    names: (path) => channelParameters(path, channel),
  };
}
