import { Tags, Validations } from 'aws-cdk-lib';
import { AutoScalingGroup, type CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { BaseLaunchTemplate } from './base-launch-template';
import { FleetRole } from './fleet-role';
import type { FleetSettings } from './fleet-settings';
import { FleetUserData } from './fleet-user-data';
import { LiveLaunchTemplate } from './live-launch-template';
import type { WindowsAmi } from './windows-ami';

/** What the group starts, and where. */
export interface FleetGroupProps {
  readonly settings: FleetSettings;
  readonly cluster: Cluster;
  readonly ami: WindowsAmi;
  /** The parameter that the fleet keeps its state in. */
  readonly stateParameter: string;
  readonly vpcSubnets?: SubnetSelection;
}

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
    ami._deployBefore(this);
    const { vpc } = cluster;
    this.role = new FleetRole(this, 'InstanceRole');
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Instances of the Winbake fleet ${settings.fleetName}`,
    });
    this.launchTemplate = new BaseLaunchTemplate(this, 'LaunchTemplate', {
      instanceType: settings.instanceType,
      role: this.role,
      securityGroup: this.securityGroup,
      userData: new FleetUserData({ clusterName: cluster.clusterName }),
      requireImdsv2: true,
      blockDevices: [
        {
          deviceName: '/dev/sda1',
          volume: BlockDeviceVolume.ebs(settings.volumeSize.toGibibytes(), {
            volumeType: EbsDeviceVolumeType.GP3,
            encrypted: true,
          }),
        },
      ],
    });
    this.group = new AutoScalingGroup(this, 'Group', {
      vpc,
      autoScalingGroupName: settings.groupName,
      launchTemplate: this.launchTemplate,
      minCapacity: settings.minCapacity,
      maxCapacity: settings.maxCapacity,
      newInstancesProtectedFromScaleIn: true,
      ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    });
    const group = this.group.node.defaultChild as CfnAutoScalingGroup;
    const { version } = new LiveLaunchTemplate(this, 'Live', {
      settings,
      ami,
      stateParameter,
      base: this.launchTemplate,
      group,
    });
    group.addPropertyOverride('LaunchTemplate.Version', version);
    Tags.of(this.group).add('winbake:fleet', settings.fleetName);
    Validations.of(this.group).acknowledge({
      id: 'AwsSolutions-AS3',
      reason:
        'ECS scales the group and drains its instances; a mail for each start and end would tell an operator nothing.',
    });
  }
}
