import { join } from 'node:path';
import { WinbakeError } from '../../contract/values/errors';
import { type HistoryEvent, parseHistoryEvent } from '../../core/history/history-event';
import { packageRoot } from '../package-root';
import { History } from './history';
import { readText } from './read-text';

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
