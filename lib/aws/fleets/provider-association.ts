import {
  ClusterNotFoundException,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  InvalidParameterException,
  PutClusterCapacityProvidersCommand,
  ResourceInUseException,
  UpdateInProgressException,
  type ECSClient,
} from '@aws-sdk/client-ecs';
import { ASSOCIATION_TAG } from '../../contract/names/resources';
import type { ProviderAssociation } from '../../core/ports/fleets';

/** A capacity provider and its cluster on ECS. */
export function providerAssociation(
  ecs: ECSClient,
  { cluster, provider }: { readonly cluster: string; readonly provider: string },
): ProviderAssociation {
  return {
    describeCluster: async () => {
      const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
      const found = clusters.find(({ status }) => status === 'ACTIVE');
      return (
        found && {
          providers: found.capacityProviders ?? [],
          defaultStrategy: (found.defaultCapacityProviderStrategy ?? []).map((one) => ({
            ...one,
            capacityProvider: one.capacityProvider ?? '',
          })),
          status: found.attachmentsStatus,
        }
      );
    },
    associatedBy: async () => {
      const request = { capacityProviders: [provider], include: ['TAGS' as const] };
      const { capacityProviders = [] } = await ecs.send(new DescribeCapacityProvidersCommand(request));
      return capacityProviders[0]?.tags?.find(({ key }) => key === ASSOCIATION_TAG)?.value;
    },
    putProviders: async ({ defaultStrategy, providers }) => {
      const request = {
        cluster,
        capacityProviders: [...providers],
        defaultCapacityProviderStrategy: defaultStrategy.map((one) => ({ ...one })),
      };
      try {
        await ecs.send(new PutClusterCapacityProvidersCommand(request));
        return undefined;
      } catch (error) {
        if (isOfTheMoment(error)) {
          return error.message;
        }
        throw error;
      }
    },
  };
}

/**
 * Whether ECS may take the same a little later. A provider is not yet active right after it was made.
 * @see https://github.com/hashicorp/terraform-provider-aws/pull/45567
 */
function isOfTheMoment(error: unknown): error is Error {
  return (
    error instanceof UpdateInProgressException ||
    error instanceof ResourceInUseException ||
    error instanceof ClusterNotFoundException ||
    (error instanceof InvalidParameterException && error.message.includes('not in an ACTIVE state'))
  );
}
