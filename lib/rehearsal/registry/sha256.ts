import { createHash } from 'node:crypto';
import type { Digest } from '../../contract/values/digest';

/** The digest of a text's UTF-8 bytes. */
export function sha256(text: string): Digest {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
