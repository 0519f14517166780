import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { ssmParameterStore } from '../aws/stores/ssm-parameter-store';
import { stepFunctionsRebakes } from '../aws/step-functions';
import { createLog } from './log';
import { createSeed } from './seed';
import { withLog } from './with-log';

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
