import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { autoScalingFleet } from '../aws/auto-scaling-fleet';
import { ssmParameterStore } from '../aws/ssm-parameter-store';
import { required } from './env';
import { createRollout } from './rollout';

/** Brings a fleet one step nearer to the publication of its channel. */
export const handler = createRollout(
  {
    fleet: autoScalingFleet(new AutoScalingClient(), new EC2Client(), {
      autoScalingGroup: required(process.env, 'WINBAKE_AUTO_SCALING_GROUP'),
      launchTemplateId: required(process.env, 'WINBAKE_LAUNCH_TEMPLATE_ID'),
    }),
    parameters: ssmParameterStore(new SSMClient()),
  },
  process.env,
);
