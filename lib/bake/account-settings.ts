import { Stack, Token } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { DEFAULT_PARAMETER_PREFIX, checkParameterPrefix, checkPipelineName } from '../internal/names';
import { checkText, refuse } from '../internal/validate';
import { type WindowsOs, defaultPipelineName } from '../ami/windows-os';
import type { WindowsAmiAccountProps } from './windows-ami-account-props';

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
    amiKeyArns: checkedKeyArns(scope, props.amiKeyArns),
    logRetention: props.logRetention ?? RetentionDays.THIRTEEN_MONTHS,
    encryptionKey: props.encryptionKey,
  };
}

function checkedKeyArns(
  scope: IConstruct,
  arns: readonly string[] | undefined,
): readonly string[] | undefined {
  const { region } = Stack.of(scope);
  for (const arn of arns ?? []) {
    checkText(scope, 'amiKeyArns', arn, {
      pattern: new RegExp(
        `^arn:[\\w-]+:kms:${Token.isUnresolved(region) ? '[\\w-]+' : region}:\\d{12}:key/[\\w-]+$`,
      ),
      rule: 'must name keys of this region by their ARN',
      wayOut: "It is such as 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab'.",
    });
  }
  return arns;
}
