import { type CfnLaunchTemplate, type IMachineImage, LaunchTemplate, OperatingSystemType, UserData, type LaunchTemplateProps } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** Windows, and no AMI: CDK refuses a group whose launch template names none, so that it is taken away from the template. */
const WITHOUT_AMI: IMachineImage = {
  getImage: () => ({
    imageId: 'ami-00000000000000000',
    osType: OperatingSystemType.WINDOWS,
    userData: UserData.forWindows(),
  }),
};

/**
 * What CloudFormation owns of a fleet's launch template: everything but the AMI. Nothing is started from it; its versions are
 * cloned with an AMI, by a deployment and by rollouts.
 */
export class BaseLaunchTemplate extends LaunchTemplate {
  constructor(scope: Construct, id: string, props: Omit<LaunchTemplateProps, 'machineImage'>) {
    super(scope, id, { ...props, machineImage: WITHOUT_AMI });
    this.cfnTemplate.addPropertyDeletionOverride('LaunchTemplateData.ImageId');
  }

  /** The resource in the template. */
  public get cfnTemplate(): CfnLaunchTemplate {
    return this.node.defaultChild as CfnLaunchTemplate;
  }
}
