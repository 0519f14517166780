import {
  GetDistributionConfigurationCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  GetInfrastructureConfigurationCommand,
  ResourceNotFoundException,
  type ImagebuilderClient,
  type ImagePipeline,
} from '@aws-sdk/client-imagebuilder';
import type { PipelineSight, SeenImagePipeline } from '../core/doctor/pipeline-inspector';
import { absentWhere } from './absent-where';

/** What Image Builder tells of a pipeline; `region` is its own. */
export function seeImagePipeline(
  client: ImagebuilderClient,
  region: string,
): Pick<PipelineSight, 'imagePipeline'> {
  return {
    imagePipeline: (imagePipelineArn) =>
      absentWhere(ResourceNotFoundException, async () => {
        const { imagePipeline = {} } = await client.send(new GetImagePipelineCommand({ imagePipelineArn }));
        const { infrastructureConfigurationArn } = imagePipeline;
        const { infrastructureConfiguration: built } = await client.send(
          new GetInfrastructureConfigurationCommand({ infrastructureConfigurationArn }),
        );
        return {
          isEnabled: imagePipeline.status === 'ENABLED',
          instanceTypes: built?.instanceTypes ?? [],
          subnetId: built?.subnetId,
          executionRole: imagePipeline.executionRole,
          instanceProfile: built?.instanceProfileName,
          keys: await keysOf(client, imagePipeline, region),
        };
      }),
  };
}

/** The recipe's key is that of the pipeline's own region, where the distribution names no other. */
async function keysOf(
  client: ImagebuilderClient,
  { distributionConfigurationArn, imageRecipeArn }: ImagePipeline,
  region: string,
): Promise<SeenImagePipeline['keys']> {
  const { imageRecipe } = await client.send(new GetImageRecipeCommand({ imageRecipeArn }));
  const { distributionConfiguration } = await client.send(
    new GetDistributionConfigurationCommand({ distributionConfigurationArn }),
  );
  const keys = new Map<string, string>();
  for (const { ebs } of imageRecipe?.blockDeviceMappings ?? []) {
    if (ebs?.kmsKeyId !== undefined) {
      keys.set(region, ebs.kmsKeyId);
    }
  }
  for (const one of distributionConfiguration?.distributions ?? []) {
    const keyId = one.amiDistributionConfiguration?.kmsKeyId;
    if (one.region !== undefined && keyId !== undefined) {
      keys.set(one.region, keyId);
    }
  }
  return [...keys].map(([place, keyId]) => ({ region: place, keyId }));
}
