import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { WindowsOs } from './windows-os';

/** A pipeline of this app, or one that another app has deployed in this account and region. */
export interface IWindowsAmiPipeline extends IConstruct {
  /** The Windows that is baked. */
  readonly os: WindowsOs;

  /** The name under which fleets find the pipeline. */
  readonly pipelineName: string;

  /** Where the parameters of all pipelines and fleets begin. */
  readonly parameterPrefix: string;

  /** Where the pipeline's own parameters begin, such as `/winbake/2022-core`. */
  readonly parameterPath: string;

  /** Lets somebody read what the channels and revisions point to, in the region of the pipeline. */
  grantRead(grantee: IGrantable): Grant;

  /** Lets somebody order what changes the pipeline, such as holds and rollbacks, but accept no findings. */
  grantOperate(grantee: IGrantable): Grant;

  /** Lets somebody accept findings of the gate, and nothing else. */
  grantAccept(grantee: IGrantable): Grant;
}

/** What identifies a pipeline that another app has deployed in this account and region. */
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
}
