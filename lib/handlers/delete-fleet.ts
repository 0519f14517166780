import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { fleetDeletion } from '../aws/fleets/fleet-deletion';
import { deleteFleet } from '../core/fleet/delete-fleet';
import type { FleetDeletion } from '../core/ports/fleets';
import { required } from '../contract/names/environment';
import { createLog, withLog, type Log } from './log';
import { LAMBDA, type Runtime } from './runtime';

/** A request of the custom resource, as far as it is read. */
export interface DeleteFleetEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
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
 * Makes the function that deletes a fleet's group over its ports; its environment is `DeleteFleetEnvironment`. It answers the
 * custom resource's request and is then polled; the end of the drain goes from one to the other. A poll that fails is logged and
 * repeated: the provider cannot report an error of the last poll to CloudFormation, and the stack would wait for its hour.
 */
export function createDeleteFleet({ deletion, log, now }: DeleteFleetPorts, environment: NodeJS.ProcessEnv) {
  const id = required(environment, 'WINBAKE_DELETION_ID');
  const drainSeconds = Number(required(environment, 'WINBAKE_DELETE_DRAIN_SECONDS'));
  return async (event: DeleteFleetEvent): Promise<DeleteFleetAnswer> => {
    if (event.DrainUntil === undefined) {
      return {
        PhysicalResourceId: event.PhysicalResourceId ?? id,
        DrainUntil: new Date(now().getTime() + drainSeconds * 1000).toISOString(),
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

/** The delete-fleet function on the services of AWS: deletes a fleet's group when its stack is deleted. */
export function create(environment: NodeJS.ProcessEnv, { now, write }: Runtime = LAMBDA) {
  const log = createLog({ fleet: environment['WINBAKE_FLEET'] }, write);
  const clients = { autoScaling: new AutoScalingClient(), ec2: new EC2Client(), ecs: new ECSClient() };
  const deletion = fleetDeletion(clients, {
    autoScalingGroup: required(environment, 'WINBAKE_AUTO_SCALING_GROUP'),
    cluster: required(environment, 'WINBAKE_CLUSTER'),
  });
  return withLog(log, createDeleteFleet({ deletion, log, now }, environment));
}
