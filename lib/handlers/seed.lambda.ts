import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { stepFunctionsRebakes } from '../aws/step-functions';
import { ssmParameterStore } from '../aws/stores/ssm-parameter-store';
import { createLog, withLog } from './log';
import { createSeed } from './seed';

/** Points the channels of a new pipeline to the plain base AMI. */
export const handler = withLog(
  createLog({ parameterPath: process.env['WINBAKE_PARAMETER_PATH'] }),
  createSeed(
    {
      parameters: ssmParameterStore(new SSMClient()),
      rebakes: stepFunctionsRebakes(new SFNClient()),
      now: () => new Date(),
    },
    process.env,
  ),
  ({ PhysicalResourceId }) => ({ seeded: PhysicalResourceId }),
);
