import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Context } from 'aws-lambda';
import { autoScalingFleet } from '../aws/fleets/auto-scaling-fleet';
import { ecsContainerHosts } from '../aws/fleets/ecs-container-hosts';
import { snsNotifier } from '../aws/notices';
import { ssmParameterStore, ssmVersionedParameters } from '../aws/stores/ssm-parameter-store';
import { required } from '../contract/names/environment';
import { createLog, embeddedMetrics, withLog } from './log';
import { createRollout } from './rollout';

const fleet = required(process.env, 'WINBAKE_FLEET');
const log = createLog({ fleet });

const { WINBAKE_TOPIC_ARN: topicArn = '' } = process.env;

const ssm = new SSMClient();

const rollout = withLog(
  log,
  createRollout(
    {
      control: autoScalingFleet(new AutoScalingClient(), new EC2Client(), {
        autoScalingGroup: required(process.env, 'WINBAKE_AUTO_SCALING_GROUP'),
        launchTemplateId: required(process.env, 'WINBAKE_LAUNCH_TEMPLATE_ID'),
      }),
      hosts: ecsContainerHosts(new ECSClient(), required(process.env, 'WINBAKE_CLUSTER')),
      parameters: ssmParameterStore(ssm),
      leases: ssmVersionedParameters(ssm),
      notifier:
        topicArn === ''
          ? {
              notify: (subject, text) => {
                log.info(subject, { text });
                return Promise.resolve();
              },
            }
          : snsNotifier(new SNSClient(), topicArn),
      now: () => new Date(),
      log,
      metrics: embeddedMetrics({ Fleet: fleet }),
    },
    process.env,
  ),
);

/** Brings a fleet one step nearer to the publication of its channel. */
export const handler = (_event: unknown, { awsRequestId }: Pick<Context, 'awsRequestId'>) =>
  rollout(awsRequestId);
