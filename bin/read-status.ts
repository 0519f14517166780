import { SSMClient } from '@aws-sdk/client-ssm';
import { explaining } from '../lib/aws/explain-failure';
import { listPipelines, readPipeline } from '../lib/aws/stores/pipeline-account';
import { readPipelineStatus } from '../lib/core/housekeeping/pipeline-status';
import { operatePorts } from '../lib/handlers/operate';
import { osOf } from '../lib/contract/values/release';
import type { ReadStatus } from './commands/status';
import { signIn } from './pipeline-access';

/** Reads how pipelines stand, with the rights of whoever runs the command. */
export const readStatus: ReadStatus = async (place, name) => {
  const { caller, region } = await signIn(place);
  const ssm = new SSMClient({ region });
  return explaining({ doing: `read the state of ${name ?? 'the pipelines'}`, region }, async () => {
    const names = name === undefined ? await listPipelines(ssm, place.prefix) : [name];
    return Promise.all(
      names.map(async (one) => {
        const description = await readPipeline(ssm, place.prefix, one, caller, region);
        return readPipelineStatus(operatePorts(description), description, osOf(description.os).release);
      }),
    );
  });
};
