import { UsageError } from '../contract/values/errors';
import { isDigest, shortDigest } from '../contract/values/digest';
import { isRepository, isTag } from '../core/oci/image-reference';
import { TAGS_PER_PAGE } from './registry-limits';
import type { RegistryAddress } from './registry-url';

/** Where something is at a registry, and how people call it. */
export interface RegistryPath {
  readonly url: URL;
  readonly subject: string;
}

/**
 * Where a manifest is; throws a `UsageError` where repository or reference is malformed.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#endpoints
 */
export function manifestPath(registry: RegistryAddress, repository: string, reference: string): RegistryPath {
  assertRepository(repository);
  if (!isTag(reference) && !isDigest(reference)) {
    throw malformed('A manifest is named by a tag such as ltsc2022 or by sha256: and 64 digits', reference);
  }
  const subject = isDigest(reference) ? atDigest(repository, reference) : `${repository}:${reference}`;
  return { url: new URL(`/v2/${repository}/manifests/${reference}`, registry.origin), subject };
}

/** Where a blob is; throws a `UsageError` where repository or digest is malformed. */
export function blobPath(registry: RegistryAddress, repository: string, digest: string): RegistryPath {
  assertRepository(repository);
  if (!isDigest(digest)) {
    throw malformed('A blob is named by sha256: and 64 digits', digest);
  }
  return {
    url: new URL(`/v2/${repository}/blobs/${digest}`, registry.origin),
    subject: `blob ${atDigest(repository, digest)}`,
  };
}

/** Where the first page of a tag list is; throws a `UsageError` where the repository is malformed. */
export function tagsPath(registry: RegistryAddress, repository: string): RegistryPath {
  assertRepository(repository);
  return {
    url: new URL(`/v2/${repository}/tags/list?n=${TAGS_PER_PAGE}`, registry.origin),
    subject: `tags of ${repository}`,
  };
}

function assertRepository(repository: string): void {
  if (!isRepository(repository)) {
    throw malformed('A repository is named like windows/servercore, in small letters', repository);
  }
}

function atDigest(repository: string, digest: string): string {
  return `${repository}@sha256:${shortDigest(digest)}`;
}

function malformed(rule: string, text: string): UsageError {
  return new UsageError(`${rule}, got: '${text.replace(/\p{Cc}/gu, ' ').slice(0, 200)}'.`);
}
