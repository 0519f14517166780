import type { IResource } from 'aws-cdk-lib';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { WindowsOs } from './windows-os';

/** A pipeline of this app, or one that another app has deployed. */
export interface IWindowsAmiPipeline extends IResource {
  /** The Windows that is baked. */
  readonly os: WindowsOs;

  /** The name under which fleets find the pipeline. */
  readonly pipelineName: string;

  /** Where the parameters of all pipelines and fleets begin. */
  readonly parameterPrefix: string;

  /** Where the pipeline's own parameters begin, such as `/winbake/2022-core`. */
  readonly parameterPath: string;

  /**
   * Whether its stack deploys it.
   *
   * @internal
   */
  readonly _isOfStack?: boolean;

  /**
   * Whether its AMIs have Fast Launch; undefined where that is not known.
   *
   * @internal
   */
  readonly _hasFastLaunch?: boolean;

  /**
   * Whether its AMIs hold own images that hosts bring up to date when they start; undefined where that is not known.
   *
   * @internal
   */
  readonly _hasOwnImages?: boolean;

  /**
   * The hosts of registries other than ECR of which its AMIs hold own images; undefined where that is not known.
   *
   * @internal
   */
  readonly _ownImageHosts?: readonly string[];

  /** Grants reading what the channels and revisions point to, in the region of the pipeline. */
  grantRead(grantee: IGrantable): Grant;

  /** Grants the verbs that change the pipeline, such as hold and rollback, but not accepting findings. */
  grantOperate(grantee: IGrantable): Grant;

  /** Grants accepting findings of the gate, and nothing else. */
  grantAccept(grantee: IGrantable): Grant;

  /** Seconds from the first step of a bake on its build instance to its publication; the longest of an hour unless said. */
  metricBakeDuration(options?: MetricOptions): Metric;

  /** Hours for which `current` has been without the oldest update of Microsoft's that it lacks; 0 where it lacks none. */
  metricHoursUnpatched(options?: MetricOptions): Metric;

  /** How much of `patchWithin` is spent, in percent; above 100 it is overdrawn. */
  metricPatchBudgetUsed(options?: MetricOptions): Metric;

  /** Hours since the gate decided last, whatever it decided. */
  metricHoursSinceDecision(options?: MetricOptions): Metric;

  /** Does something when an AMI was published, with the event `Winbake AMI Published`; see docs/events.md. */
  onPublished(id: string, options?: OnEventOptions): Rule;

  /**
   * Does something when `current` has moved, with the event `Winbake Images Published`, which holds the digests of what hosts have
   * cached then: apps are built anew on these.
   */
  onImagesPublished(id: string, options?: OnEventOptions): Rule;

  /** Does something when a bake failed and is not tried again by itself, with the event `Winbake Bake Failed`. */
  onFailed(id: string, options?: OnEventOptions): Rule;

  /** Does something when the gate waits for a person's choice, with the event `Winbake Needs Operator`. */
  onNeedsOperator(id: string, options?: OnEventOptions): Rule;
}

/** What identifies a pipeline that another app has deployed. */
export interface WindowsAmiPipelineAttributes {
  /** The Windows that the pipeline bakes. */
  readonly os: WindowsOs;

  /**
   * The name of the pipeline.
   *
   * @default - release and edition, such as `2022-core`
   */
  readonly pipelineName?: string;

  /**
   * Where the pipeline's parameters begin.
   *
   * @default /winbake
   */
  readonly parameterPrefix?: string;
  /**
   * The account that it is deployed in.
   *
   * @default - the account of the stack that it is known in
   */
  readonly account?: string;

  /**
   * The region that it is deployed in.
   *
   * @default - the region of the stack that it is known in
   */
  readonly region?: string;
}
