import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { WindowsOs } from '../windows-os';

/** A pipeline of another account, or of another region of this one, that publishes to here. */
export interface AccountPipeline {
  /** The Windows that it bakes. */
  readonly os: WindowsOs;

  /**
   * Its name; the same as the pipeline's own prop.
   *
   * @default - release and edition, such as `2022-core`
   */
  readonly pipelineName?: string;
}

/** Whose AMIs an account uses. */
export interface WindowsAmiAccountProps {
  /** The account of the pipelines, twelve digits. */
  readonly pipelineAccount: string;

  /** The pipelines of that account that publish to here; each names this account or region in its `distribution`. */
  readonly pipelines: AccountPipeline[];

  /**
   * Where the parameters of all pipelines and fleets begin; the same as the pipelines' own prop.
   *
   * @default /winbake
   */
  readonly parameterPrefix?: string;

  /**
   * How long the logs of the seed are kept.
   *
   * @default RetentionDays.THIRTEEN_MONTHS
   */
  readonly logRetention?: RetentionDays;
}
