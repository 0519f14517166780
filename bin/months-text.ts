import type { RehearsalReport, ReportedMonth } from '../sim/rehearsal/rehearsal-report';
import { formatTable } from './table';

/** The months of a rehearsal as a table for people, a line for each rebake that did something. */
export function describeMonths(months: readonly ReportedMonth[]): string {
  if (months.length === 0) {
    return '';
  }
  return formatTable(
    [
      { title: 'MONTH' },
      { title: 'REBAKE' },
      { title: 'BY' },
      { title: 'DECISION' },
      { title: 'PUBLICATION' },
      { title: 'ROLLOUT' },
      { title: 'HOURS UNPATCHED', align: 'right' },
    ],
    months.flatMap(({ from, hoursUnpatched, rebakes }) => {
      const hours = hoursUnpatched.toFixed(1);
      return rebakes.length === 0
        ? [[from.slice(0, 10), '-', '-', 'nothing', '-', '-', hours]]
        : rebakes.map(({ at, decision, publication, rollout, trigger }, index) => [
            index === 0 ? from.slice(0, 10) : '',
            `${at.slice(0, 16)}Z`,
            trigger,
            decision,
            publication ?? '-',
            rollout.status,
            index === 0 ? hours : '',
          ]);
    }),
  );
}

/** The publications with their channels, and what becomes of their AMIs, for people. */
export function describePublications({ publications }: RehearsalReport): string {
  return publications.length === 0
    ? ''
    : formatTable(
        [{ title: 'PUBLICATION' }, { title: 'AMI' }, { title: 'CHANNELS' }, { title: 'RETENTION' }],
        publications.map(({ amiId, channels, id, reasons, retention }) => [
          id,
          amiId,
          channels.join(', ') || '-',
          `${retention}: ${summaryOf(reasons)}`,
        ]),
      );
}

/** Instances and versions that use an AMI are many; all of them are in the JSON document. */
function summaryOf(reasons: readonly string[]): string {
  const [first = '', ...others] = [...new Set(reasons)];
  return others.length === 0 ? first : `${first}, and ${others.length} more`;
}
