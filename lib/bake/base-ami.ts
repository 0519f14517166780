import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';

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
    /** The name of the parameter that holds the AMI's id, where it was given. */
    public readonly parameterName: string | undefined,
    /** The AMI's id, where it was given. */
    public readonly amiId: string | undefined,
    /** The parameter itself, where it is one of an app. */
    public readonly parameter: IStringParameter | undefined,
  ) {}
}
