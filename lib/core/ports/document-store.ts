/** A document and the version that it was read at, such as an entity tag. */
export interface StoredDocument {
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
