import { isDigest, type Digest } from '../../contract/values/digest';
import { isJsonObject, textAt } from '../../contract/values/json';
import { RegistryError } from './registry-error';

/**
 * A pointer to content: its digest and its size in bytes.
 * @see https://github.com/opencontainers/image-spec/blob/main/descriptor.md
 */
export interface Descriptor {
  readonly mediaType: string | undefined;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** The descriptor in a JSON value; throws a `RegistryError` where digest or size is missing or malformed. */
export function parseDescriptor(value: unknown, subject: string): Descriptor {
  const object = isJsonObject(value) ? value : {};
  const { digest, size } = object;
  if (!isDigest(digest)) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} has a descriptor without a sha256 digest.`);
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} has a descriptor without a size in bytes.`);
  }
  return { mediaType: textAt(object, 'mediaType'), digest, sizeBytes: size };
}
