import type { ExplainedFamily } from '../../lib/core/gate/explain-families';
import { previousRevisionOf } from '../../lib/core/images/image-extra';
import type { Severity } from '../../lib/contract/values/finding';
import { printable } from '../../lib/contract/values/printable';
import { shortInstants, wrapLine } from './layout';

/** A finding of any code: another release may have made it. */
interface ShownFinding {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
}

/** Findings as lines for people, the gravest first. */
export function formatFindings(findings: readonly ShownFinding[]): string {
  const order = ['stop', 'warning', 'info'];
  return [...findings]
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
    .map((finding) => `${finding.severity.padEnd(7)}  ${finding.code}  ${printable(finding.message)}\n`)
    .join('');
}

/** A column of a table for people. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Where the table is too wide, its cells stand on a line of their own below their row. */
  readonly below?: boolean;
}

/** Between two columns. */
const GAP = '  ';

/**
 * A table without lines, headings in capitals, columns two spaces apart, no colours. Cells are wrapped between words so that
 * it fits `width` columns, never inside a word: where even that is too wide, columns that may go below their row, and else each row
 * becomes a block of lines. Without a width each row is one line, for logs and pipes.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width?: number,
): string {
  const titles = columns.map(({ title }) => title.toUpperCase());
  const cells = rows.map((row) => row.map((text) => printable(shortInstants(text))));
  const all = columns.map((_, at) => at);
  const beside = all.filter((at) => columns[at]?.below !== true);
  return (
    tableOf(all, columns, [titles, ...cells], width) ??
    tableOf(beside, columns, [titles, ...cells], width) ??
    blocks(titles, cells, width ?? 0)
  );
}

/** The table with some of its columns beside each other and the others below; undefined where that is too wide. */
function tableOf(
  beside: readonly number[],
  columns: readonly Column[],
  lines: readonly (readonly string[])[],
  width: number | undefined,
): string | undefined {
  const shown = lines.map((row) => beside.map((at) => row[at] ?? ''));
  const widest = (lengthOf: (text: string) => number) =>
    beside.map((_, at) => Math.max(...shown.map((row) => lengthOf(row[at] ?? ''))));
  const natural = widest((text) => text.length);
  const widths = width === undefined ? natural : fit(natural, widest(longestToken), width);
  const rest = columns.flatMap((_, at) => (beside.includes(at) ? [] : [at]));
  return (
    widths &&
    shown
      .map((row, index) => {
        const below = index === 0 ? '' : rest.map((at) => lines[index]?.[at] ?? '').join(GAP);
        const text = rowText(
          row,
          widths,
          beside.map((at) => columns[at]),
        );
        return below.trim() === '' ? text : `${text}${GAP}${below.trimEnd()}\n`;
      })
      .join('')
  );
}

function longestToken(text: string): number {
  return Math.max(...text.split(' ').map((token) => token.length));
}

/** Narrows the widest column that can be narrowed until the table fits; undefined where it cannot. */
function fit(
  natural: readonly number[],
  least: readonly number[],
  width: number,
): readonly number[] | undefined {
  const room = width - GAP.length * (natural.length - 1);
  const widths = [...natural];
  const total = () => widths.reduce((sum, one) => sum + one, 0);
  while (total() > room) {
    const spare = widths.map((one, at) => (one > (least[at] ?? 0) ? one : 0));
    const widest = Math.max(...spare);
    if (widest === 0) {
      return undefined;
    }
    widths[spare.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function rowText(
  row: readonly string[],
  widths: readonly number[],
  columns: readonly (Column | undefined)[],
): string {
  const wrapped = row.map((text, at) => wrapLine(text, widths[at] ?? 0, ''));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = wrapped.map((lines, at) => {
      const text = lines[line] ?? '';
      return columns[at]?.align === 'right' ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0);
    });
    return `${parts.join(GAP).trimEnd()}\n`;
  }).join('');
}

/** A block of lines for each row, a line for each cell that says something. */
function blocks(titles: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const name = Math.max(...titles.map((title) => title.length));
  return rows
    .map((row) =>
      row
        .map((text, at) => `${(titles[at] ?? '').padEnd(name)}${GAP}${text}`)
        .filter((_, at) => row[at] !== '')
        .flatMap((line) => wrapLine(line, width, ' '.repeat(name + GAP.length)))
        .map((line) => `${line}\n`)
        .join(''),
    )
    .join('\n');
}

/** A number of hours as people say it: days from two days on. */
export function formatHours(hours: number): string {
  return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(hours < 240 ? 1 : 0)} d`;
}

/** How long ago or ahead something is, as people say it: minutes within the first hour. */
export function formatAge(hours: number): string {
  return hours < 1 ? `${Math.round(hours * 60)} min` : formatHours(hours);
}

/** What families and extras show, how late that is and what counts, and below it the tags and the previous revisions. */
export function familyTable(families: readonly ExplainedFamily[], width?: number): string {
  const shown = families.filter(({ family }) => previousRevisionOf(family) === undefined);
  const table = formatTable(
    ['family', 'shows', 'since', 'late', 'counts as'].map((title) => ({ title })),
    shown.map((one) => [
      one.family,
      one.shows ?? 'nothing',
      one.since ?? '',
      lateText(one),
      one.counts ?? 'nothing yet',
    ]),
    width,
  );
  const previous = families.map(({ counts, family }) => ({ family, osVersion: counts }));
  // Its family says which repository.
  return (
    `${table}Tags: ${shown.map(({ family, tag }) => `${family} ${tag.replace(/^.*:/, '')}`).join(', ')}.\n` +
    previousText(previous)
      .map((line) => `${line}.\n`)
      .join('')
  );
}

/** The previous revisions among images, in a line for each: their versions, and of several the families too. */
export function previousText(
  images: readonly { readonly family: string; readonly osVersion: string | null }[],
): readonly string[] {
  const previous = images.flatMap(({ family, osVersion }) => {
    const of = previousRevisionOf(family);
    return of === undefined ? [] : { ...of, osVersion: osVersion ?? 'nothing yet' };
  });
  const byRevision = Map.groupBy(previous, ({ revisionsBefore }) => revisionsBefore);
  return [...byRevision].map(([revisions, all]) => {
    const versions = [...Map.groupBy(all, ({ osVersion }) => osVersion)];
    const each = versions.map(([version, of]) =>
      versions.length === 1 ? version : `${version} (${of.map(({ family }) => family).join(', ')})`,
    );
    return `${revisions === 1 ? 'The revision before is' : 'The one before that is'} cached too: ${each.join(', ')}`;
  });
}

function lateText({ isBehind, lateHours }: ExplainedFamily): string {
  const hours = lateHours === null || lateHours === 0 ? '' : formatHours(lateHours);
  return isBehind ? `behind ${hours}`.trim() : hours && `+${hours}`;
}
