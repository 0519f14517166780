import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { WindowsOs } from '../ami/windows-os';

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
   * The ARNs of the keys in this region that the AMIs of the pipelines are encrypted with. Auto Scaling of this account is
   * given the use of each. They have to be named where a pipeline was given its key, in every region but the pipelines' own,
   * and after a pipeline was removed and deployed again.
   *
   * @default - the key that each pipeline makes by itself in its own region, which must be deployed before
   */
  readonly amiKeyArns?: string[];

  /**
   * How long the logs of the seed are kept.
   *
   * @default RetentionDays.THIRTEEN_MONTHS
   */
  readonly logRetention?: RetentionDays;

  /**
   * The key of these logs. One of another stack or account must let CloudWatch Logs use it; see docs/security.md.
   *
   * @default - a key of CloudWatch Logs' own
   */
  readonly encryptionKey?: IKey;
}
