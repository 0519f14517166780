import { type PipelineDescription, type PublicationTargets, targetsOf } from '../../contract/documents/pipeline-description';
import type { AmiInventory } from '../ports/ami-inventory';
import type { AmiUse, BakedAmi, UnreadTarget } from './baked-ami';
import { planPrune, type PrunedAmi } from './plan-prune';

/** What a prune found and, unless it was only a plan, did. */
export interface PruneResult {
  readonly amis: readonly PrunedAmi[];
  readonly unread: readonly UnreadTarget[];
}

/**
 * Reads what uses the AMIs of a pipeline, everywhere that they are known, and plans what may go. A place that cannot be
 * read keeps what is shared with it, and so does whoever else an AMI is shared with, such as an account that was a target
 * once; where the pipeline's own account cannot be read the whole fails and nothing goes.
 */
export async function readPrunePlan(
  inventory: AmiInventory,
  pipeline: PipelineDescription,
  now: Date,
): Promise<PruneResult> {
  const uses: AmiUse[] = [];
  const unread: UnreadTarget[] = [];
  for (const target of targetsOf(pipeline)) {
    try {
      uses.push(...(await inventory.usesIn(target)));
    } catch (error) {
      if (target.account === pipeline.account) {
        throw error;
      }
      unread.push({ ...target, why: error instanceof Error ? error.message : String(error) });
    }
  }
  const regions = [pipeline.region, ...pipeline.regions];
  const amis = (await Promise.all(regions.map((region) => inventory.amisIn(region)))).flat();
  unread.push(...strangers(pipeline, amis));
  return { amis: planPrune({ now, retention: pipeline.retention, amis, uses, unread }), unread };
}

/** Whom AMIs are shared with although they are no target, so that nobody looks there. */
function strangers(pipeline: PublicationTargets, amis: readonly BakedAmi[]): readonly UnreadTarget[] {
  const targets = targetsOf(pipeline);
  const found = new Map<string, UnreadTarget>();
  for (const { region, sharedWith } of amis) {
    for (const account of sharedWith) {
      if (!targets.some((target) => target.account === account && target.region === region)) {
        const why = 'the pipeline does not publish there, and has no way to look';
        found.set(`${account} ${region}`, { account, region, why });
      }
    }
  }
  return [...found.values()];
}

/**
 * Carries a plan out: deprecations first, so that a run that ends early has removed no more than it said. Nobody is led to an
 * AMI that goes: its revision is forgotten before it, everywhere that could be read.
 */
export async function applyPrune(
  inventory: AmiInventory,
  pipeline: PublicationTargets,
  { amis, unread }: PruneResult,
  now: Date,
): Promise<void> {
  for (const { amiId, region } of amis.filter(({ action }) => action === 'deprecate')) {
    await inventory.deprecate(region, amiId, now);
  }
  const readable = targetsOf(pipeline).filter(
    ({ account, region }) => !unread.some((one) => one.account === account && one.region === region),
  );
  for (const { amiId, region } of amis.filter(({ action }) => action === 'remove')) {
    for (const target of readable.filter((one) => one.region === region)) {
      await inventory.forget(target, amiId);
    }
    await inventory.remove(region, amiId);
  }
}
