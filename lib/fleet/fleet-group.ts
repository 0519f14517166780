import { Validations } from 'aws-cdk-lib';
import { AutoScalingGroup, type CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { SecurityGroup, type IKeyPair, type ISecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import { allow } from '../internal/allow';
import { FleetRole, groupArn } from './fleet-role';
import type { FleetSettings } from './fleet-settings';
import { FleetUserData } from './fleet-user-data';
import { BaseLaunchTemplate, LiveLaunchTemplate } from './live-launch-template';

/** What the group starts, and where. */
export interface FleetGroupProps {
  readonly settings: FleetSettings;
  readonly cluster: ICluster;
  readonly ami: WindowsAmi;
  /** The parameter that the fleet keeps its state in. */
  readonly stateParameter: string;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups?: readonly ISecurityGroup[];
  readonly keyPair?: IKeyPair;
}

/** An instance is in service only once its user data has seen it join the cluster. */
const HOOK_NAME = 'joins-the-cluster';

/**
 * The Auto Scaling group of a fleet and its launch template. The group starts from a numbered version with an AMI, which
 * deployments and rollouts make; it never starts from the template's newest or default version, and is never replaced for an
 * AMI. Its name is fixed, since its instances complete its launch hook by it: to replace the group, rename the fleet.
 */
export class FleetGroup extends Construct {
  public readonly group: AutoScalingGroup;
  public readonly launchTemplate: BaseLaunchTemplate;
  public readonly role: FleetRole;
  public readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: FleetGroupProps) {
    super(scope, id);
    const { settings, cluster, ami, stateParameter, vpcSubnets } = props;
    const { vpc } = settings;
    ami._deployBefore(this);
    this.role = new FleetRole(this, 'InstanceRole');
    allow(this.role, {
      actions: ['autoscaling:CompleteLifecycleAction'],
      resources: [groupArn(this, settings.groupName)],
      wildcardReason:
        "The ARN holds an id that CloudFormation does not tell; the group's name stands in it in full.",
    });
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Instances of the Winbake fleet ${settings.fleetName}`,
    });
    this.launchTemplate = this.makeTemplate(cluster, props);
    this.group = new AutoScalingGroup(this, 'Group', {
      vpc,
      autoScalingGroupName: settings.groupName,
      ...this.instancesOf(settings),
      minCapacity: settings.minCapacity,
      maxCapacity: settings.maxCapacity,
      // ECS protects instances with tasks one by one; a group that does not protect new ones is refused by it.
      newInstancesProtectedFromScaleIn: settings.enableManagedTerminationProtection,
      ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    });
    const group = this.group.node.defaultChild as CfnAutoScalingGroup;
    group.lifecycleHookSpecificationList = [
      {
        lifecycleHookName: HOOK_NAME,
        lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        defaultResult: 'ABANDON',
        heartbeatTimeout: settings.launchTimeout.toSeconds(),
      },
    ];
    const { version } = new LiveLaunchTemplate(this, 'Live', {
      settings,
      ami,
      stateParameter,
      base: this.launchTemplate,
      group,
    });
    group.addPropertyOverride(
      settings.distribution === undefined
        ? 'LaunchTemplate.Version'
        : 'MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.Version',
      version,
    );
    Validations.of(this.group).acknowledge({
      id: 'AwsSolutions-EC26',
      reason:
        'Its launch template encrypts the volume; the check does not look into a policy of mixed instances.',
    });
    Validations.of(this.group).acknowledge({
      id: 'AwsSolutions-AS3',
      reason:
        'ECS scales the group and drains its instances; a mail for each start and end would tell an operator nothing.',
    });
  }

  private makeTemplate(cluster: ICluster, props: FleetGroupProps): BaseLaunchTemplate {
    const { settings, keyPair, securityGroups = [] } = props;
    const { groupName, host, instanceTypes, metadata, volume } = settings;
    const template = new BaseLaunchTemplate(this, 'LaunchTemplate', {
      instanceType: instanceTypes[0],
      role: this.role,
      securityGroup: this.securityGroup,
      userData: new FleetUserData({
        ...host,
        clusterName: cluster.clusterName,
        lifecycleHook: { groupName, hookName: HOOK_NAME },
      }),
      requireImdsv2: true,
      httpPutResponseHopLimit: metadata.httpPutResponseHopLimit,
      instanceMetadataTags: metadata.instanceMetadataTags,
      blockDevices: [volume],
      ...(keyPair === undefined ? {} : { keyPair }),
    });
    securityGroups.forEach((one) => {
      template.addSecurityGroup(one);
    });
    return template;
  }

  /** One type on demand needs no policy of mixed instances, which has rules of its own. */
  private instancesOf({ distribution, instanceTypes }: FleetSettings) {
    const { launchTemplate } = this;
    return distribution === undefined
      ? { launchTemplate }
      : {
          mixedInstancesPolicy: {
            launchTemplate,
            instancesDistribution: distribution,
            launchTemplateOverrides: instanceTypes.map((instanceType) => ({ instanceType })),
          },
        };
  }
}
