import { Tags, Validations } from 'aws-cdk-lib';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  LaunchTemplate,
  SecurityGroup,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import type { Cluster } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { FleetRole } from './fleet-role';
import type { FleetSettings } from './fleet-settings';
import { FleetUserData } from './fleet-user-data';
import type { WindowsAmi } from './windows-ami';

/** What the group starts, and where. */
export interface FleetGroupProps {
  readonly settings: FleetSettings;
  readonly cluster: Cluster;
  readonly ami: WindowsAmi;
  readonly vpcSubnets?: SubnetSelection;
}

/** The Auto Scaling group of a fleet and its launch template. The group starts from a numbered version, never from the newest. */
export class FleetGroup extends Construct {
  public readonly group: AutoScalingGroup;
  public readonly launchTemplate: LaunchTemplate;
  public readonly role: FleetRole;
  public readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { settings, cluster, ami, vpcSubnets }: FleetGroupProps) {
    super(scope, id);
    const { vpc } = cluster;
    this.role = new FleetRole(this, 'InstanceRole');
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Instances of the Winbake fleet ${settings.fleetName}`,
    });
    this.launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', {
      machineImage: ami,
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
      launchTemplate: this.launchTemplate,
      minCapacity: settings.minCapacity,
      maxCapacity: settings.maxCapacity,
      newInstancesProtectedFromScaleIn: true,
      ...(vpcSubnets === undefined ? {} : { vpcSubnets }),
    });
    Tags.of(this.group).add('winbake:fleet', settings.fleetName);
    Validations.of(this.group).acknowledge({
      id: 'AwsSolutions-AS3',
      reason:
        'ECS scales the group and drains its instances; a mail for each start and end would tell an operator nothing.',
    });
  }
}
