import { catalogSchema, type Catalog } from '../../contract/documents/catalog';
import { parseDocument } from '../../contract/documents/document';
import { WinbakeError } from '../../contract/values/errors';
import type { DocumentStore } from '../ports/stores';
import type { Release } from '../../contract/values/release';
import { emptyCatalog } from './catalog';
import { catalogKey } from '../../contract/names/bucket-keys';

const ATTEMPTS = 5;

/** Reads a release's catalog; an absent one is empty. Throws a `WinbakeError` where it is damaged or of a newer schema. */
export async function readCatalog(store: Pick<DocumentStore, 'read'>, release: Release): Promise<Catalog> {
  return (await readWithVersion(store, release)).catalog;
}

/**
 * Changes a release's catalog by a function that may run again on what another writer wrote in between, so that neither
 * loses anything. Gives the catalog as it then stands. Throws a `WinbakeError` with code `CATALOG_CONFLICT` where others
 * write all the time.
 */
export async function changeCatalog(
  store: DocumentStore,
  release: Release,
  change: (catalog: Catalog) => Catalog,
): Promise<Catalog> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { catalog, version } = await readWithVersion(store, release);
    const changed = change(catalog);
    const unchanged = changed === catalog && version !== undefined;
    if (unchanged || (await store.write(catalogKey(release), `${JSON.stringify(changed)}\n`, version))) {
      return changed;
    }
  }
  throw new WinbakeError(
    'CATALOG_CONFLICT',
    `${catalogKey(release)} was changed by others ${ATTEMPTS} times in a row; try again.`,
  );
}

async function readWithVersion(
  store: Pick<DocumentStore, 'read'>,
  release: Release,
): Promise<{ catalog: Catalog; version: string | undefined }> {
  const stored = await store.read(catalogKey(release));
  return stored === undefined
    ? { catalog: emptyCatalog(release), version: undefined }
    : { catalog: parseDocument(catalogSchema, stored.text, catalogKey(release)), version: stored.version };
}
