import {
  DeleteImageCommand,
  ResourceNotFoundException,
  paginateListImageBuildVersions,
  paginateListImages,
  type ImagebuilderClient,
} from '@aws-sdk/client-imagebuilder';
import type { LeftImage, Remains } from '../core/cleanup/orphaned-resources';
import { absentWhere } from './absent-where';

/**
 * The image build versions of a name. Deleting one leaves its AMI.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_DeleteImage.html
 */
export function leftImages(
  client: ImagebuilderClient,
  name: string,
): Pick<Remains, 'images' | 'deleteImage'> {
  return {
    images: async () => {
      const found: LeftImage[] = [];
      const request = { owner: 'Self' as const, filters: [{ name: 'name', values: [name] }] };
      for await (const page of paginateListImages({ client }, request)) {
        for (const { arn: imageVersionArn } of page.imageVersionList ?? []) {
          for await (const builds of paginateListImageBuildVersions({ client }, { imageVersionArn })) {
            found.push(
              ...(builds.imageSummaryList ?? []).map(({ arn = '', outputResources }) => ({
                arn,
                amiIds: (outputResources?.amis ?? []).flatMap(({ image }) => image ?? []),
              })),
            );
          }
        }
      }
      return found;
    },
    deleteImage: async (imageBuildVersionArn) => {
      await absentWhere(ResourceNotFoundException, () =>
        client.send(new DeleteImageCommand({ imageBuildVersionArn })),
      );
    },
  };
}
