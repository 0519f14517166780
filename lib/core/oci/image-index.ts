import { parseDescriptor } from './descriptor';
import type { Digest } from '../../contract/values/digest';
import { isJsonObject, textAt } from '../../contract/values/json';
import { parseJsonObject } from './parse-json';
import { isIndexType } from './media-type';
import type { Platform } from './platform';
import { RegistryError } from './registry-error';

/** One image of an index: its manifest and the platform that it says it is for. */
export interface IndexEntry {
  readonly digest: Digest;
  /** Absent in artifacts such as attestations; those are no images. */
  readonly platform: Platform | undefined;
}

/**
 * The entries of a Docker manifest list or an OCI index, in its order; indexes inside an index are left out. Throws a
 * `RegistryError` where the body is neither.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-index.md
 */
export function parseImageIndex(body: string, subject: string): readonly IndexEntry[] {
  const { manifests } = parseJsonObject(body, subject);
  if (!Array.isArray(manifests)) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} is an index without a list of manifests.`);
  }
  return manifests.flatMap((value: unknown) => {
    const { digest, mediaType } = parseDescriptor(value, subject);
    if (mediaType !== undefined && isIndexType(mediaType)) {
      return [];
    }
    const platform = isJsonObject(value) ? value['platform'] : undefined;
    return [{ digest, platform: isJsonObject(platform) ? parsePlatform(platform) : undefined }];
  });
}

function parsePlatform(object: Readonly<Record<string, unknown>>): Platform {
  return {
    os: textAt(object, 'os') ?? '',
    architecture: textAt(object, 'architecture') ?? '',
    osVersion: textAt(object, 'os.version'),
  };
}
