import {
  type PipelineDescription,
  type PublicationTargets,
  regionsOf,
  targetsOf,
} from '../../contract/documents/pipeline-description';
import type { UnreadTarget, AmiInventory, AmiUse, BakedAmi } from '../ports/amis';
import { notePruned, readHousekeepingMemory, type HousekeepingPart } from './memory';
import { readRevokedIds } from '../publish/revocations';
import { type PruneInput, type PrunedAmi, planPrune } from './plan-prune';

/** One AMI of a prune for people, such as `ami-0123 in eu-central-1 (20348.4294-1): one of the newest 3 publications`. */
export function describePruned({ amiId, publication, reasons, region }: PrunedAmi): string {
  return `${amiId} in ${region} (${publication ?? 'not published'}): ${reasons.join('; ')}`;
}

/** What an account that could not be read means to a prune. */
export function describeUnread({ account, region, why }: UnreadTarget): string {
  return `Account ${account} in ${region} could not be read, so all that is shared with it stays: ${why}`;
}

/** What a prune found and, unless it was only a plan, did. */
interface PruneResult {
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
  revoked: ReadonlySet<string>,
): Promise<PruneResult> {
  const { amis, unread, uses } = await readAmiUses(inventory, pipeline);
  const { retention } = pipeline;
  return { amis: planPrune({ now, retention, amis, uses, unread, revoked }), unread };
}

/** The AMIs of a pipeline and what needs them; throws where the pipeline's own account cannot be read. */
export async function readAmiUses(
  inventory: AmiInventory,
  pipeline: PublicationTargets,
): Promise<Pick<PruneInput, 'amis' | 'uses' | 'unread'>> {
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
  const amis = (await Promise.all(regionsOf(pipeline).map((region) => inventory.amisIn(region)))).flat();
  unread.push(...strangers(pipeline, amis));
  return { amis, uses, unread };
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

/** What is in use changes slowly, and looking for it reads all of every account. */
const HOURS_BETWEEN_PRUNES = 24;

/**
 * Deprecates and removes what nothing needs, once a day, as the verb `prune` does. A prune that ends early is not noted, so
 * that the next poll goes on with it.
 */
export const pruneDaily: HousekeepingPart = async ({ documents, inventory, now }, description) => {
  const at = now();
  const { pruned } = await readHousekeepingMemory(documents);
  const due = pruned === null ? at.getTime() : Date.parse(pruned.at) + HOURS_BETWEEN_PRUNES * 3_600_000;
  if (at.getTime() < due) {
    return `Pruned on ${pruned?.at ?? ''}, and again from ${new Date(due).toISOString()} on.`;
  }
  const result = await readPrunePlan(inventory, description, at, await readRevokedIds(documents));
  await applyPrune(inventory, description, result, at);
  await notePruned(documents, result.amis, at);
  return [
    ...result.unread.map(describeUnread),
    ...result.amis.map((ami) => `${ami.action} ${describePruned(ami)}`),
    `Pruned ${result.amis.length} AMIs.`,
  ].join('\n');
};
