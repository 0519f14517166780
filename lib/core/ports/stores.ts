import {
  type PublicationTarget,
  type PipelineDescription,
  homeOf,
} from '../../contract/documents/pipeline-description';
import { WinbakeError } from '../../contract/values/errors';

/** A document and the version that it was read at, such as an entity tag. */
interface StoredDocument {
  readonly text: string;
  readonly version: string;
}

/**
 * A store of named documents that refuses to overwrite what it was not shown: a bucket.
 *
 * Keys are paths such as `catalog/2022.json`.
 */
export interface DocumentStore {
  /** The document of a key, or undefined where there is none. */
  read(key: string): Promise<StoredDocument | undefined>;
  /**
   * Writes a document if the key still is at `version`, undefined for a key that must not exist yet. Answers false, and
   * changes nothing, where it is not.
   */
  write(key: string, text: string, version: string | undefined): Promise<boolean>;
  /** Writes a document whatever is there. */
  overwrite(key: string, text: string): Promise<void>;
}

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

/** How a parameter's value is checked: any text, or an AMI id that exists in the region. */
export type ParameterType = 'text' | 'aws:ec2:image';

/** The parameters of one region and account, by full name such as `/winbake/2022-core/latest/ami-id`. */
export interface ParameterStore {
  /** The value of a parameter, or undefined where there is none. */
  get(name: string): Promise<string | undefined>;
  /** All parameters below a path, by name. */
  below(path: string): Promise<Readonly<Record<string, string>>>;
  /** Sets a parameter, and returns when the new value can be read. */
  put(name: string, value: string, type: ParameterType): Promise<void>;
}

/** Parameters together with the numbers of their writes, which are 1, 2, 3 and so on, each given once. */
export interface VersionedParameters {
  /** The newest value and its number; 0 where there is none. */
  read(name: string): Promise<{ readonly value: string | undefined; readonly version: number }>;
  /** Sets a text, and gives the number of that write. */
  write(name: string, value: string): Promise<number>;
}

/** The parameters of every account and region that publications go to. */
export interface ParameterStores {
  /** The parameters of a target. Throws where its account does not let us in, which a new account does not do yet. */
  of(target: PublicationTarget): Promise<ParameterStore>;
}

/** The parameters of the pipeline's own account and region. */
export function homeParameters(
  stores: ParameterStores,
  description: PipelineDescription,
): Promise<ParameterStore> {
  return stores.of(homeOf(description));
}
