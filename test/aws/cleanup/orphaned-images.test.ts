import {
  DeleteImageCommand,
  ImagebuilderClient,
  ListImageBuildVersionsCommand,
  ListImagesCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-imagebuilder';
import { mockClient } from 'aws-sdk-client-mock';
import { orphanedImages } from '../../../lib/aws/cleanup/orphaned-resources';

const mock = mockClient(ImagebuilderClient);
const left = orphanedImages(new ImagebuilderClient({ region: 'eu-central-1' }), 'winbake-2022-core');
const VERSION = 'arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.3';
beforeEach(() => mock.reset());

test('every build of every version is found, with its AMIs', async () => {
  mock
    .on(ListImagesCommand, { owner: 'Self', filters: [{ name: 'name', values: ['winbake-2022-core'] }] })
    .resolvesOnce({ imageVersionList: [{ arn: VERSION }], nextToken: 'more' })
    .resolves({ imageVersionList: [] })
    .on(ListImageBuildVersionsCommand, { imageVersionArn: VERSION })
    .resolves({
      imageSummaryList: [
        {
          arn: `${VERSION}/1`,
          outputResources: { amis: [{ region: 'eu-central-1', image: 'ami-1' }, { region: 'eu-west-1' }] },
        },
        { arn: `${VERSION}/2` },
      ],
    });
  expect(await left.images()).toEqual([
    { arn: `${VERSION}/1`, amiIds: ['ami-1'] },
    { arn: `${VERSION}/2`, amiIds: [] },
  ]);
});

test('deleting what is gone changes nothing, and every other failure is one', async () => {
  mock
    .on(DeleteImageCommand, { imageBuildVersionArn: `${VERSION}/1` })
    .rejectsOnce(new ResourceNotFoundException({ message: 'none', $metadata: {} }))
    .rejects(new Error('throttled'));
  await left.deleteImage(`${VERSION}/1`);
  await expect(left.deleteImage(`${VERSION}/1`)).rejects.toThrow('throttled');
});
