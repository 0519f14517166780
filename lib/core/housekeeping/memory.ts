import { parseDocument } from '../../contract/documents/document';
import { housekeepingMemorySchema, type HousekeepingMemory } from '../../contract/documents/memory';
import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import type { AmiInventory } from '../ports/amis';
import type { BakeDocuments } from '../ports/bakes';
import type { Announcer, Metrics, Notifier } from '../ports/notices';
import { changeDocument, readDocument, type DocumentForm, type DocumentStore } from '../ports/stores';
import type { DeliveryPorts } from '../publish/deliver';
import type { PrunedAmi } from './plan-prune';

/** Where housekeeping keeps what it remembers. */
const HOUSEKEEPING_MEMORY_KEY = 'publications/housekeeping.json';

const FORM: DocumentForm<HousekeepingMemory> = {
  key: HOUSEKEEPING_MEMORY_KEY,
  parse: (text) => parseDocument(housekeepingMemorySchema, text, HOUSEKEEPING_MEMORY_KEY),
  empty: { schema: 'winbake.housekeeping/1', pruned: null, failing: {} },
};

/** What housekeeping remembers. */
export function readHousekeepingMemory(documents: Pick<DocumentStore, 'read'>): Promise<HousekeepingMemory> {
  return readDocument(documents, FORM);
}

/** Notes a prune that came to its end, with the outcome for every AMI. */
export async function notePruned(
  documents: DocumentStore,
  amis: readonly PrunedAmi[],
  at: Date,
): Promise<void> {
  const pruned = {
    at: at.toISOString(),
    amis: amis.map(({ action, amiId, publication = null, reasons, region }) => ({
      region,
      amiId,
      publication,
      action,
      reasons: [...reasons],
    })),
  };
  await changeDocument(documents, FORM, (before) => ({ ...before, pruned }));
}

/** Notes that a part failed, and gives since when it has failed at every poll. */
export async function noteFailing(
  documents: DocumentStore,
  part: string,
  reason: string,
  at: Date,
): Promise<Date> {
  const { failing } = await changeDocument(documents, FORM, (before) =>
    before.failing[part] === undefined
      ? { ...before, failing: { ...before.failing, [part]: { since: at.toISOString(), reason } } }
      : before,
  );
  return new Date(failing[part]?.since ?? at);
}

/** Forgets the failures of a part. */
export async function noteWorking(documents: DocumentStore, part: string): Promise<void> {
  await changeDocument(documents, FORM, (before) => {
    const { [part]: failed, ...rest } = before.failing;
    return failed === undefined ? before : { ...before, failing: rest };
  });
}

/** What caring for a pipeline works with. */
export interface HousekeepingPorts extends DeliveryPorts {
  readonly bakeDocuments: BakeDocuments;
  /** Whether a deployment of the pipeline's stack is under way, or failed and has not been taken back. */
  readonly isDeploying: () => Promise<boolean>;
  readonly notifier: Notifier;
  readonly announcer: Announcer;
  readonly inventory: AmiInventory;
  readonly metrics: Metrics;
}

/** One thing that is looked after; it says in a sentence what it found or did. */
export type HousekeepingPart = (
  ports: HousekeepingPorts,
  description: PipelineDescription,
) => Promise<string>;

/** The outcome of one part at a poll. */
export interface HousekeepingOutcome {
  readonly part: string;
  /** What it says, or why it failed. */
  readonly reported: string;
  readonly error?: unknown;
}
