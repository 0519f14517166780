import { notePruned, readCareMemory } from './care-memory';
import type { CarePart } from './care-ports';
import { describePruned, describeUnread } from './describe-pruned';
import { applyPrune, readPrunePlan } from './prune';

/** What is in use changes slowly, and looking for it reads all of every account. */
const HOURS_BETWEEN_PRUNES = 24;

/**
 * Deprecates and removes what nothing needs, once a day, as the verb `prune` does. A prune that ends early is not noted, so
 * that the next look goes on with it.
 */
export const pruneDaily: CarePart = async ({ documents, inventory, now }, description) => {
  const at = now();
  const { pruned } = await readCareMemory(documents);
  const due = pruned === null ? at.getTime() : Date.parse(pruned.at) + HOURS_BETWEEN_PRUNES * 3_600_000;
  if (at.getTime() < due) {
    return `Pruned on ${pruned?.at ?? ''}, and again from ${new Date(due).toISOString()} on.`;
  }
  const result = await readPrunePlan(inventory, description, at);
  await applyPrune(inventory, description, result, at);
  await notePruned(documents, result.amis, at);
  return [
    ...result.unread.map(describeUnread),
    ...result.amis.map((ami) => `${ami.action} ${describePruned(ami)}`),
    `Pruned ${result.amis.length} AMIs.`,
  ].join('\n');
};
