import { type IStringParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { WindowsOs } from '../../ami/windows-os';
import { parameterArn, publicParameterArn } from '../../internal/allow';
import { checkText } from '../../internal/validate';

/** The AMI that a bake starts from. */
export class BaseAmi {
  /** The newest ECS-optimized AMI of the pipeline's os. */
  public static ecsOptimized(): BaseAmi {
    return new BaseAmi(undefined, undefined, undefined);
  }

  /**
   * The AMI that a parameter of the pipeline's account and region names, or a public one below `/aws`. It has the pipeline's
   * os, the ECS agent and docker.
   *
   * @param parameterName - such as `/golden/windows-2022/ami-id`
   */
  public static fromSsmParameter(parameterName: string): BaseAmi {
    return new BaseAmi(parameterName, undefined, undefined);
  }

  /**
   * The AMI that a parameter of an app names, in the pipeline's account and region. The recipe waits for a parameter that is
   * deployed together with the pipeline, since Image Builder refuses a recipe whose parameter does not exist. The AMI has the
   * pipeline's os, the ECS agent and docker.
   *
   * @param parameter - holds the id of an AMI
   * @see https://github.com/aws-samples/amazon-ec2-image-builder-samples/tree/main/golden-ami-pipeline
   */
  public static fromStringParameter(parameter: IStringParameter): BaseAmi {
    return new BaseAmi(parameter.parameterName, undefined, parameter);
  }

  /**
   * One AMI of the pipeline's region, which has the pipeline's os, the ECS agent and docker. It stays the same until another
   * is named, so that Windows Update has more and more to do.
   *
   * @param amiId - such as `ami-0123456789abcdef0`
   */
  public static fromAmiId(amiId: string): BaseAmi {
    return new BaseAmi(undefined, amiId, undefined);
  }

  private constructor(
    /**
     * The name of the parameter that holds the AMI's id, where it was given.
     *
     * @internal
     */
    public readonly _parameterName: string | undefined,
    /**
     * The AMI's id, where it was given.
     *
     * @internal
     */
    public readonly _amiId: string | undefined,
    /**
     * The parameter itself, where it is one of an app.
     *
     * @internal
     */
    public readonly _parameter: IStringParameter | undefined,
  ) {}
}

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
  const { _amiId: amiId, _parameter: given, _parameterName: parameterName = os.baseAmiParameter } = baseAmi;
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
