import {
  GetDistributionConfigurationCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  GetInfrastructureConfigurationCommand,
  ImagebuilderClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-imagebuilder';
import { mockClient } from 'aws-sdk-client-mock';
import { inspectImagePipeline } from '../../../lib/aws/doctor/pipeline-inspector';

const client = mockClient(ImagebuilderClient);
const inspector = inspectImagePipeline(new ImagebuilderClient({ region: 'eu-central-1' }), 'eu-central-1');
const ARN = 'arn:aws:imagebuilder:eu-central-1:123456789012:image-pipeline/winbake-2022-core';
beforeEach(() => client.reset());

test('a pipeline with what it builds on, and the key of each region', async () => {
  client
    .on(GetImagePipelineCommand, { imagePipelineArn: ARN })
    .resolves({
      imagePipeline: {
        status: 'ENABLED',
        executionRole: 'arn:aws:iam::123456789012:role/builds',
        infrastructureConfigurationArn: 'arn:infrastructure',
        imageRecipeArn: 'arn:recipe',
        distributionConfigurationArn: 'arn:distribution',
      },
    })
    .on(GetInfrastructureConfigurationCommand, { infrastructureConfigurationArn: 'arn:infrastructure' })
    .resolves({
      infrastructureConfiguration: {
        instanceTypes: ['m6i.xlarge'],
        subnetId: 'subnet-1',
        instanceProfileName: 'profile',
      },
    })
    .on(GetImageRecipeCommand, { imageRecipeArn: 'arn:recipe' })
    .resolves({
      imageRecipe: { blockDeviceMappings: [{ deviceName: '/dev/sda1', ebs: { kmsKeyId: 'arn:key-1' } }] },
    })
    .on(GetDistributionConfigurationCommand, { distributionConfigurationArn: 'arn:distribution' })
    .resolves({
      distributionConfiguration: {
        timeoutMinutes: 360,
        distributions: [
          { region: 'eu-central-1', amiDistributionConfiguration: {} },
          { region: 'eu-west-1', amiDistributionConfiguration: { kmsKeyId: 'arn:key-2' } },
        ],
      },
    });
  expect(await inspector.imagePipeline(ARN)).toEqual({
    isEnabled: true,
    instanceTypes: ['m6i.xlarge'],
    subnetId: 'subnet-1',
    executionRole: 'arn:aws:iam::123456789012:role/builds',
    instanceProfile: 'profile',
    keys: [
      { region: 'eu-central-1', keyId: 'arn:key-1' },
      { region: 'eu-west-1', keyId: 'arn:key-2' },
    ],
  });
});

test('a pipeline that is not there is undefined', async () => {
  client
    .on(GetImagePipelineCommand)
    .rejects(new ResourceNotFoundException({ message: 'none', $metadata: {} }));
  expect(await inspector.imagePipeline(ARN)).toBeUndefined();
});
