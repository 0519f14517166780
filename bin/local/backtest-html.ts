import { formatBytes } from '../../lib/contract/values/printable';
import type {
  BacktestReport,
  BacktestTimeline,
  NaiveSummary,
} from '../../sim/rehearsal/backtest/backtest-report';
import { hoursFigure, timelineFigure } from '../shared/html-chart';
import { page, paragraph, table, type Markup } from '../shared/html-page';
import { formatAge, formatHours } from '../shared/table';
import { arrivalRow, latest } from '../shared/timeline-text';

/** A backtest's report as a page: the answer, other rules beside it, months by families, and what it rests on. */
export function backtestPage(report: BacktestReport): string {
  const { completeFrom, from, release, summary, to } = report;
  // What was released before it began was baked when it began.
  const timelines = report.timelines.filter(({ released }) => released >= from);
  const last = timelines.at(-1);
  return page({
    title: `Winbake backtest of Windows Server ${release}`,
    answer: [
      `From ${dayOf(from)} to ${dayOf(to)}: ${summary.bakes} bakes, ${summary.wrongImageBakes} of them wrong or mixed, ` +
        `${formatHours(summary.hoursBehind)} behind in all; ${stopsText(summary.stopped)}.`,
      `A weekly bake of floating tags: ${summary.naiveWeekly.wrongImageBakes} of ${summary.naiveWeekly.bakes} wrong or mixed, ` +
        `${formatHours(summary.naiveWeekly.hoursBehind)} behind.`,
    ],
    facts: [
      ['Bakes', summary.bakes],
      ['Rollouts', summary.rollouts],
      ['Exact', summary.exact],
      ['Nearest lower', summary.nearestLower],
      ['Previous revision', summary.previousRevision],
      [
        'From the last family to the bake, median',
        summary.medianHoursAfterLastFamily === null ? 'none' : formatAge(summary.medianHoursAfterLastFamily),
      ],
    ],
    sections: [
      { title: 'Beside other rules', content: comparison(report) },
      { title: 'The last Patch Tuesday', content: last === undefined ? [] : timelineOf(last) },
      { title: 'Months by families', content: months(timelines) },
      { title: 'Bakes', content: [bakes(report), stops(report)] },
      { title: 'What caching previous revisions takes', content: [cached(report)] },
      {
        title: 'Assumed',
        content: [
          paragraph(
            completeFrom === null
              ? 'Not all families are recorded.'
              : `All families are recorded from ${completeFrom} on. It polls every 15 minutes.`,
          ),
          ...report.assumed.map(paragraph),
        ],
      },
    ],
    footer: 'The gate run over recorded history of the registry. All of it: the option --json.',
  });
}

function stopsText(count: number): string {
  return count === 0 ? 'it never asked the operator' : `it asked the operator ${count} times`;
}

/** A day where an instant is its beginning. */
function dayOf(instant: string): string {
  return instant.replace(/T00:00:00\.000Z$/, '');
}

function comparison({ summary }: BacktestReport): readonly Markup[] {
  const right = { align: 'right' } as const;
  const ours = {
    ...{ bakes: summary.bakes, wrongImageBakes: summary.wrongImageBakes, unchangedBakes: 0 },
    hoursBehind: summary.hoursBehind,
  };
  const rules: readonly (readonly [string, NaiveSummary])[] = [
    ['winbake', ours],
    ['weekly, floating tags', summary.naiveWeekly],
    ['Patch Tuesday 11:00 Pacific', summary.naivePatchTuesday],
  ];
  return [
    table({
      caption: 'The gate beside rules that do not poll',
      columns: [
        { title: 'Rule' },
        { title: 'Bakes', ...right },
        { title: 'Wrong or mixed', ...right },
        { title: 'Unchanged', ...right },
        { title: 'Behind', ...right },
      ],
      rows: rules.map(([name, one]) => [
        ...[name, one.bakes, one.wrongImageBakes, one.unchangedBakes],
        formatHours(one.hoursBehind),
      ]),
    }),
  ];
}

/** When each family came of one revision, and its first bake. */
function timelineOf({ bakedAt, families, mode, released, target }: BacktestTimeline): readonly Markup[] {
  const shown = families.flatMap(({ shownAt }) => shownAt ?? []).sort();
  const end = latest([bakedAt, ...shown, new Date(Date.parse(released) + 6 * HOUR).toISOString()]);
  const lastShown = shown.length === families.length ? shown.at(-1) : undefined;
  return timelineFigure({
    title: `${target}, Patch Tuesday of ${released}`,
    origin: released,
    works: 'bakes',
    rows: [
      ...families.map(({ family, shownAt }) => arrivalRow({ family, shownAt, released, end, lastShown })),
      {
        ...{ label: 'bake', at: bakedAt, note: mode },
        spans: [{ from: bakedAt, until: end, mark: 'there' }],
      },
    ],
  });
}

const HOUR = 3_600_000;

/** As long as a month's picture is; later families are few, and would make the rest a dot. */
const MOST_HOURS = 48;

function months(timelines: readonly BacktestTimeline[]): readonly Markup[] {
  const names = [...new Set(timelines.flatMap(({ families }) => families.map(({ family }) => family)))];
  const right = { align: 'right' } as const;
  return [
    hoursFigure(
      {
        title: `Hours since Patch Tuesday, by revision; cut at ${MOST_HOURS} h`,
        rows: timelines.map(pictureOf),
        legend: { waits: 'no family yet', works: 'families come', there: 'all there, to the bake' },
      },
      MOST_HOURS,
    ),
    table({
      caption: 'Hours from Patch Tuesday to each family and to the first bake',
      columns: [
        { title: 'Revision' },
        { title: 'Patch Tuesday' },
        ...names.map((title) => ({ title, ...right })),
        { title: 'Baked', ...right },
        { title: 'Mode' },
      ],
      rows: timelines.map(({ bakedAt, families, mode, released, target }) => [
        target,
        released.slice(0, 10),
        ...names.map((name) => {
          const one = families.find(({ family }) => family === name);
          return one === undefined ? '-' : arrivalText(one, lastOf(families), released);
        }),
        hoursText(bakedAt, released),
        mode,
      ]),
    }),
    paragraph(
      'A cell with (pattern) was not measured, but follows from a pattern of other months; (last) was the last family to come.',
    ),
  ];
}

function lastOf(families: BacktestTimeline['families']): string | null {
  const shown = families.flatMap(({ shownAt }) => shownAt ?? []).sort();
  return shown.length === families.length && new Set(shown).size > 1 ? (shown.at(-1) ?? null) : null;
}

function arrivalText(
  { isMeasured, shownAt }: BacktestTimeline['families'][number],
  last: string | null,
  released: string,
): string {
  return shownAt === null
    ? 'not yet'
    : `${hoursText(shownAt, released)}${isMeasured ? '' : ' (pattern)'}${shownAt === last ? ' (last)' : ''}`;
}

function hoursOf(instant: string, released: string): number {
  return (Date.parse(instant) - Date.parse(released)) / HOUR;
}

function hoursText(instant: string, released: string): string {
  const hours = hoursOf(instant, released);
  return `${hours < 0 ? '-' : '+'}${formatHours(Math.abs(hours))}`;
}

function pictureOf({ bakedAt, families, released, target }: BacktestTimeline) {
  const shown = families.flatMap(({ shownAt }) => shownAt ?? []).sort();
  const [first = bakedAt] = shown;
  const isComplete = shown.length === families.length;
  const last = isComplete ? (shown.at(-1) ?? bakedAt) : bakedAt;
  const [from, until, baked] = [first, last, bakedAt].map((one) => Math.max(0, hoursOf(one, released))) as [
    number,
    number,
    number,
  ];
  return {
    label: `${released.slice(0, 7)} ${target.replace(/^10\.0\./, '')}`,
    note: `all ${isComplete ? hoursText(last, released) : 'never'}, bake ${hoursText(bakedAt, released)}`,
    spans: [
      { from: 0, until: from, mark: 'waits' as const },
      { from, until, mark: 'works' as const },
      ...(baked < until ? [] : [{ from: until, until: baked, mark: 'there' as const }]),
    ],
  };
}

function bakes({ bakes: all }: BacktestReport): Markup {
  return table({
    caption: 'Every bake, with the families that were not of its target',
    columns: ['At', 'Target', 'Host', 'Mode', 'Other revisions'].map((title) => ({ title })),
    rows: all.map(({ at, host, images, mode, target }) => [
      ...[at, target, host, mode],
      images
        .filter(({ family, osVersion }) => !family.includes('@') && osVersion !== target)
        .map(({ family, osVersion }) => `${family} ${osVersion}`)
        .join(', ') || 'none',
    ]),
  });
}

function stops({ decisions }: BacktestReport): Markup {
  return table({
    caption: 'When it asked the operator',
    columns: [{ title: 'At' }, { title: 'Because' }],
    rows: decisions
      .filter(({ decision }) => decision === 'needsOperator')
      .map(({ at, reason }) => [at, reason]),
  });
}

function cached({ cached: all }: BacktestReport): Markup {
  const right = { align: 'right' } as const;
  return table({
    caption: 'Previous revisions of each family on the disk, and what apps would still pull',
    columns: [
      { title: 'Previous revisions', ...right },
      { title: 'Disk, median', ...right },
      { title: 'Disk, most', ...right },
      { title: 'Snapshot, a month', ...right },
      { title: 'Unpacked in', ...right },
      { title: 'Days on which a base was missed', ...right },
    ],
    rows: all.map(({ diskBytes, extractionMinutes, missing, previousRevisions, snapshotUsd }) => [
      previousRevisions,
      formatBytes(diskBytes.median),
      formatBytes(diskBytes.most),
      `${snapshotUsd.median.toFixed(2)} USD`,
      `${extractionMinutes.median.toFixed(1)} min`,
      missing.length === 0
        ? '-'
        : `${Math.max(...missing.map(({ missedPercent }) => missedPercent)).toFixed(1)} %`,
    ]),
  });
}
