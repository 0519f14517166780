import { careMemorySchema, type CareMemory } from '../../contract/documents/memory';
import { parseDocument } from '../../contract/documents/document';
import { changeDocument, readDocument, type DocumentForm } from '../documents/change-document';
import type { DocumentStore } from '../ports/document-store';
import type { PrunedAmi } from './plan-prune';

/** Where care keeps what it remembers. */
export const CARE_MEMORY_KEY = 'publications/care.json';

const FORM: DocumentForm<CareMemory> = {
  key: CARE_MEMORY_KEY,
  parse: (text) => parseDocument(careMemorySchema, text, CARE_MEMORY_KEY),
  empty: { schema: 'winbake.care/1', pruned: null, failing: {} },
};

/** What care remembers. */
export function readCareMemory(documents: Pick<DocumentStore, 'read'>): Promise<CareMemory> {
  return readDocument(documents, FORM);
}

/** Notes a prune that came to its end, with what became of every AMI. */
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

/** Notes that a part failed, and gives since when it has failed at every look. */
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
