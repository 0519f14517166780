import { Stack, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { type WindowsOs, defaultPipelineName } from '../../ami/windows-os';
import { DEFAULT_PARAMETER_PREFIX, checkParameterPrefix, checkPipelineName } from '../../internal/names';
import { checkText, refuse } from '../../internal/validate';

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
   * The keys in this region that the AMIs of the pipelines are encrypted with. Auto Scaling of this account is
   * given the use of each. They have to be named where a pipeline was given its key, in every region but the pipelines' own,
   * and after a pipeline was removed and deployed again.
   *
   * @default - the key that each pipeline makes by itself in its own region, which must be deployed before
   */
  readonly amiKeys?: IKey[];

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

/** The props of an account with every default filled in and every value checked. */
export interface AccountSettings {
  readonly pipelineAccount: string;
  readonly pipelines: readonly {
    readonly os: WindowsOs;
    readonly pipelineName: string;
    readonly parameterPath: string;
  }[];
  readonly parameterPrefix: string;
  /** Undefined: those that the pipelines make by themselves. */
  readonly amiKeyArns: readonly string[] | undefined;
  readonly logRetention: RetentionDays;
  readonly encryptionKey: IKey | undefined;
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function accountSettings(scope: IConstruct, props: WindowsAmiAccountProps): AccountSettings {
  const { parameterPrefix = DEFAULT_PARAMETER_PREFIX, pipelineAccount } = props;
  checkParameterPrefix(scope, parameterPrefix);
  checkText(scope, 'pipelineAccount', pipelineAccount, {
    pattern: /^\d{12}$/,
    rule: 'must name the account by twelve digits',
    wayOut: "It is such as '123456789012'.",
  });
  if (props.pipelines.length === 0) {
    refuse(scope, 'pipelines', 'must name at least one pipeline', '[]', 'It is such as [{ os }].');
  }
  const pipelines = props.pipelines.map(({ os, pipelineName = defaultPipelineName(os) }) => {
    checkPipelineName(scope, pipelineName);
    return { os, pipelineName, parameterPath: `${parameterPrefix}/${pipelineName}` };
  });
  const names = pipelines.map(({ pipelineName }) => pipelineName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    refuse(scope, 'pipelines', 'must name each once', `'${twice}' twice`, 'Leave one out, or name it.');
  }
  return {
    pipelineAccount,
    pipelines,
    parameterPrefix,
    amiKeyArns: amiKeyArns(scope, props.amiKeys),
    logRetention: props.logRetention ?? RetentionDays.THIRTEEN_MONTHS,
    encryptionKey: props.encryptionKey,
  };
}

function amiKeyArns(scope: IConstruct, keys: readonly IKey[] | undefined): readonly string[] | undefined {
  const { region } = Stack.of(scope);
  const arns = keys?.map(({ keyArn }) => keyArn);
  for (const arn of arns ?? []) {
    checkText(scope, 'amiKeys', arn, {
      pattern: new RegExp(
        `^arn:[\\w-]+:kms:${Token.isUnresolved(region) ? '[\\w-]+' : region}:\\d{12}:key/[\\w-]+$`,
      ),
      rule: 'must be keys of this region',
      wayOut: "One is such as 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'.",
    });
  }
  return arns;
}
