import {
  DescribeAutoScalingGroupsCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingClient,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateVersionCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { FleetControl } from '../core/ports/fleets';
import { amiOfVersion, amisOfInstances } from './group-amis';
import { launchOf, versionOf, type FleetNames } from './group-launch';
import { instanceRefreshes } from './instance-refreshes';

/** A fleet on EC2 Auto Scaling. */
export function autoScalingFleet(
  autoScaling: AutoScalingClient,
  ec2: EC2Client,
  names: FleetNames,
): FleetControl {
  const AutoScalingGroupName = names.autoScalingGroup;
  const LaunchTemplateId = names.launchTemplateId;
  const described = async (): Promise<AutoScalingGroup | undefined> => {
    const answer = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
    );
    return answer.AutoScalingGroups?.[0];
  };
  return {
    describeGroup: async () => {
      const group = await described();
      const version = versionOf(group);
      if (version === undefined) {
        throw new Error(
          `The Auto Scaling group ${AutoScalingGroupName} has no numbered launch template version.`,
        );
      }
      return {
        launchTemplateVersion: version,
        amiId: await amiOfVersion(ec2, LaunchTemplateId, version),
        desiredCapacity: group?.DesiredCapacity ?? 0,
        instances: await amisOfInstances(
          ec2,
          (group?.Instances ?? []).flatMap((one) => one.InstanceId ?? []),
        ),
      };
    },
    ...instanceRefreshes(autoScaling, names, described),
    createLaunchTemplateVersion: async (SourceVersion, ImageId, VersionDescription) => {
      const answer = await ec2.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateId,
          SourceVersion,
          VersionDescription,
          // The same wish twice, after a look that ended in between, is one version.
          ClientToken: `${VersionDescription}-${SourceVersion}-${ImageId}`.replaceAll(' ', '-'),
          LaunchTemplateData: { ImageId },
        }),
      );
      return String(answer.LaunchTemplateVersion?.VersionNumber);
    },
    useLaunchTemplateVersion: async (Version) => {
      const launch = launchOf(await described(), { LaunchTemplateId, Version });
      await autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...launch }));
    },
  };
}
