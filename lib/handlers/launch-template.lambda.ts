import { setTimeout as sleep } from 'node:timers/promises';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { autoScalingFleet, fleetDeployment } from '../aws/fleets/auto-scaling-fleet';
import { findFleetGroup } from '../aws/fleets/group-launch';
import { ssmParameterStore } from '../aws/stores/ssm-parameter-store';
import { required } from '../contract/names/environment';
import { createLaunchTemplate, type LaunchTemplateEvent } from './launch-template';
import { createLog, withLog } from './log';

const autoScaling = new AutoScalingClient();

async function cloneForDeployment(event: LaunchTemplateEvent) {
  const group = await findFleetGroup(autoScaling, required(process.env, 'WINBAKE_FLEET'));
  const control = autoScalingFleet(autoScaling, new EC2Client(), {
    autoScalingGroup: group ?? '',
    launchTemplateId: required(process.env, 'WINBAKE_LAUNCH_TEMPLATE_ID'),
  });
  const ports = {
    control,
    ...fleetDeployment(new CloudFormationClient(), control, { group, stackId: event.StackId }),
    now: () => new Date(),
    parameters: ssmParameterStore(new SSMClient()),
    sleep: async (seconds: number) => {
      await sleep(seconds * 1000);
    },
  };
  return createLaunchTemplate(ports, process.env)(event);
}

/** Clones a deployment's launch template with the AMI that the fleet runs. */
export const handler = withLog(
  createLog({ fleet: process.env['WINBAKE_FLEET'] }),
  cloneForDeployment,
  ({ Data }) => ({ ...Data }),
);
