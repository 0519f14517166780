import { shortDigest } from '../../lib/contract/values/digest';
import type {
  RehearsalReport,
  ReportedFleet,
  ReportedMonth,
  ReportedPublication,
} from '../../sim/rehearsal/rehearsal-report';
import { budgetFigure, budgetText, plainHours, timelineFigure, type Spent } from '../shared/html-chart';
import { page, paragraph, table, type Markup } from '../shared/html-page';
import { formatHours } from '../shared/table';
import { heading, lastInstanceText, STATUS_TEXTS, TIMELINE_WORKS, timelineRows } from './rehearsal-text';

/** A rehearsal's report as a page: the answer, the Patch Tuesday, the budget, and what each AMI holds. */
export function rehearsalPage(report: RehearsalReport): string {
  const { ami, asOf, host, months, patchWithinHours, publications, rollout, target } = report;
  const spent = periodsOf(report).flatMap(({ fleets, name }) =>
    fleets.map((one) => ({ ...spentBy(one), label: `${name}${one.fleet}` })),
  );
  return page({
    title: `Winbake rehearsal as of ${asOf}`,
    answer: [heading(report).trim(), fleetAnswer(rollout.status, spent)],
    facts: [
      ['Target', target ?? 'none'],
      ['Host reached', host?.osVersion ?? '-'],
      ['AMI', ami?.id ?? 'none'],
      ['Publications', publications.length],
      ['Patch budget of the pipeline', plainHours(patchWithinHours)],
      ...(months === undefined ? [] : [['Months', months.length] as const]),
    ],
    sections: [
      { title: 'Patch Tuesday, hour by hour', content: timelines(report) },
      { title: 'Month by month', content: months === undefined ? [] : monthsOf(months, patchWithinHours) },
      { title: 'Instances against the patch budget', content: [...budgets(spent), instances(report)] },
      { title: 'What each AMI holds', content: amis(publications) },
      { title: 'Findings', content: [findings(report), decisions(report)] },
    ],
    footer:
      'Rehearsed on one computer against recorded history of the registry; bytes, digests and the times of bake and refresh are models. ' +
      'All of it: the option --json.',
  });
}

/** The fleets of each month, or of the one rebake. */
function periodsOf({ fleets, months }: RehearsalReport) {
  return months === undefined
    ? [{ name: '', fleets }]
    : months.map((month) => ({ name: `${month.from.slice(0, 7)} `, fleets: month.fleets }));
}

function spentBy({ hoursToLastInstance, patchWithinHours }: ReportedFleet): Omit<Spent, 'label'> {
  return { hours: hoursToLastInstance, budget: patchWithinHours };
}

function fleetAnswer(status: RehearsalReport['rollout']['status'], spent: readonly Spent[]): string {
  if (spent.length === 0) {
    return 'No fleet follows the pipeline.';
  }
  const late = spent.filter((one) => budgetText(one) !== 'within budget');
  const budget =
    late.length === 0
      ? 'Every instance had the update within its patch budget.'
      : `Not within the patch budget: ${late.map((one) => `${one.label} (${budgetText(one)})`).join(', ')}.`;
  return `Last rollout: ${STATUS_TEXTS[status]}. ${budget}`;
}

function timelines({ timelines: all }: RehearsalReport): readonly Markup[] {
  return all.flatMap((one) =>
    timelineFigure({
      title: `${one.publication}, Patch Tuesday of ${one.released}`,
      rows: timelineRows(one),
      origin: one.released,
      works: TIMELINE_WORKS,
    }),
  );
}

function monthsOf(months: readonly ReportedMonth[], budget: number): readonly Markup[] {
  return [
    budgetFigure(
      'Hours until current had the update, month by month',
      months.map(({ from, hoursUnpatched }) => ({ label: from.slice(0, 7), hours: hoursUnpatched, budget })),
    ),
    table({
      caption: 'Rebakes and rollouts of each month',
      columns: [
        { title: 'Rebake' },
        { title: 'Month from' },
        { title: 'By' },
        { title: 'Decision' },
        { title: 'Publication' },
        { title: 'Rollout' },
        { title: 'To current', align: 'right' },
        { title: 'To last instance', align: 'right' },
      ],
      rows: months.flatMap((month) => {
        const hours = [formatHours(month.hoursUnpatched), lastInstanceText(month)];
        const from = month.from.slice(0, 10);
        return month.rebakes.length === 0
          ? [['none', from, '-', 'nothing', '-', '-', ...hours]]
          : month.rebakes.map(({ at, decision, publication, rollout, trigger }) => [
              ...[at, from, trigger, decision, publication ?? '-', STATUS_TEXTS[rollout.status]],
              ...hours,
            ]);
      }),
    }),
  ];
}

function budgets(spent: readonly Spent[]): readonly Markup[] {
  const right = { align: 'right' } as const;
  return [
    budgetFigure('Hours from the release to the last instance of each fleet', spent),
    table({
      caption: 'Hours to the last instance, against the budget of each fleet',
      columns: [
        { title: 'Fleet' },
        { title: 'To last instance', ...right },
        { title: 'Patch budget', ...right },
        { title: 'Result' },
      ],
      rows: spent.map((one) => [
        one.label,
        one.hours === null ? 'never' : plainHours(one.hours),
        one.budget === null ? '-' : plainHours(one.budget),
        budgetText(one),
      ]),
    }),
  ];
}

function instances(report: RehearsalReport): Markup {
  return table({
    caption: 'AMIs of each instance before, during and after',
    columns: ['Instance', 'Fleet', 'Before', 'During', 'After'].map((title) => ({ title })),
    rows: periodsOf(report).flatMap(({ fleets, name }) =>
      fleets.flatMap(({ fleet, instances: all }) =>
        all.map(({ after, before, during, id }) => [
          ...[id, `${name}${fleet}`, before ?? 'not there', during ?? 'not there', after ?? 'gone'],
        ]),
      ),
    ),
  });
}

function amis(publications: readonly ReportedPublication[]): readonly Markup[] {
  return [
    table({
      caption: 'Publications, the oldest first',
      columns: ['Publication', 'AMI', 'Windows', 'Mode', 'Channels', 'Retention'].map((title) => ({ title })),
      rows: publications.map(({ amiId, channels, id, mode, osVersion, reasons, retention }) => [
        ...[id, amiId, osVersion, mode, channels.join(', ') || '-'],
        [retention, ...new Set(reasons)].slice(0, 2).join(': '),
      ]),
    }),
    ...publications.flatMap(({ amiId, holds, id }) =>
      holds === null
        ? []
        : [
            table({
              caption: `Images of ${id}, ${amiId}`,
              columns: ['Family', 'Image', 'OS version', 'Mode', 'Digest'].map((title) => ({ title })),
              rows: holds.images.map(({ digest, family, mode, osVersion, repository, tag }) => [
                ...[family, `${repository}:${tag}`, osVersion, mode, shortDigest(digest)],
              ]),
            }),
            paragraph(
              [
                `Windows ${holds.host.osVersion}`,
                ...(holds.host.updates?.length ? [`updates ${holds.host.updates.join(', ')}`] : []),
                ...(holds.host.software ?? []).map(({ name, version }) => `${name} ${version}`),
              ].join('; '),
            ),
            ...(holds.leftOut ?? []).map(({ family, message }) =>
              paragraph(`Left out: ${family}. ${message}`),
            ),
          ],
    ),
  ];
}

function findings(report: RehearsalReport): Markup {
  const notified = periodsOf(report).flatMap(({ fleets, name }) =>
    fleets.flatMap((one) => one.notified.map((subject) => ['notified', `${name}${one.fleet}`, subject])),
  );
  return table({
    caption: 'What was found, and what people were notified of',
    columns: ['Kind', 'Code or fleet', 'Message'].map((title) => ({ title })),
    rows: [...report.findings.map(({ code, message, severity }) => [severity, code, message]), ...notified],
  });
}

function decisions({ decisions: all }: RehearsalReport): Markup {
  return table({
    caption: 'Decisions of the gate',
    columns: ['At', 'Decision', 'Findings'].map((title) => ({ title })),
    rows: all
      .filter((one, index) => one.decision !== all[index - 1]?.decision)
      .map(({ at, decision, findings: found }) => [
        at,
        decision,
        [...new Set(found.map(({ code, family }) => [code, family].filter(Boolean).join(' ')))].join(', '),
      ]),
  });
}
