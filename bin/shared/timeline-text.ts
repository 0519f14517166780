import type { ExplainedFamily } from '../../lib/core/gate/explain-families';
import { formatHours } from './table';

/** A period of a row; instants of ISO-8601. */
export interface TimelineSpan {
  readonly from: string;
  readonly until: string;
  readonly mark: keyof typeof MARKS;
}

/** A line of a timeline. */
export interface TimelineRow {
  readonly label: string;
  readonly spans: readonly TimelineSpan[];
  /** What happened, and the instant that it happened at; null where it has not. */
  readonly at: string | null;
  /** What stands after the instant and the hours, or instead of them. */
  readonly note?: string;
}

/** What a period is drawn with. */
export const MARKS = { waits: '░', works: '▓', there: '█' } as const;

/** A family that showed a revision at an instant, or not until `end`. */
export function arrivalRow({
  end,
  family,
  lastShown,
  released,
  shownAt,
}: {
  readonly family: string;
  readonly shownAt: string | null;
  readonly released: string;
  readonly end: string;
  /** When the last family showed it. */
  readonly lastShown: string | undefined;
}): TimelineRow {
  const from = released < end ? released : end;
  return {
    label: family,
    at: shownAt,
    note: shownAt === null ? 'not yet' : shownAt === lastShown ? 'last' : '',
    spans: [
      { from, until: shownAt ?? end, mark: 'waits' },
      ...(shownAt === null ? [] : [{ from: shownAt, until: end, mark: 'there' as const }]),
    ],
  };
}

/** A rollout to a fleet: what waited, and what was replaced until its last instance, or until `end`. */
export function rolloutRow(
  { firstInstanceAt, fleet, lastInstanceAt, outcome, promotedAt }: FleetRow,
  end: string,
): TimelineRow {
  const first = firstInstanceAt ?? end;
  const last = lastInstanceAt ?? end;
  return {
    label: fleet,
    at: lastInstanceAt,
    note: lastInstanceAt === null ? outcome : 'last instance',
    spans: [
      { from: promotedAt, until: first, mark: 'waits' },
      ...(firstInstanceAt === null ? [] : [{ from: first, until: last, mark: 'works' as const }]),
      ...(lastInstanceAt === null ? [] : [{ from: last, until: end, mark: 'there' as const }]),
    ],
  };
}

/** What the line of a rollout is made of. */
interface FleetRow {
  readonly fleet: string;
  readonly promotedAt: string;
  readonly firstInstanceAt: string | null;
  readonly lastInstanceAt: string | null;
  /** What stands where there is no last instance. */
  readonly outcome: string;
}

/** What the marks of a timeline mean. */
export function legend(works: string): string {
  return `${MARKS.waits} waits  ${MARKS.works} ${works}  ${MARKS.there} there\n`;
}

/** What a timeline of families and the bake after them needs of an explanation. */
export interface ArrivalFacts {
  readonly asOf: string;
  readonly lastPatchTuesday: string;
  readonly families: readonly Pick<ExplainedFamily, 'family' | 'since' | 'isBehind'>[];
  /** When the bake was ordered, or what it made was published; null where there is none. */
  readonly bake: { readonly at: string; readonly note: 'ordered' | 'published' } | null;
}

/** When each family came since Patch Tuesday, and the bake after them; empty where none has come since. */
export function drawArrivals(facts: ArrivalFacts, width?: number): string {
  const { asOf, bake, families, lastPatchTuesday: released } = facts;
  const arrivals = families
    .filter(({ family }) => !family.includes('@'))
    .map(({ family, isBehind, since }) => ({
      family,
      shownAt: isBehind || since === null || since < released ? null : since,
    }));
  const shown = arrivals.flatMap(({ shownAt }) => shownAt ?? []).sort();
  const [first] = shown;
  if (first === undefined) {
    return '';
  }
  const isOutOfBand = Date.parse(first) - Date.parse(released) > 72 * HOUR;
  const origin = isOutOfBand ? first : released;
  const baked = bake !== null && bake.at >= first ? bake : undefined;
  // What came after the bake changes nothing of it; the days until the moment would hide the hours.
  const isThere = baked !== undefined && shown.length === arrivals.length;
  const end = isThere ? latest([baked.at, ...shown, hoursAfter(origin, 6)]) : asOf;
  const lastShown = shown.length === arrivals.length ? shown.at(-1) : undefined;
  const title = isOutOfBand ? `Since the first family, ${first}` : `Since Patch Tuesday, ${released}`;
  const picture = drawTimeline(
    [
      ...arrivals.map((one) => arrivalRow({ ...one, released: origin, end, lastShown })),
      ...(baked === undefined
        ? []
        : [
            {
              ...{ label: 'bake', at: baked.at, note: baked.note },
              // An order is an instant; what is published stays.
              spans: [
                baked.note === 'ordered'
                  ? { from: baked.at, until: baked.at, mark: 'works' as const }
                  : { from: baked.at, until: end, mark: 'there' as const },
              ],
            },
          ]),
    ],
    origin,
    width,
  );
  return `${title}\n${picture}${MARKS.waits} waits  ${MARKS.there} there\n`;
}

/** The latest of some instants. */
export function latest(instants: readonly string[]): string {
  return instants.reduce((one, other) => (one > other ? one : other), '');
}

function hoursAfter(instant: string, hours: number): string {
  return new Date(Date.parse(instant) + hours * HOUR).toISOString();
}

const HOUR = 3_600_000;

/** Hours between two marks of the axis, the least that leaves room for their labels. */
const STEPS = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672];

/** Columns of an axis label, such as `17:00` or `10-14`, and what keeps it from the next. */
const LABEL_COLUMNS = 7;

const LEAST_PLOT = 16;

/** The first and the last millisecond of a timeline, an hour apart at least. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** From the first to the last instant of rows and their origin. */
export function extentOf(rows: readonly TimelineRow[], origin: string): Extent {
  const instants = [
    origin,
    ...rows.flatMap(({ at, spans }) => [
      ...(at === null ? [] : [at]),
      ...spans.flatMap(({ from, until }) => [from, until]),
    ]),
  ].map((text) => Date.parse(text));
  const start = Math.min(...instants);
  return { start, end: Math.max(...instants, start + HOUR) };
}

/** Draws rows over one axis of UTC time, each with the hours since `origin`; at most `width` columns where labels leave room. */
export function drawTimeline(rows: readonly TimelineRow[], origin: string, width = 80): string {
  const extent = extentOf(rows, origin);
  const { end, start } = extent;
  const withDay = end - start > 24 * HOUR;
  const notes = rows.map((row) => noteOf(row, origin, withDay));
  const labelColumns = Math.max(...rows.map(({ label }) => label.length), 'UTC'.length);
  const noteColumns = Math.max(...notes.map((note) => note.length));
  const columns = Math.max(LEAST_PLOT, width - labelColumns - noteColumns - 4);
  const columnOf = (instant: number) => Math.floor(((instant - start) / (end - start)) * columns);
  const lines = rows.map(({ label, spans }, index) => {
    const cells = Array.from({ length: columns }, () => ' ');
    for (const { from, mark, until } of spans) {
      const first = Math.min(columns - 1, columnOf(Date.parse(from)));
      // What took less than a column is seen all the same.
      cells.fill(MARKS[mark], first, Math.max(first + 1, columnOf(Date.parse(until))));
    }
    return `${label.padEnd(labelColumns)}  ${cells.join('')}  ${notes[index] ?? ''}`.trimEnd();
  });
  return `${'UTC'.padEnd(labelColumns)}  ${axis(extent, columns).trimEnd()}\n${lines.map((line) => `${line}\n`).join('')}`;
}

function axis(extent: Extent, columns: number): string {
  let text = '';
  for (const { at, label } of ticksOf(extent, columns / LABEL_COLUMNS)) {
    const column = Math.floor(at * columns);
    if (column + label.length <= columns) {
      text = `${text.padEnd(column)}${label}`;
    }
  }
  return text;
}

/** The marks of an axis that has room for so many labels: where each stands between 0 and 1, and the hour or day. */
export function ticksOf(
  { end, start }: Extent,
  room: number,
): readonly { readonly at: number; readonly label: string }[] {
  const hours = (end - start) / HOUR;
  const step = (STEPS.find((one) => (one / hours) * room >= 1) ?? Math.ceil(hours)) * HOUR;
  const first = Math.ceil(start / step) * step;
  return Array.from({ length: Math.floor((end - first) / step) + 1 }, (_, index) => {
    const tick = first + index * step;
    const iso = new Date(tick).toISOString();
    return {
      at: (tick - start) / (end - start),
      label: tick % (24 * HOUR) === 0 ? iso.slice(5, 10) : iso.slice(11, 16),
    };
  });
}

/** The hours of a row since `origin`, with their sign; empty where it has not happened. */
export function hoursSince({ at }: TimelineRow, origin: string): string {
  if (at === null) {
    return '';
  }
  const hours = (Date.parse(at) - Date.parse(origin)) / HOUR;
  return `${hours < 0 ? '-' : '+'}${formatHours(Math.abs(hours))}`;
}

function noteOf(row: TimelineRow, origin: string, withDay: boolean): string {
  const { at, note = '' } = row;
  if (at === null) {
    return note;
  }
  const iso = new Date(at).toISOString();
  return `${withDay ? `${iso.slice(5, 10)} ` : ''}${iso.slice(11, 16)} ${hoursSince(row, origin)} ${note}`.trimEnd();
}
