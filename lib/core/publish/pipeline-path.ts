import type {
  PipelineDescription,
  PublicationTarget,
  PublicationTargets,
} from '../contracts/pipeline-description';

/** The path of a pipeline's parameters, such as `/winbake/2022-core`. */
export function pipelinePath({ parameterPrefix, pipeline }: PipelineDescription): string {
  return `${parameterPrefix}/${pipeline}`;
}

/** The account and region of the pipeline itself, whose channels all others follow. */
export function homeOf({ account, region }: PipelineDescription): PublicationTarget {
  return { account, region };
}

/** Everywhere that publications go: each account in each region, the pipeline's own first. */
export function targetsOf(description: PublicationTargets): readonly PublicationTarget[] {
  const regions = [description.region, ...description.regions];
  return [description.account, ...description.accounts].flatMap((account) =>
    regions.map((region) => ({ account, region })),
  );
}

/** The other accounts and regions that publications go to. */
export function awayTargets(description: PublicationTargets): readonly PublicationTarget[] {
  return targetsOf(description).slice(1);
}

/** A target in a key or a message. */
export function targetName({ account, region }: PublicationTarget): string {
  return `${account}/${region}`;
}
