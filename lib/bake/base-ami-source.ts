import { StringParameter, type IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { parameterArn, publicParameterArn } from '../internal/parameter-arn';
import { checkText } from '../internal/validate';
import type { WindowsOs } from '../ami/windows-os';
import { BaseAmi } from './base-ami';

/** Where a pipeline finds the AMI that it starts from. */
export interface BaseAmiSource {
  /** The parameter that holds its id. */
  readonly parameterName: string;
  readonly parameterArn: string;
  /** As a recipe names it. */
  readonly parentImage: string;
  /** What has to exist before the recipe; undefined where it is not the app's own. */
  readonly parameter?: IStringParameter;
}

/**
 * Whatever a base AMI was given as, its id stands in a parameter, so that gate and seed read one kind of thing. Ends synthesis
 * for what is neither a parameter nor an AMI.
 */
export function baseAmiSource(
  scope: Construct,
  os: WindowsOs,
  parameterPath: string,
  baseAmi: BaseAmi = BaseAmi.ecsOptimized(),
): BaseAmiSource {
  const { amiId, parameter: given, parameterName = os.baseAmiParameter } = baseAmi;
  if (given !== undefined) {
    return {
      parameterName,
      parameterArn: given.parameterArn,
      parentImage: `ssm:${parameterName}`,
      parameter: given,
    };
  }
  if (amiId !== undefined) {
    checkText(scope, 'baseAmi', amiId, {
      pattern: /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/,
      rule: 'must be the id of an AMI',
      wayOut: "It is such as 'ami-0123456789abcdef0'.",
    });
    const parameter = new StringParameter(scope, 'BaseAmi', {
      parameterName: `${parameterPath}/base-ami`,
      simpleName: false,
      description: 'The AMI that bakes start from',
      stringValue: amiId,
    });
    const name = parameter.parameterName;
    return { parameterName: name, parameterArn: parameterArn(scope, name), parentImage: amiId };
  }
  checkText(scope, 'baseAmi', parameterName, {
    pattern: /^\/[\w./-]+$/,
    rule: 'must be the name of a parameter and begin with a slash',
    wayOut: "It is such as '/golden/windows-2022/ami-id'.",
  });
  const arn = /^\/aws\//.test(parameterName) ? publicParameterArn : parameterArn;
  return { parameterName, parameterArn: arn(scope, parameterName), parentImage: `ssm:${parameterName}` };
}
