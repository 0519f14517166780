import { WinbakeError } from '../../contract/values/errors';
import type { DocumentStore } from '../ports/document-store';

const ATTEMPTS = 8;

/** Where a document is and how its text becomes a value and a text again. */
export interface DocumentForm<T> {
  readonly key: string;
  /** Throws a `WinbakeError` where the text is damaged. */
  readonly parse: (text: string) => T;
  /** What a document that does not exist yet counts as. */
  readonly empty: T;
}

/** Reads a document; one that does not exist is the empty one. */
export async function readDocument<T>(
  store: Pick<DocumentStore, 'read'>,
  { key, parse, empty }: DocumentForm<T>,
): Promise<T> {
  const stored = await store.read(key);
  return stored === undefined ? empty : parse(stored.text);
}

/**
 * Changes a document by a function that may run again on what another writer wrote in between, so that neither loses
 * anything; the same object means "no change" and is not written. Gives the document as it then stands. Throws a
 * `WinbakeError` with code `DOCUMENT_CONFLICT` where others write all the time.
 */
export async function changeDocument<T>(
  store: DocumentStore,
  { key, parse, empty }: DocumentForm<T>,
  change: (before: T) => T,
): Promise<T> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stored = await store.read(key);
    const before = stored === undefined ? empty : parse(stored.text);
    const after = change(before);
    if (after === before || (await store.write(key, `${JSON.stringify(after)}\n`, stored?.version))) {
      return after;
    }
  }
  throw new WinbakeError(
    'DOCUMENT_CONFLICT',
    `${key} was changed by others ${ATTEMPTS} times in a row; try again.`,
  );
}
