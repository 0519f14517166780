import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { WinbakeError } from '../../contract/values/errors';

/** A larger history would be another thing than records of tags; it also keeps a hostile archive out of the memory. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * The text of a UTF-8 file, plain or gzip, which is told by its first bytes and not by its name. Throws a `WinbakeError`
 * with code `FILE_UNREADABLE` where it is not there, damaged or larger than 256 MiB.
 */
export function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw unreadable(path, reasonOf(cause), cause);
  }
  try {
    const plain = isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes;
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch (cause) {
    throw unreadable(
      path,
      isGzip(bytes) ? 'is damaged, or larger than 256 MiB unpacked' : 'is not UTF-8 text',
      cause,
    );
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function reasonOf(cause: unknown): string {
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unknown';
  const reasons: Partial<Record<string, string>> = {
    ENOENT: 'does not exist',
    EISDIR: 'is a folder',
    EACCES: 'may not be read by this user',
  };
  return reasons[code] ?? `could not be read (${code})`;
}

function unreadable(path: string, reason: string, cause: unknown): WinbakeError {
  return new WinbakeError('FILE_UNREADABLE', `The file '${path}' ${reason}.`, { cause });
}
