import { createHash } from 'node:crypto';
import type { Digest } from '../contract/values/digest';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The digest of some bytes. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The text that exactly these bytes are in UTF-8, or undefined where they are none. */
export function exactText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
