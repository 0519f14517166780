import type { Readable } from 'node:stream';

/** The beginning of a body, and whether that is all of it. */
export interface BodyBytes {
  readonly bytes: Buffer;
  readonly complete: boolean;
}

/**
 * Reads a body up to a number of bytes. A longer one is cut off there and its connection given up; where `declaredBytes`
 * tells already that it is longer, nothing is read at all. Throws what the connection throws.
 */
export async function readBody(body: Readable, limitBytes: number, declaredBytes = 0): Promise<BodyBytes> {
  if (declaredBytes > limitBytes) {
    body.on('error', () => undefined).destroy();
    return { bytes: Buffer.alloc(0), complete: false };
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) {
      return { bytes: Buffer.concat(chunks), complete: false };
    }
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), complete: true };
}
