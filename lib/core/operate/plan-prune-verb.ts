import { applyPrune, readPrunePlan } from '../care/prune';
import type { PrunedAmi } from '../care/plan-prune';
import type { PipelineDescription } from '../contracts/pipeline-description';
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
  const unread = result.unread.map(
    ({ account, region, why }) =>
      `Account ${account} in ${region} could not be read, so all that is shared with it stays: ${why}`,
  );
  return {
    changes: going.map((ami) => `${ami.action} ${line(ami)}`),
    reasons: [
      ...unread,
      ...result.amis.filter((ami) => !going.includes(ami)).map((ami) => `keep ${line(ami)}`),
    ],
    apply: () => applyPrune(inventory, pipeline, result, now),
  };
}

function line({ amiId, publication, reasons, region }: PrunedAmi): string {
  return `${amiId} in ${region} (${publication ?? 'not published'}): ${reasons.join('; ')}`;
}
