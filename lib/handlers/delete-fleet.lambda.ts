import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { fleetDeletion } from '../aws/fleets/fleet-deletion';
import { createDeleteFleet } from './delete-fleet';
import { required } from '../contract/names/environment';
import { createLog, withLog } from './log';

const log = createLog({ fleet: process.env['WINBAKE_FLEET'] });

/** Deletes a fleet's group when its stack is deleted. */
export const handler = withLog(
  log,
  createDeleteFleet(
    {
      deletion: fleetDeletion(
        { autoScaling: new AutoScalingClient(), ec2: new EC2Client(), ecs: new ECSClient() },
        {
          autoScalingGroup: required(process.env, 'WINBAKE_AUTO_SCALING_GROUP'),
          cluster: required(process.env, 'WINBAKE_CLUSTER'),
        },
      ),
      log,
      now: () => new Date(),
    },
    process.env,
  ),
);
