import {
  AutoScalingServiceException,
  type DescribeAutoScalingGroupsCommandInput,
  type DescribeAutoScalingGroupsCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import type {
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  DescribeLaunchTemplateVersionsCommandInput,
  DescribeLaunchTemplateVersionsCommandOutput,
} from '@aws-sdk/client-ec2';
import { page } from '../account/provenance';
import { SimulatedEc2 } from '../account/services/ec2';
import { operation, type Call, type SimulatedService } from '../account/simulated-service';
import type { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import type { VirtualClock } from '../clock/virtual-clock';

const EC2 = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_';
const AUTO_SCALING = 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_';

/** A fleet, and the function that rolls it out. */
interface ShownFleet {
  readonly fleet: SimulatedFleet;
  readonly rollout: { readonly arn: string; readonly environment: Readonly<Record<string, string>> };
}

/** What the SDK is shown of fleets that are simulated at ports: all that keeps an AMI in use. Goes with those ports. */
export class FleetReads {
  private fleets: readonly ShownFleet[] = [];

  constructor(private readonly clock: VirtualClock) {}

  readonly ec2 = new SimulatedEc2({
    DescribeInstances: operation<DescribeInstancesCommandInput, DescribeInstancesCommandOutput>(
      page(`${EC2}DescribeInstances.html`),
      (call) => ({
        Reservations: this.here(call).map(({ instances }) => ({
          Instances: instances.map(({ amiId, id }) => ({ InstanceId: id, ImageId: amiId })),
        })),
      }),
    ),
    DescribeLaunchTemplateVersions: operation<
      DescribeLaunchTemplateVersionsCommandInput,
      DescribeLaunchTemplateVersionsCommandOutput
    >(page(`${EC2}DescribeLaunchTemplateVersions.html`), (call) => {
      const { LaunchTemplateId, Versions = [] } = call.input;
      const found = this.here(call).filter(
        ({ launchTemplateId }) => (LaunchTemplateId ?? launchTemplateId) === launchTemplateId,
      );
      return {
        LaunchTemplateVersions: found.flatMap(({ group, launchTemplateId }) =>
          Versions.map((version) =>
            version === '$Latest' ? String(group.versions.size) : version === '$Default' ? '1' : version,
          ).map((version) => ({
            LaunchTemplateId: launchTemplateId,
            LaunchTemplateName: launchTemplateId,
            VersionNumber: Number(version),
            LaunchTemplateData: { ImageId: group.amiOf(version) },
          })),
        ),
      };
    }),
  });

  readonly autoScaling: SimulatedService = {
    id: 'auto-scaling',
    ServiceException: AutoScalingServiceException,
    operations: {
      DescribeAutoScalingGroups: operation<
        DescribeAutoScalingGroupsCommandInput,
        DescribeAutoScalingGroupsCommandOutput
      >(page(`${AUTO_SCALING}DescribeAutoScalingGroups.html`), (call) => ({
        AutoScalingGroups: this.here(call).map(({ group, groupName, launchTemplateId }) => ({
          AutoScalingGroupName: groupName,
          MinSize: 0,
          MaxSize: 0,
          DesiredCapacity: group.instances.length,
          DefaultCooldown: 300,
          AvailabilityZones: [],
          HealthCheckType: 'EC2',
          CreatedTime: this.clock.now(),
          LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: group.version },
          Instances: group.instances.map(({ id, version }) => ({
            InstanceId: id,
            AvailabilityZone: '',
            LifecycleState: 'InService' as const,
            HealthStatus: 'Healthy',
            ProtectedFromScaleIn: false,
            LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: version },
          })),
        })),
      })),
    },
  };

  /** Shows fleets from now on. */
  show(fleets: readonly ShownFleet[]): void {
    this.fleets = fleets;
    this.ec2.images.lastLaunch = (amiId) => {
      const times = fleets.flatMap(({ fleet }) => fleet.group.launchesOf(amiId));
      return times.length === 0 ? undefined : new Date(Math.max(...times));
    };
  }

  private here({ place }: Pick<Call, 'place'>) {
    return this.fleets
      .filter(({ rollout: { arn } }) => {
        const [, , , region, account] = arn.split(':');
        return account === place.account && region === place.region;
      })
      .map(({ fleet, rollout: { environment } }) => ({
        instances: fleet.instances,
        group: fleet.group,
        groupName: environment['WINBAKE_AUTO_SCALING_GROUP'] ?? '',
        launchTemplateId: environment['WINBAKE_LAUNCH_TEMPLATE_ID'] ?? '',
      }));
  }
}
