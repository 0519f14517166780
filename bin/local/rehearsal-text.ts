import { formatBytes } from '../../lib/contract/values/printable';
import { shortDigest } from '../../lib/contract/values/digest';
import type {
  RehearsalReport,
  ReportedFleet,
  ReportedMonth,
  ReportedDecision,
  ReportedTimeline,
} from '../../sim/rehearsal/rehearsal-report';
import { formatTable, formatFindings, formatHours } from '../shared/table';
import {
  arrivalRow,
  drawTimeline,
  latest,
  legend,
  rolloutRow,
  type TimelineRow,
} from '../shared/timeline-text';

/** What happened on the fleets, for people: instance by instance, month by month where there are several. */
function describeFleets(
  { fleets, months, rollout }: RehearsalReport,
  width?: number,
  details = false,
): string {
  const title = `Fleet: ${STATUS_TEXTS[rollout.status]}\n`;
  if (fleets.length === 0) {
    return title;
  }
  const [first] = fleets;
  const periods =
    months === undefined
      ? [{ month: '', fleets }]
      : months.map(({ from, fleets: of }) => ({ month: from.slice(0, 7), fleets: of }));
  const rows = periods.flatMap(({ fleets: of, month }) => of.flatMap((fleet) => rowsOf(month, fleet)));
  const isOne = months === undefined && first !== undefined && fleets.length === 1;
  const columns = ['MONTH', 'FLEET', 'INSTANCE', 'BEFORE', 'DURING', 'AFTER'].slice(isOne ? 2 : 0);
  const notified = periods.flatMap(({ fleets: of, month }) =>
    of.flatMap((fleet) =>
      fleet.notified.map((subject) => `Notified${month === '' ? '' : ` in ${month}`}: ${subject}\n`),
    ),
  );
  if (!details && rollout.status === 'finished') {
    return [title, ...notified].join('');
  }
  return [
    title,
    formatTable(
      columns.map((column) => ({ title: column })),
      rows.map((row) => row.slice(isOne ? 2 : 0)),
      width,
    ),
    ...notified,
  ].join('');
}

function rowsOf(month: string, { fleet, instances }: ReportedFleet): readonly (readonly string[])[] {
  return instances.map(({ after, before, during, id }, index) => [
    index === 0 ? month : '',
    index === 0 ? fleet : '',
    id,
    before ?? '-',
    during ?? '-',
    after ?? '-',
  ]);
}

/** The months of a rehearsal as a table for people, a line for each rebake that did something. */
function describeMonths(months: readonly ReportedMonth[], width?: number): string {
  if (months.length === 0) {
    return '';
  }
  return formatTable(
    [
      { title: 'MONTH' },
      { title: 'REBAKE', below: true },
      { title: 'BY', below: true },
      { title: 'DECISION' },
      { title: 'PUBLICATION' },
      { title: 'ROLLOUT' },
      { title: 'TO CURRENT', align: 'right' },
      { title: 'TO LAST INSTANCE', align: 'right' },
    ],
    months.flatMap((month) => {
      const { from, rebakes } = month;
      const hours = [formatHours(month.hoursUnpatched), lastInstanceText(month)];
      return rebakes.length === 0
        ? [[from.slice(0, 10), '-', '-', 'nothing', '-', '-', ...hours]]
        : rebakes.map(({ at, decision, publication, rollout, trigger }, index) => [
            index === 0 ? from.slice(0, 10) : '',
            at,
            trigger,
            decision,
            publication ?? '-',
            rollout.status,
            ...(index === 0 ? hours : ['', '']),
          ]);
    }),
    width,
  );
}

/** The publications with their channels, and what becomes of their AMIs, for people. */
function describePublications({ publications }: RehearsalReport, width?: number): string {
  return publications.length === 0
    ? ''
    : formatTable(
        [
          { title: 'PUBLICATION' },
          { title: 'AMI' },
          { title: 'CHANNELS' },
          { title: 'RETENTION', below: true },
        ],
        publications.map(({ amiId, channels, id, reasons, retention }) => [
          id,
          amiId,
          channels.join(', ') || '-',
          `${retention}: ${summaryOf(reasons)}`,
        ]),
        width,
      );
}

/** Instances and versions that use an AMI are many; all of them are in the JSON document. */
function summaryOf(reasons: readonly string[]): string {
  const [first = '', ...others] = [...new Set(reasons)];
  return others.length === 0 ? first : `${first}, and ${others.length} more`;
}

/** A rehearsal's report as text for people: the answer first, and with `details` all that led to it. */
export function describeRehearsal(report: RehearsalReport, width?: number, details = false): string {
  const parts = [
    heading(report),
    describeMonths(report.months ?? [], width),
    // Of several months the table says it; a picture of each would hide it.
    report.months === undefined ? report.timelines.map((one) => describeTimeline(one, width)).join('\n') : '',
    report.timelines.length === 0 || details ? describeDecisions(report.decisions, width) : '',
    describePublications(report, width),
    describeFleets(report, width, details),
    describeImages(report, width),
    ...(details ? [describeAmi(report, width), describeParameters(report, width)] : []),
    ...(details ? [describeSteps(report, width)] : []),
    describeAgain(report),
    ...(details ? [describeOrigins(report)] : []),
    formatFindings(report.findings),
    details ? '' : 'Decisions, tags, parameters, instances and steps: --details; all of it: --json.\n',
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function describeTimeline(timeline: ReportedTimeline, width?: number): string {
  const { publication, released } = timeline;
  return (
    `${publication}: since Patch Tuesday, ${released}\n` +
    drawTimeline(timelineRows(timeline), released, width) +
    legend(TIMELINE_WORKS)
  );
}

/** What goes on in the rows of a rehearsal's timeline. */
export const TIMELINE_WORKS = 'bakes, replaces instances';

/** When each family was there, when the bake was published, and when each fleet had replaced its last instance. */
export function timelineRows(timeline: ReportedTimeline): readonly TimelineRow[] {
  const { families, fleets, orderedAt, publishedAt, released } = timeline;
  const shown = families.flatMap(({ shownAt }) => (shownAt === null ? [] : [shownAt]));
  const lastShown = shown.sort().at(-1);
  const end = latest([publishedAt, ...fleets.flatMap(({ lastInstanceAt }) => lastInstanceAt ?? [])]);
  return [
    ...families.map(({ family, shownAt }) => arrivalRow({ family, shownAt, released, end, lastShown })),
    {
      label: 'bake',
      at: publishedAt,
      note: 'published',
      spans: [{ from: orderedAt, until: publishedAt, mark: 'works' as const }],
    },
    ...fleets.map((fleet) => rolloutRow(fleet, end)),
  ];
}

/** Hours until the last instance of every fleet had what Microsoft released. */
export function lastInstanceText({ fleets }: ReportedMonth): string {
  const hours = fleets.map(({ hoursToLastInstance }) => hoursToLastInstance);
  return hours.includes(null) ? 'never' : formatHours(Math.max(0, ...hours.map(Number)));
}

/** The outcome of several months, in a sentence or two. */
function headlineOf(months: readonly ReportedMonth[]): string {
  const rollouts = months.flatMap(({ rebakes }) =>
    rebakes.flatMap(({ publication, rollout }) => (publication === null ? [] : [rollout.status])),
  );
  const counts = [...Map.groupBy(rollouts, (status) => status)].map(
    ([status, all]) => `${all.length} ${STATUS_TEXTS[status]}`,
  );
  const late = months.filter((month) => lastInstanceText(month) === 'never');
  const names = late.map(({ from }) => from.slice(0, 10)).join(', ');
  const slowest = Math.max(0, ...months.map(({ hoursUnpatched }) => hoursUnpatched));
  const last = Math.max(
    0,
    ...months.flatMap(({ fleets }) => fleets.map((fleet) => fleet.hoursToLastInstance ?? 0)),
  );
  return (
    `${months.length} months: ${rollouts.length} publications${counts.length === 0 ? '' : `; rollouts: ${counts.join(', ')}`}. ` +
    `Longest: ${formatHours(slowest)} to current, ${formatHours(last)} to the last instance` +
    `${late.length === 0 ? '' : `, which ${late.length === 1 ? 'the month' : 'months'} from ${names} never reached`}.\n`
  );
}

/** How a rollout ended, in words. */
export const STATUS_TEXTS: Readonly<Record<ReportedMonth['rebakes'][number]['rollout']['status'], string>> = {
  finished: 'finished',
  waiting: 'waiting',
  failed: 'failed',
  rolledBack: 'rolled back',
  none: 'without a fleet',
};

/** The answer of a rehearsal in a sentence or two. */
export function heading({ asOf, decision, host, months, target, timelines }: RehearsalReport): string {
  if (months !== undefined && months.length > 0) {
    return `Rehearsed from ${asOf} on, ${headlineOf(months)}`;
  }
  const aim = target === null ? '' : `, for ${target}`;
  const reached = host === null ? '' : `, host at ${host.osVersion}`;
  const [{ orderedAt } = { orderedAt: asOf }] = timelines;
  const later = Date.parse(orderedAt) - Date.parse(asOf) < 15 * 60_000 ? '' : `, ordered at ${orderedAt}`;
  return `Rehearsed as of ${asOf}: ${decision}${aim}${later}${reached}\n`;
}

function describeDecisions(decisions: readonly ReportedDecision[], width?: number): string {
  const changes = decisions.filter((one, index) => signature(one) !== signature(decisions[index - 1]));
  return formatTable(
    [{ title: 'AT' }, { title: 'DECISION' }, { title: 'FINDINGS' }],
    changes.map(({ at, decision, findings }) => [
      at,
      decision,
      findings.map(({ code, family }) => (family === undefined ? code : `${code} ${family}`)).join(', '),
    ]),
    width,
  );
}

function signature(decision: ReportedDecision | undefined): string {
  return JSON.stringify([decision?.decision, decision?.findings.map(({ code, family }) => [code, family])]);
}

function describeImages({ images }: RehearsalReport, width?: number): string {
  return images.length === 0
    ? ''
    : formatTable(
        [
          { title: 'FAMILY' },
          { title: 'TAG', below: true },
          { title: 'DIGEST' },
          { title: 'OS VERSION' },
          { title: 'MODE' },
          { title: 'DOWNLOAD', align: 'right' },
        ],
        images.map((image) => [
          image.family,
          image.tag,
          shortDigest(image.digest),
          image.osVersion,
          image.mode,
          formatBytes(image.compressedBytes),
        ]),
        width,
      );
}

function describeAmi({ ami }: RehearsalReport, width?: number): string {
  return ami === null
    ? ''
    : `AMI ${ami.id}\n${formatTable(
        [{ title: 'TAG' }, { title: 'VALUE' }],
        Object.entries(ami.tags)
          .sort(([one], [other]) => (one < other ? -1 : 1))
          .map(([key, value]) => [key, shortened(value)]),
        width,
      )}`;
}

function describeParameters({ parameters }: RehearsalReport, width?: number): string {
  return formatTable(
    [{ title: 'PARAMETER' }, { title: 'VALUE' }],
    Object.entries(parameters).map(([name, value]) => [name, shortened(value)]),
    width,
  );
}

/** Of several months only the parts: the steps of components stand in the JSON document. */
function describeSteps({ months, steps }: RehearsalReport, width?: number): string {
  const shown = months === undefined ? steps : steps.filter(({ name }) => !name.includes(': '));
  return formatTable(
    [{ title: 'STEP' }, { title: 'SECONDS', align: 'right' }, { title: 'STATUS' }],
    shown.map(({ name, seconds, status }) => [name, status === 'notRun' ? '' : seconds.toFixed(1), status]),
    width,
  );
}

function describeAgain({ again }: RehearsalReport): string {
  return again === null ? '' : `Asked again in the same account: ${again.decision}. ${again.reason}\n`;
}

/** Where the answers of simulated AWS are from. */
function describeOrigins({ origins }: RehearsalReport): string {
  const counts = Object.entries(origins).filter(([, count]) => count > 0);
  return `Answers of simulated AWS: ${counts.map(([origin, count]) => `${count} ${origin}`).join(', ')}\n`;
}

/** Long values are whole in the JSON document. */
function shortened(text: string): string {
  return text.length <= 72 ? text : `${text.slice(0, 71)}…`;
}
