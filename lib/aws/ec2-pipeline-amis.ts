import { DeregisterImageCommand, DescribeImageAttributeCommand, EnableImageDeprecationCommand, paginateDescribeImages, type EC2Client, type Image } from '@aws-sdk/client-ec2';
import type { BakedAmi, AmiInventory } from '../core/ports/amis';

/** The AMIs of one pipeline in the regions of its own account. */
export function ec2PipelineAmis(
  clientIn: (region: string) => EC2Client,
  pipeline: string,
): Pick<AmiInventory, 'amisIn' | 'deprecate' | 'remove'> {
  return {
    amisIn: async (region) => {
      const client = clientIn(region);
      const amis: BakedAmi[] = [];
      const request = {
        Owners: ['self'],
        Filters: [{ Name: 'tag:winbake:pipeline', Values: [pipeline] }],
        IncludeDeprecated: true,
      };
      for await (const page of paginateDescribeImages({ client }, request)) {
        for (const image of page.Images ?? []) {
          amis.push(await bakedAmi(client, region, image));
        }
      }
      return amis;
    },
    deprecate: async (region, ImageId, at) => {
      await clientIn(region).send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt: soon(at) }));
    },
    remove: async (region, ImageId) => {
      try {
        await clientIn(region).send(new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }));
      } catch (error) {
        if (!isGone(error)) {
          throw error;
        }
      }
    },
  };
}

async function bakedAmi(client: EC2Client, region: string, image: Image): Promise<BakedAmi> {
  const amiId = image.ImageId ?? '';
  const { LaunchPermissions = [] } = await client.send(
    new DescribeImageAttributeCommand({ ImageId: amiId, Attribute: 'launchPermission' }),
  );
  return {
    region,
    amiId,
    publication: image.Tags?.find(({ Key }) => Key === 'winbake:publication')?.Value,
    createdAt: new Date(image.CreationDate ?? 0),
    deprecatedAt: dateOf(image.DeprecationTime),
    lastLaunchedAt: dateOf(image.LastLaunchedTime),
    sharedWith: LaunchPermissions.flatMap(
      ({ Group, OrganizationalUnitArn, OrganizationArn, UserId }) =>
        UserId ?? Group ?? OrganizationArn ?? OrganizationalUnitArn ?? [],
    ),
  };
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

/**
 * The service takes only a moment in the future, to the minute.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImageDeprecation.html
 */
function soon(at: Date): Date {
  return new Date(at.getTime() + 2 * 60_000);
}

function isGone(error: unknown): boolean {
  return error instanceof Error && ['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'].includes(error.name);
}
