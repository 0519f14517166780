import { ECSClient } from '@aws-sdk/client-ecs';
import { providerAssociation } from '../aws/fleets/provider-association';
import { associateProvider } from '../core/fleet/associate-provider';
import type { ProviderAssociation } from '../core/ports/fleets';
import type { AssociatedProvider } from '../contract/names/environment';
import { createLog, type Log } from './log';
import type { Runtime } from './runtime';

/** A request of the custom resource, as far as it is read. */
export interface AssociateProviderEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: AssociatedProvider;
  /** Absent at first. */
  readonly PhysicalResourceId?: string;
  /** What the function answered to the request itself; absent there. */
  readonly Until?: string;
}

/** To the request: how long is tried. To a poll: whether all is done. */
export type AssociateProviderAnswer =
  | {
      readonly PhysicalResourceId: string;
      readonly Until: string;
      readonly Data: { readonly CapacityProvider: string };
    }
  | { readonly IsComplete: boolean };

/** What the function works with. */
export interface AssociateProviderPorts {
  readonly association: ProviderAssociation;
  readonly log: Log;
  readonly now: () => Date;
}

/** Others change a cluster for seconds; tasks that a deleted service has left drain for longer. */
const MINUTES = { associate: 10, dissociate: 40 };

/**
 * Makes what associates a fleet's capacity provider with its cluster, over its ports. It answers the custom resource's request and is
 * then polled. Another cluster or provider is another resource, so that the association of before goes by itself.
 */
export function createAssociateProvider({ association, log, now }: AssociateProviderPorts) {
  return async (event: AssociateProviderEvent): Promise<AssociateProviderAnswer> => {
    const { AssociationId: id, CapacityProvider: provider, Cluster: cluster } = event.ResourceProperties;
    const isDeletion = event.RequestType === 'Delete';
    const change = isDeletion ? 'dissociate' : 'associate';
    if (event.Until === undefined) {
      const own = `${cluster}/${provider}`;
      return {
        PhysicalResourceId: isDeletion ? (event.PhysicalResourceId ?? own) : own,
        Until: new Date(now().getTime() + MINUTES[change] * 60_000).toISOString(),
        Data: { CapacityProvider: provider },
      };
    }
    const request = { cluster, provider, change, id, until: new Date(event.Until) } as const;
    const { isDone, reason } = await associateProvider(association, request, now());
    log.info('Associating the capacity provider', { change, isDone, reason });
    return { IsComplete: isDone };
  };
}

/** The same on the services of AWS. */
export function associateWithCluster({ now, write }: Pick<Runtime, 'now' | 'write'>) {
  const ecs = new ECSClient();
  return (event: AssociateProviderEvent): Promise<AssociateProviderAnswer> => {
    const { CapacityProvider: provider, Cluster: cluster, Fleet: fleet } = event.ResourceProperties;
    const association = providerAssociation(ecs, { cluster, provider });
    return createAssociateProvider({ association, log: createLog({ fleet }, write), now })(event);
  };
}
