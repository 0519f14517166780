import { outageSchema } from '../../contract/documents/memory';
import { parseDocument } from '../../contract/documents/document';
import { WinbakeError } from '../../contract/values/errors';
import { noteOutage, type UnreadSince } from '../gate/note-outage';
import type { FamilyLook } from '../gate/gate-image';
import type { DocumentStore } from '../ports/document-store';
import type { Release } from '../../contract/values/release';

const ATTEMPTS = 5;

/** The key of what is known of a release's outage in the bucket. */
export function outageKey(release: Release): string {
  return `catalog/${release.name}-outage.json`;
}

/**
 * Notes which repositories a look could not read, and forgets what healed; writes only where that changes something. Gives
 * since when they cannot be read. Throws a `WinbakeError` where the document is damaged, or others write all the time.
 */
export async function changeOutage(
  store: DocumentStore,
  release: Release,
  looks: readonly FamilyLook[],
  now: Date,
): Promise<UnreadSince> {
  const key = outageKey(release);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stored = await store.read(key);
    const before = stored === undefined ? {} : parseDocument(outageSchema, stored.text, key).since;
    const since = noteOutage(before, looks, now);
    const text = JSON.stringify({ schema: 'winbake.outage/1', release: release.name, since });
    if (since === before || (await store.write(key, `${text}\n`, stored?.version))) {
      return since;
    }
  }
  throw new WinbakeError(
    'CATALOG_CONFLICT',
    `${key} was changed by others ${ATTEMPTS} times in a row; try again.`,
  );
}
