import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { PipelineSight } from '../core/doctor/pipeline-inspector';
import { seeFleetVolumes } from './see-fleet-volumes';
import { seeFunctions } from './see-functions';
import { seeImagePipeline } from './see-image-pipeline';
import { seeKeysAndAmis } from './see-keys-and-amis';
import { seeNetwork } from './see-network';
import { seeQuotas } from './see-quotas';

/** What AWS tells of a pipeline of a region, with the rights of whoever's credentials this process has. */
export function pipelineSight(region: string): PipelineSight {
  const ec2 = new EC2Client({ region });
  return {
    ...seeFunctions({
      lambda: new LambdaClient({ region }),
      iam: new IAMClient({ region }),
      states: new SFNClient({ region }),
      scheduler: new SchedulerClient({ region }),
    }),
    ...seeImagePipeline(new ImagebuilderClient({ region }), region),
    ...seeNetwork(ec2),
    ...seeQuotas(new ServiceQuotasClient({ region }), ec2),
    ...seeFleetVolumes(new AutoScalingClient({ region }), ec2),
    ...seeKeysAndAmis(),
  };
}
