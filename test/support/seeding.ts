import type { SeededPipeline } from '../../lib/contract/names/environment';
import { createSeed, type SeedEvent } from '../../lib/handlers/seed';
import type { DeployedResource, ResourceHandler } from './cloudformation/deployment';
import type { MemoryParameters } from './memory-ports';

/** What the seeds of stacks do to the parameters of the account and region that they are deployed in. */
export function seeding(parameters: MemoryParameters): ResourceHandler {
  const seed = createSeed({ parameters, now: () => new Date('2025-10-01T00:00:00Z') }, {});
  const asked = async (RequestType: SeedEvent['RequestType'], { properties }: DeployedResource) => {
    const ResourceProperties = properties as unknown as SeededPipeline;
    const { PhysicalResourceId } = await seed({ RequestType, ResourceProperties });
    return { reference: PhysicalResourceId };
  };
  return {
    create: (resource) => asked('Create', resource),
    update: (resource) => asked('Update', resource),
    delete: async (resource) => {
      await asked('Delete', resource);
    },
  };
}
