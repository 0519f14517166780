import type { Digest } from '../../contract/values/digest';
import { WinbakeError } from '../../contract/values/errors';
import { type JsonObject, isJsonObject } from '../../contract/values/json';

/** Why a registry could not be read: not reached in time, asked to slow down, or its answer breaks the rules. */
export type RegistryErrorCode = 'REGISTRY_UNREACHABLE' | 'REGISTRY_THROTTLED' | 'REGISTRY_INVALID';

/** What is known of the exchange that failed. */
export interface RegistryErrorDetails extends ErrorOptions {
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
  /** The registry's own code, such as `TOOMANYREQUESTS`. */
  readonly registryCode?: string;
  /** The address, without its query string. */
  readonly url?: string;
}

/** A registry that could not be read; the message is one sentence for people and carries no query string. */
export class RegistryError extends WinbakeError {
  readonly status: number | undefined;
  readonly registryCode: string | undefined;
  readonly url: string | undefined;

  constructor(
    override readonly code: RegistryErrorCode,
    message: string,
    details: RegistryErrorDetails = {},
  ) {
    super(code, message, details);
    this.name = 'RegistryError';
    this.status = details.status;
    this.registryCode = details.registryCode;
    this.url = details.url;
  }
}

/** The JSON object in a body; throws a `RegistryError` where the body is not one. `subject` names it to people. */
export function parseJsonObject(body: string, subject: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} is not JSON.`, { cause });
  }
  if (!isJsonObject(value)) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} is not a JSON object.`);
  }
  return value;
}

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
