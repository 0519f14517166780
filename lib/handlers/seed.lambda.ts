import { SSMClient } from '@aws-sdk/client-ssm';
import { ssmParameterStore } from '../aws/ssm-parameter-store';
import { createSeed } from './seed';

/** Points the channels of a new pipeline to the plain base AMI. */
export const handler = createSeed(
  { parameters: ssmParameterStore(new SSMClient()), now: () => new Date() },
  process.env,
);
