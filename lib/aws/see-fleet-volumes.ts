import { paginateDescribeAutoScalingGroups, type AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { PipelineSight, SeenFleetVolume } from '../core/doctor/pipeline-inspector';
import { versionsOfGroup } from './versions-of-group';

/** The groups of fleets, by their tag, whose launch template asks for a rate of volume initialization. */
export function seeFleetVolumes(
  client: AutoScalingClient,
  ec2: EC2Client,
): Pick<PipelineSight, 'fleetVolumes'> {
  return {
    fleetVolumes: async () => {
      const found: SeenFleetVolume[] = [];
      const Filters = [{ Name: 'tag-key', Values: ['winbake:fleet'] }];
      for await (const page of paginateDescribeAutoScalingGroups({ client }, { Filters })) {
        for (const group of page.AutoScalingGroups ?? []) {
          const [first] = versionsOfGroup(group);
          const rate = first === undefined ? 0 : await rateOf(ec2, ...first);
          if (rate > 0) {
            found.push({
              group: group.AutoScalingGroupName ?? '',
              mebibytesPerSecond: rate,
              maxSize: group.MaxSize ?? 0,
            });
          }
        }
      }
      return found;
    },
  };
}

async function rateOf(ec2: EC2Client, LaunchTemplateId: string, version: string): Promise<number> {
  const { LaunchTemplateVersions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
  );
  const mappings = LaunchTemplateVersions[0]?.LaunchTemplateData?.BlockDeviceMappings ?? [];
  return mappings.reduce((sum, { Ebs }) => sum + (Ebs?.VolumeInitializationRate ?? 0), 0);
}
