import type { Digest } from '../../contract/values/digest';

/** A manifest or index as a registry serves it; `body` is exactly the bytes whose digest is `digest`. */
export interface ManifestDocument {
  readonly digest: Digest;
  /** From the response's `Content-Type`, without parameters. */
  readonly mediaType: string;
  readonly body: string;
}

/** What a HEAD of a manifest tells. */
export interface ManifestHead {
  readonly digest: Digest;
  readonly mediaType: string;
}

/**
 * A registry that speaks the distribution API, read only.
 *
 * Each member answers undefined where the registry says that the thing is not there, and throws a `RegistryError` where
 * it cannot be known.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export interface Registry {
  /** Reads a manifest by tag or digest. */
  manifest(repository: string, reference: string): Promise<ManifestDocument | undefined>;
  /** Asks where a tag points without reading the body. */
  head(repository: string, reference: string): Promise<ManifestHead | undefined>;
  /** Reads a small blob, such as an image config, as text, checked against its digest. */
  blob(repository: string, digest: Digest): Promise<string | undefined>;
  /** All tags of a repository, in the registry's order. */
  tags(repository: string): Promise<readonly string[] | undefined>;
}
