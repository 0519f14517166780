import type { PipelineDescription, PublicationTarget } from '../contracts/pipeline-description';
import type { ParameterStore } from '../ports/parameter-store';
import type { ParameterStores } from '../ports/parameter-stores';

/** The path of a pipeline's parameters, such as `/winbake/2022-core`. */
export function pipelinePath({ parameterPrefix, pipeline }: PipelineDescription): string {
  return `${parameterPrefix}/${pipeline}`;
}

/** The account and region of the pipeline itself, whose channels all others follow. */
export function homeOf({ account, region }: PipelineDescription): PublicationTarget {
  return { account, region };
}

/** The other accounts and regions that publications go to. */
export function awayTargets({ account, region, targets }: PipelineDescription): readonly PublicationTarget[] {
  return targets.filter((target) => target.account !== account || target.region !== region);
}

/** The parameters of the pipeline's own account and region. */
export function homeParameters(
  stores: ParameterStores,
  description: PipelineDescription,
): Promise<ParameterStore> {
  return stores.of(homeOf(description));
}

/** A target in a key or a message. */
export function targetName({ account, region }: PublicationTarget): string {
  return `${account}/${region}`;
}
