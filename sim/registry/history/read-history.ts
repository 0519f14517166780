import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { WinbakeError } from '../../../lib/contract/values/errors';
import { type HistoryEvent, parseHistoryEvent } from '../../../lib/core/history/history-event';
import { packageRoot } from '../../package-root';
import { History } from './history';

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

/**
 * Reads a history file: JSON lines, plain or gzip, in any order; without a path, the recorded history that comes with the
 * package. Throws a `WinbakeError` with code `FILE_UNREADABLE` where
 * the file cannot be read, and `DOCUMENT_INVALID` where a line is no event, says a thing twice, or there is no line.
 */
export function readHistory(path?: string): History {
  return path === undefined ? builtInHistory() : readFile(path);
}

function readFile(path: string): History {
  const events: HistoryEvent[] = [];
  const lines = new Map<string, number>();
  for (const [index, line] of readText(path).split('\n').entries()) {
    if (line.trim() === '') {
      continue;
    }
    const place = `History file '${path}', line ${index + 1}`;
    const event = parseHistoryEvent(line, place);
    const triple = `${event.time} ${event.repository}:${event.tag}`;
    const earlier = lines.get(triple);
    if (earlier !== undefined) {
      throw new WinbakeError(
        'DOCUMENT_INVALID',
        `${place} says again where a tag points at an instant, after line ${earlier}; ` +
          `got: ${event.repository}:${event.tag} from ${event.from}.`,
      );
    }
    lines.set(triple, index + 1);
    events.push(event);
  }
  if (events.length === 0) {
    throw new WinbakeError('DOCUMENT_INVALID', `History file '${path}' has no event; got: an empty file.`);
  }
  return new History(events);
}

let builtIn: History | undefined;

/** Read at the first call only. */
function builtInHistory(): History {
  builtIn ??= readFile(join(packageRoot(), 'assets', 'history', 'registry-timeline.jsonl.gz'));
  return builtIn;
}
