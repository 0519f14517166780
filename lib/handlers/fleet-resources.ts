import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { fleetDeletion, providerAssociation } from '../aws/fleets/fleet-resources';
import type { AssociatedProvider, DeletedFleet } from '../contract/names/environment';
import { DELETION_TAG, DRAIN_TAG } from '../contract/names/resources';
import { associateProvider, deleteFleet, endStoppingTasks } from '../core/fleet/fleet-resources';
import type { FleetDeletion, ProviderAssociation } from '../core/ports/fleets';
import { cloneForDeployment, type LaunchTemplateAnswer, type LaunchTemplateEvent } from './launch-template';
import { createLog, type Log, withLog } from './log';
import { LAMBDA, type Runtime, untilTaken } from './runtime';

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
function associateWithCluster({ now, write }: Pick<Runtime, 'now' | 'write'>) {
  const ecs = new ECSClient();
  return (event: AssociateProviderEvent): Promise<AssociateProviderAnswer> => {
    const { CapacityProvider: provider, Cluster: cluster, Fleet: fleet } = event.ResourceProperties;
    const association = providerAssociation(ecs, { cluster, provider });
    return createAssociateProvider({ association, log: createLog({ fleet }, write), now })(event);
  };
}

/** A request of the custom resource, as far as it is read. */
export interface DeleteFleetEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: DeletedFleet;
  /** Absent at first. */
  readonly PhysicalResourceId?: string;
  /** What the function answered to the request itself; absent there. */
  readonly DrainUntil?: string;
}

/** To the request: when the drain ends. To a poll: whether all is done. */
export type DeleteFleetAnswer =
  | {
      readonly PhysicalResourceId: string;
      readonly DrainUntil: string;
      readonly Data?: { readonly CapacityProvider: string };
    }
  | { readonly IsComplete: boolean };

/** What the function works with. */
export interface DeleteFleetPorts {
  readonly deletion: FleetDeletion;
  /** What one poll does: delete the group, unless said. */
  readonly step?: typeof deleteFleet;
  readonly log: Log;
  readonly now: () => Date;
}

/**
 * Makes what deletes a fleet's group over its ports. It answers the custom resource's request and is then polled; the end of the drain
 * goes from one to the other. A poll that fails is logged and
 * repeated: the provider cannot report an error of the last poll to CloudFormation, and the stack would wait for its hour.
 */
export function createDeleteFleet({ deletion, log, now, step: next = deleteFleet }: DeleteFleetPorts) {
  return async (event: DeleteFleetEvent): Promise<DeleteFleetAnswer> => {
    const { CapacityProvider, DeletionId: id, DeleteDrainSeconds } = event.ResourceProperties;
    if (event.DrainUntil === undefined) {
      return {
        PhysicalResourceId: event.PhysicalResourceId ?? id,
        DrainUntil: new Date(now().getTime() + Number(DeleteDrainSeconds) * 1000).toISOString(),
        ...(CapacityProvider === undefined ? {} : { Data: { CapacityProvider } }),
      };
    }
    if (event.RequestType !== 'Delete') {
      return { IsComplete: true };
    }
    try {
      const step = await next(deletion, { id, drainUntil: new Date(event.DrainUntil) }, now());
      log.info('Deleting the fleet', { step });
      return { IsComplete: step.kind === 'done' };
    } catch (error) {
      log.error('Failed; tried again', error);
      return { IsComplete: false };
    }
  };
}

/** The same on the services of AWS, and what ends stopping tasks before. */
export function deleteWithStack({ now, write }: Pick<Runtime, 'now' | 'write'>) {
  const clients = { autoScaling: new AutoScalingClient(), ec2: new EC2Client(), ecs: new ECSClient() };
  const by = (tag: string, step: typeof deleteFleet) => (event: DeleteFleetEvent) => {
    const { AutoScalingGroup: autoScalingGroup, Cluster: cluster, Fleet: fleet } = event.ResourceProperties;
    const deletion = fleetDeletion(clients, { autoScalingGroup, cluster, tag });
    return createDeleteFleet({ deletion, step, log: createLog({ fleet }, write), now })(event);
  };
  return { remove: by(DELETION_TAG, deleteFleet), drain: by(DRAIN_TAG, endStoppingTasks) };
}

/** A request of a custom resource of a fleet, or a poll of one: that has what was answered to the request. */
type FleetResourceEvent =
  | ({ readonly ResourceType: 'Custom::WinbakeLaunchTemplate' } & LaunchTemplateEvent & {
        readonly IsComplete?: boolean;
      })
  | ({ readonly ResourceType: 'Custom::WinbakeFleetDeletion' } & DeleteFleetEvent)
  | ({ readonly ResourceType: 'Custom::WinbakeFleetDrain' } & DeleteFleetEvent)
  | ({ readonly ResourceType: 'Custom::WinbakeProviderAssociation' } & AssociateProviderEvent);

/** What a launch template is answered; it is complete at once, so that its first poll is its last. */
type CompleteAnswer = Partial<LaunchTemplateAnswer> & { readonly IsComplete: true };

/**
 * The function behind the custom resources of a stack's fleets, on the services of AWS: clones launch templates with the AMIs
 * that fleets run, ends stopping tasks and deletes the groups of fleets that go, and associates capacity providers with clusters of
 * other stacks.
 */
export function create(_environment: NodeJS.ProcessEnv, runtime: Runtime = LAMBDA) {
  const clone = untilTaken(runtime.sleep, cloneForDeployment(runtime));
  const { drain, remove } = deleteWithStack(runtime);
  const associate = untilTaken(runtime.sleep, associateWithCluster(runtime));
  const answer = async (
    event: FleetResourceEvent,
  ): Promise<CompleteAnswer | DeleteFleetAnswer | AssociateProviderAnswer> => {
    if (event.ResourceType === 'Custom::WinbakeFleetDeletion') {
      return remove(event);
    }
    if (event.ResourceType === 'Custom::WinbakeFleetDrain') {
      return drain(event);
    }
    if (event.ResourceType === 'Custom::WinbakeProviderAssociation') {
      return associate(event);
    }
    return event.IsComplete === true ? { IsComplete: true } : { ...(await clone(event)), IsComplete: true };
  };
  return withLog(createLog({}, runtime.write), answer);
}
