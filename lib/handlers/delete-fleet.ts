import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { fleetDeletion } from '../aws/fleets/fleet-deletion';
import { deleteFleet } from '../core/fleet/delete-fleet';
import type { FleetDeletion } from '../core/ports/fleets';
import type { DeletedFleet } from '../contract/names/environment';
import { createLog, type Log } from './log';
import type { Runtime } from './runtime';

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
  { readonly PhysicalResourceId: string; readonly DrainUntil: string } | { readonly IsComplete: boolean };

/** What the function works with. */
export interface DeleteFleetPorts {
  readonly deletion: FleetDeletion;
  readonly log: Log;
  readonly now: () => Date;
}

/**
 * Makes what deletes a fleet's group over its ports. It answers the custom resource's request and is then polled; the end of the drain
 * goes from one to the other. A poll that fails is logged and
 * repeated: the provider cannot report an error of the last poll to CloudFormation, and the stack would wait for its hour.
 */
export function createDeleteFleet({ deletion, log, now }: DeleteFleetPorts) {
  return async (event: DeleteFleetEvent): Promise<DeleteFleetAnswer> => {
    const { DeletionId: id, DeleteDrainSeconds } = event.ResourceProperties;
    if (event.DrainUntil === undefined) {
      return {
        PhysicalResourceId: event.PhysicalResourceId ?? id,
        DrainUntil: new Date(now().getTime() + Number(DeleteDrainSeconds) * 1000).toISOString(),
      };
    }
    if (event.RequestType !== 'Delete') {
      return { IsComplete: true };
    }
    try {
      const step = await deleteFleet(deletion, { id, drainUntil: new Date(event.DrainUntil) }, now());
      log.info('Deleting the fleet', { step });
      return { IsComplete: step.kind === 'done' };
    } catch (error) {
      log.error('Failed; tried again', error);
      return { IsComplete: false };
    }
  };
}

/** The same on the services of AWS. */
export function deleteWithStack({ now, write }: Pick<Runtime, 'now' | 'write'>) {
  const clients = { autoScaling: new AutoScalingClient(), ec2: new EC2Client(), ecs: new ECSClient() };
  return (event: DeleteFleetEvent): Promise<DeleteFleetAnswer> => {
    const { AutoScalingGroup: autoScalingGroup, Cluster: cluster, Fleet: fleet } = event.ResourceProperties;
    const deletion = fleetDeletion(clients, { autoScalingGroup, cluster });
    return createDeleteFleet({ deletion, log: createLog({ fleet }, write), now })(event);
  };
}
