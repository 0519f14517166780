import { excerpt } from '../../lib/contract/values/printable';
import { markup, table, type Markup } from './html-page';
import { extentOf, hoursSince, ticksOf, type TimelineRow, type TimelineSpan } from './timeline-text';

/** What is drawn: patterns, so that nothing is said by colour alone. */
type Mark = TimelineSpan['mark'];

/** A row of a picture; where its spans lie is between 0 and 1. */
interface PictureRow {
  readonly label: string;
  readonly note: string;
  readonly spans: readonly { readonly from: number; readonly until: number; readonly mark: Mark }[];
  readonly limit?: number | null;
}

/** A picture, whose text says what a table below it says in full. */
interface Picture {
  readonly title: string;
  readonly rows: readonly PictureRow[];
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** What its marks mean. */
  readonly legend: Partial<Record<Mark | 'limit', string>>;
}

/** Pixels: of a row, its text and the bar below, and of the axis above all. */
const ROW = 40;
const TEXT = 14;
const BAR = 20;
const BAR_HEIGHT = 12;
const AXIS = 20;

/** As much of a name as fits beside its note on a telephone. */
const LONGEST_LABEL = 22;

/** Labels of an axis that fit beside each other on a telephone. */
const MOST_TICKS = 5;

/** What takes no time is shown all the same. */
const LEAST_SHARE = 0.006;

/** Lengths are parts of the width and text is not scaled, so that it is read on a telephone as well. */
function draw({ legend, rows, ticks, title }: Picture): Markup {
  const top = ticks.length === 0 ? 0 : AXIS;
  const height = top + rows.length * ROW;
  const alternative = rows.map(({ label, note }) => `${label} ${note}`).join('; ');
  return markup`<figure>
<figcaption>${title}</figcaption>
<svg role="img" aria-label="${`${title}. ${alternative}. The table below says the same.`}" height="${height}">
${ticks.map((one) => drawTick(one, top, height))}${rows.map((row, at) => drawRow(row, top + at * ROW))}</svg>
<ul class="legend">
${(Object.entries(legend) as [Mark | 'limit', string][]).map(([mark, meaning]) => legendEntry(mark, meaning))}</ul>
</figure>
`;
}

function drawTick({ at, label }: Picture['ticks'][number], top: number, height: number): Markup {
  const x = percent(at);
  const anchor = at > 0.93 ? 'end' : at < 0.07 ? 'start' : 'middle';
  return markup`<line class="tick" x1="${x}" x2="${x}" y1="${top}" y2="${height}"/>
<text class="quiet" x="${x}" y="12" text-anchor="${anchor}">${label}</text>
`;
}

function drawRow({ label, limit, note, spans }: PictureRow, y: number): Markup {
  return markup`<g transform="translate(0 ${y})">
<text x="0" y="${TEXT}">${excerpt(label, LONGEST_LABEL)}</text>
<text x="100%" y="${TEXT}" text-anchor="end">${note}</text>
${spans.map(drawSpan)}${limit === undefined || limit === null ? '' : drawLimit(limit)}</g>
`;
}

function legendEntry(mark: Mark | 'limit', meaning: string): Markup {
  const swatch = mark === 'limit' ? drawLimit(0.5) : drawSpan({ from: 0, until: 1, mark });
  return markup`<li><svg aria-hidden="true" focusable="false"><g transform="translate(0 -${BAR})">
${swatch}</g></svg>${meaning}</li>
`;
}

function drawSpan({ from, mark, until }: PictureRow['spans'][number]): Markup {
  const start = Math.max(0, Math.min(from, 1 - LEAST_SHARE));
  const width = Math.max(LEAST_SHARE, Math.min(1, until) - start);
  const fill = mark === 'there' ? '' : markup` fill="url(#${mark})"`;
  return markup`<rect class="${mark}"${fill} x="${percent(start)}" y="${BAR}" width="${percent(width)}" height="${BAR_HEIGHT}"/>
`;
}

function drawLimit(share: number): Markup {
  const x = percent(share);
  return markup`<line class="limit" x1="${x}" x2="${x}" y1="${BAR - 2}" y2="${BAR + BAR_HEIGHT + 4}"/>
`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

/** A timeline. */
interface Timeline {
  readonly title: string;
  readonly rows: readonly TimelineRow[];
  /** Hours are counted from it. */
  readonly origin: string;
  /** What goes on where a row works, such as `bakes`. */
  readonly works: string;
}

/** A timeline as a picture, and below it as a table. */
export function timelineFigure({ origin, rows, title, works }: Timeline): readonly Markup[] {
  const extent = extentOf(rows, origin);
  const shareOf = (instant: string) => (Date.parse(instant) - extent.start) / (extent.end - extent.start);
  const picture = draw({
    title,
    rows: rows.map((row) => ({
      label: row.label,
      note: [hoursSince(row, origin), row.note ?? ''].join(' ').trim(),
      spans: row.spans.map(({ from, mark, until }) => ({ from: shareOf(from), until: shareOf(until), mark })),
    })),
    ticks: ticksOf(extent, MOST_TICKS),
    legend: { waits: 'waits', works, there: 'there' },
  });
  const below = table({
    caption: `${title}: instants in UTC`,
    columns: [
      { title: 'What' },
      { title: 'When' },
      { title: 'Hours since release', align: 'right' },
      { title: 'Outcome' },
      { title: 'Periods' },
    ],
    rows: rows.map((row) => [
      row.label,
      row.at ?? '-',
      hoursSince(row, origin) || '-',
      row.note ?? '',
      row.spans
        .filter(({ from, until }) => from !== until)
        .map(({ from, mark, until }) => `${mark} ${dayAndTime(from)} to ${dayAndTime(until)}`)
        .join(', '),
    ]),
  });
  return [picture, below];
}

function dayAndTime(instant: string): string {
  return new Date(instant).toISOString().slice(5, 16).replace('T', ' ');
}

/** Hours against a budget; null where something has not got there, or its budget is not known. */
export interface Spent {
  readonly label: string;
  readonly hours: number | null;
  readonly budget: number | null;
}

/** Whether a budget is kept, in words. */
export function budgetText({ budget, hours }: Omit<Spent, 'label'>): string {
  if (hours === null) {
    return 'not reached';
  }
  return budget === null ? 'budget not known' : hours > budget ? 'over budget' : 'within budget';
}

/** Hours as budgets are given: never in days. */
export function plainHours(hours: number): string {
  return `${Math.round(hours * 10) / 10} h`;
}

/** Hours against their budgets as a picture; the caller adds the table. */
export function budgetFigure(title: string, all: readonly Spent[]): Markup {
  if (all.length === 0) {
    return markup``;
  }
  const most = 1.02 * Math.max(1, ...all.flatMap(({ budget, hours }) => [hours ?? 0, budget ?? 0]));
  const rows = all.map((one): PictureRow => {
    const { budget, hours, label } = one;
    const verdict = budgetText(one);
    const isKept = verdict !== 'over budget' && hours !== null;
    return {
      label,
      note:
        hours === null || budget === null
          ? [hours === null ? '' : plainHours(hours), verdict].join(' ').trim()
          : `${plainHours(hours)} of ${plainHours(budget)}${isKept ? '' : ', over'}`,
      spans:
        hours === 0
          ? []
          : [{ from: 0, until: hours === null ? 1 : hours / most, mark: isKept ? 'there' : 'works' }],
      limit: budget === null ? null : budget / most,
    };
  });
  const legend = { there: 'within the budget', works: 'over it, or not reached', limit: 'the budget' };
  return draw({ title, rows, ticks: [], legend });
}

/** Periods in hours since something, a row each. */
export interface HoursRow {
  readonly label: string;
  readonly note: string;
  readonly spans: readonly { readonly from: number; readonly until: number; readonly mark: Mark }[];
}

/** Hours as a picture that ends at `most` hours; what takes longer is cut there, and its note says how long. */
export function hoursFigure(
  { legend, rows, title }: Pick<Picture, 'legend' | 'title'> & { readonly rows: readonly HoursRow[] },
  most: number,
): Markup {
  const step = [1, 2, 3, 6, 12, 24, 48].find((one) => most / one <= MOST_TICKS) ?? most;
  return draw({
    title,
    legend,
    rows: rows.map(({ spans, ...row }) => ({
      ...row,
      spans: spans
        .filter(({ from }) => from < most)
        .map(({ from, mark, until }) => ({ mark, from: from / most, until: until / most })),
    })),
    ticks: Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => ({
      at: (at * step) / most,
      label: `${at * step} h`,
    })),
  });
}
