import { isBaking, readLease } from '../bake/lease';
import { noteUnused, readHousekeepingMemory, type HousekeepingPart } from './memory';

/**
 * What a deployment has replaced is still asked for by a deployment that fails and goes back, and what one brings is not yet
 * in use while it runs.
 */
const HOURS_UNUSED = 1;

/**
 * Removes the components and workflows that a deployment has replaced, once nothing has used them for an hour and no bake is
 * under way: Image Builder reads the documents of a bake when their steps run, not when it begins.
 */
export const removeUnusedDocuments: HousekeepingPart = async (ports, { imagePipelineArn }) => {
  const { bakeDocuments, documents, now } = ports;
  if (imagePipelineArn === null) {
    return 'There is no Image Builder pipeline.';
  }
  const lease = await readLease(documents);
  if (lease !== undefined && isBaking(lease)) {
    return 'A bake is under way; the documents that it may have begun with stay.';
  }
  const all = await bakeDocuments.all();
  // Read last: what is made in between is not in the list.
  const used = await bakeDocuments.usedBy(imagePipelineArn);
  const at = now();
  const { unused: before } = await readHousekeepingMemory(documents);
  const since = all
    .filter((arn) => !used.some((one) => arn === one || arn.startsWith(`${one}/`)))
    .map((arn) => [arn, before[arn] ?? at.toISOString()] as const);
  const isDue = (instant: string) => at.getTime() - Date.parse(instant) >= HOURS_UNUSED * 3_600_000;
  const due: readonly string[] = since.filter(([, instant]) => isDue(instant)).map(([arn]) => arn);
  const removals = await Promise.allSettled(due.map((arn) => bakeDocuments.remove(arn)));
  const refused = removals.find((one) => one.status === 'rejected');
  const waiting = since.filter(([arn]) => removals[due.indexOf(arn)]?.status !== 'fulfilled');
  await noteUnused(documents, Object.fromEntries(waiting));
  if (refused !== undefined) {
    throw refused.reason;
  }
  return [
    ...due.map((arn) => `Removed ${arn}, which nothing uses.`),
    `${waiting.length} replaced documents wait to be removed.`,
  ].join('\n');
};
