import { CreateTagsCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { AmiTags } from '../core/ports/amis';

/**
 * The tags of AMIs in any region of this account, and of their snapshots, which are what costs. That a snapshot could not be
 * tagged is reported and no failure: nothing but the bill reads it.
 */
export function ec2AmiTags(report: (message: string, error: unknown) => void): AmiTags {
  return {
    tag: async (region, amiId, tags) => {
      const client = new EC2Client({ region });
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await client.send(new CreateTagsCommand({ Resources: [amiId], Tags }));
      try {
        const Resources = await snapshotsOf(client, amiId);
        if (Resources.length > 0) {
          await client.send(new CreateTagsCommand({ Resources, Tags }));
        }
      } catch (error) {
        report(`The snapshots of ${amiId} in ${region} have no tags`, error);
      }
    },
  };
}

async function snapshotsOf(client: EC2Client, amiId: string): Promise<string[]> {
  const { Images = [] } = await client.send(new DescribeImagesCommand({ ImageIds: [amiId] }));
  const devices = Images.flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings);
  return devices.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
}
