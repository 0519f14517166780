import { explaining } from '../lib/aws/explain-failure';
import { enabledRegions, pipelineRemains } from '../lib/aws/cleanup/orphaned-resources';
import { applyDestroy, readDestroyPlan } from '../lib/core/cleanup/destroy';
import type { OpenRemains } from './commands/destroy';
import { signIn } from './pipeline-access';

/** Finds what a deleted stack has left, with the rights of whoever runs the command. */
export const openRemains: OpenRemains = async (options) => {
  const { caller, region } = await signIn(options);
  const place = { doing: `destroy ${options.pipeline}`, region };
  const [, partition = 'aws'] = caller.arn.split(':');
  const regions = await explaining(place, async () => {
    const wanted = options.regions ?? (await enabledRegions(region));
    return [...new Set([region, ...wanted])];
  });
  const destroyed = {
    pipeline: options.pipeline,
    parameterPrefix: options.prefix,
    account: caller.account,
    region,
    regions,
    nothingElsewhere: options.nothingElsewhere === true,
  };
  const remains = pipelineRemains({ ...destroyed, partition, bucket: options.bucket });
  return {
    account: caller.account,
    region,
    plan: () => explaining(place, () => readDestroyPlan(remains, destroyed)),
    apply: (plan) => explaining(place, () => applyDestroy(remains, destroyed, plan)),
  };
};
