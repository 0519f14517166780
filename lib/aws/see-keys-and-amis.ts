import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient, NotFoundException } from '@aws-sdk/client-kms';
import type { PipelineSight } from '../core/doctor/pipeline-inspector';
import { absentWhere } from './absent-where';

/** Keys and AMIs, each in its own region. */
export function seeKeysAndAmis(
  ec2In = (region: string) => new EC2Client({ region }),
  kmsIn = (region: string) => new KMSClient({ region }),
): Pick<PipelineSight, 'keyOf' | 'amiState'> {
  return {
    keyOf: (region, keyId) =>
      absentWhere(NotFoundException, async () => {
        const kms = kmsIn(region);
        const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
        const { Policy = '' } = await kms.send(
          new GetKeyPolicyCommand({ KeyId: KeyMetadata?.KeyId, PolicyName: 'default' }),
        );
        return { state: KeyMetadata?.KeyState ?? '', policy: Policy };
      }),
    amiState: async (region, amiId) => {
      // By a filter: asked for by its id an AMI that does not exist is an error.
      const { Images = [] } = await ec2In(region).send(
        new DescribeImagesCommand({
          Filters: [{ Name: 'image-id', Values: [amiId] }],
          IncludeDeprecated: true,
        }),
      );
      return Images[0]?.State;
    },
  };
}
