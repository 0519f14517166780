import { describePruned, describeUnread } from '../care/describe-pruned';
import { applyPrune, readPrunePlan } from '../care/prune';
import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import type { AmiInventory } from '../ports/ami-inventory';
import type { VerbPlan } from './verb-plan';

/** Plans to deprecate and remove the AMIs that nothing needs; the reasons name each one that stays. */
export async function planPruneVerb(
  inventory: AmiInventory,
  pipeline: PipelineDescription,
  now: Date,
): Promise<VerbPlan> {
  const result = await readPrunePlan(inventory, pipeline, now);
  const going = result.amis.filter(({ action }) => action !== 'keep');
  return {
    changes: going.map((ami) => `${ami.action} ${describePruned(ami)}`),
    reasons: [
      ...result.unread.map(describeUnread),
      ...result.amis.filter((ami) => !going.includes(ami)).map((ami) => `keep ${describePruned(ami)}`),
    ],
    apply: () => applyPrune(inventory, pipeline, result, now),
  };
}
