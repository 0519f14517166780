import { CreateTagsCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { AmiTags } from '../core/ports/ami-tags';

/** The tags of AMIs in any region of this account. */
export function ec2AmiTags(): AmiTags {
  return {
    tag: async (region, amiId, tags) => {
      const client = new EC2Client({ region });
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await client.send(new CreateTagsCommand({ Resources: [amiId], Tags }));
    },
  };
}
