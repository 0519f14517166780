import { UsageError } from '../../../lib/contract/values/errors';
import { readDay, readInstant } from '../../../lib/contract/values/instant';
import { compareEvents, compareText, type HistoryEvent } from '../../../lib/core/history/history-event';

/** From when to when a history can be asked. */
interface HistoryRange {
  /** The first event. */
  readonly first: Date;
  /** The end, in UTC, of the month of the last event. */
  readonly last: Date;
}

/** What a registry showed over time: where each tag of each repository pointed at any instant. */
export class History {
  /** All events by instant, repository and tag. */
  readonly events: readonly HistoryEvent[];
  /** By repository and tag, each in the order of time; tags in the order that registries list them in. */
  private readonly tags = new Map<string, Map<string, HistoryEvent[]>>();

  /** The events may come in any order; there must be at least one, and no two of one tag at one instant. */
  constructor(events: readonly HistoryEvent[]) {
    this.events = [...events].sort(compareEvents);
    const byTag = [...this.events].sort(
      (one, other) => compareText(one.tag, other.tag) || one.time - other.time,
    );
    for (const event of byTag) {
      const repository = ensure(this.tags, event.repository, () => new Map<string, HistoryEvent[]>());
      ensure(repository, event.tag, () => []).push(event);
    }
  }

  /** The names of all repositories, in order. */
  repositories(): readonly string[] {
    return [...this.tags.keys()].sort(compareText);
  }

  /** From the first event to the end of the month of the last; a `--as-of` outside is refused. */
  range(): HistoryRange {
    const last = new Date(this.events.at(-1)?.time ?? 0);
    return {
      first: new Date(this.events[0]?.time ?? 0),
      last: new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, 1) - 1),
    };
  }

  /** The event by which a tag points where it points at an instant; undefined where there is no such tag yet. */
  pointsAt(repository: string, tag: string, instant: Date): HistoryEvent | undefined {
    const events = this.tags.get(repository)?.get(tag);
    return events === undefined ? undefined : lastUpTo(events, instant.getTime());
  }

  /** The tags that a repository has at an instant, in the order of registries; a tag never disappears. */
  tagsAt(repository: string, instant: Date): readonly string[] {
    const tags = [...(this.tags.get(repository) ?? [])];
    return tags.filter(([, events]) => isUpTo(events[0], instant.getTime())).map(([tag]) => tag);
  }

  /** Where every tag of every repository points at an instant, by repository and tag. */
  eventsAt(instant: Date): readonly HistoryEvent[] {
    return this.repositories().flatMap((repository) =>
      [...(this.tags.get(repository) ?? [])].flatMap(
        ([, events]) => lastUpTo(events, instant.getTime()) ?? [],
      ),
    );
  }

  /** All events of a repository, of one tag or of all, in the order of time. */
  eventsOf(repository: string, tag?: string): readonly HistoryEvent[] {
    return tag === undefined
      ? this.events.filter((event) => event.repository === repository)
      : (this.tags.get(repository)?.get(tag) ?? []);
  }

  /** The events after one instant and up to another, of all repositories or of those that are named. */
  changesBetween(after: Date, upTo: Date, repositories?: readonly string[]): readonly HistoryEvent[] {
    const from = countUpTo(this.events, after.getTime());
    const changes = this.events.slice(from, Math.max(from, countUpTo(this.events, upTo.getTime())));
    return repositories ? changes.filter((event) => repositories.includes(event.repository)) : changes;
  }
}

function isUpTo(event: HistoryEvent | undefined, time: number): boolean {
  return event !== undefined && event.time <= time;
}

function lastUpTo(events: readonly HistoryEvent[], time: number): HistoryEvent | undefined {
  return events[countUpTo(events, time) - 1];
}

/** How many of the events, which are in the order of time, are not later; found by halving. */
function countUpTo(events: readonly HistoryEvent[], time: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isUpTo(events[middle], time)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function ensure<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key);
  if (present !== undefined) {
    return present;
  }
  const made = make();
  map.set(key, made);
  return made;
}

/**
 * The moment that a person asked for: an ISO-8601 instant with `Z` or an offset, or a day, which is its beginning in UTC;
 * the history's last event where nothing was asked for. Throws a `UsageError` for any other text, and for a moment outside the history's range, which it names.
 */
export function parseAsOf(text: string | undefined, history: History): Date {
  if (text === undefined) {
    return new Date(history.events.at(-1)?.time ?? 0);
  }
  const time = readInstant(text) ?? readDay(text);
  if (time === undefined) {
    throw new UsageError(
      `A moment is an instant such as 2025-10-14T18:00:00Z or a day such as 2025-10-14; got: '${text}'.`,
    );
  }
  return checkAsOf(new Date(time), history, text);
}

/** The same moment, if it lies in the history; throws a `UsageError` that names the range where it does not. */
export function checkAsOf(asOf: Date, history: History, text = asOf.toJSON()): Date {
  const { first, last } = history.range();
  if (!(asOf >= first && asOf <= last)) {
    throw new UsageError(
      `The history goes from ${first.toISOString()} to ${last.toISOString()}; got: '${text}'.`,
    );
  }
  return asOf;
}
