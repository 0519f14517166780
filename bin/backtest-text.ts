import type { BacktestReport, Delay, NaiveSummary } from '../sim/rehearsal/backtest/backtest-report';
import { formatTable } from './table';

/** A backtest's report as text for people: months, what the gate asked for, and the comparison. */
export function describeBacktest(report: BacktestReport): string {
  const title = `Windows Server ${report.release}, ${report.from} to ${report.to}, a look every 15 minutes\n`;
  return [title, months(report), stops(report), comparison(report), delays(report)]
    .filter((part) => part !== '')
    .join('\n');
}

function months({ bakes }: BacktestReport): string {
  const names = [...new Set(bakes.map(({ at }) => at.slice(0, 7)))];
  let before = '';
  const rows = names.map((month) => {
    const ofMonth = bakes.filter(({ at }) => at.startsWith(month));
    const rollouts = ofMonth.filter(({ host, mode }) => {
      const isOther = `${host} ${mode}` !== before;
      before = `${host} ${mode}`;
      return isOther;
    });
    const list = ofMonth.map(({ at, target, mode }) => `${at.slice(5, 16)}Z ${target} ${mode}`);
    return [month, String(ofMonth.length), String(rollouts.length), list.join('; ')];
  });
  return formatTable(
    [
      { title: 'MONTH' },
      { title: 'BAKES', align: 'right' },
      { title: 'ROLLOUTS', align: 'right' },
      { title: 'WHEN, FOR WHAT, HOW' },
    ],
    rows,
  );
}

function stops({ decisions }: BacktestReport): string {
  const rows = decisions
    .filter(({ decision }) => decision === 'needsOperator')
    .map(({ at, reason }) => [at, reason]);
  return rows.length === 0 ? '' : formatTable([{ title: 'ASKED THE OPERATOR' }, { title: 'BECAUSE' }], rows);
}

function comparison({ summary }: BacktestReport): string {
  const naive = (name: string, one: NaiveSummary) => [
    name,
    ...[one.bakes, one.wrongImageBakes, one.unchangedBakes].map(String),
    one.hoursBehind.toFixed(0),
  ];
  return formatTable(
    [
      { title: 'RULE' },
      { title: 'BAKES', align: 'right' },
      { title: 'WRONG OR MIXED', align: 'right' },
      { title: 'UNCHANGED', align: 'right' },
      { title: 'HOURS BEHIND', align: 'right' },
    ],
    [
      [
        'winbake',
        String(summary.bakes),
        String(summary.wrongImageBakes),
        '0',
        summary.hoursBehind.toFixed(0),
      ],
      naive('weekly, floating tags', summary.naiveWeekly),
      naive('Patch Tuesday 11:00 Pacific', summary.naivePatchTuesday),
    ],
  );
}

function delays({ summary }: BacktestReport): string {
  const say = (delay: Delay) =>
    delay.medianHours === null
      ? 'none'
      : `median ${delay.medianHours.toFixed(2)} h over ${delay.bakes} bakes`;
  const { exact, nearestLower, previousRevision, failedOrders, rollouts, stopped } = summary;
  return (
    `Modes: ${exact} exact, ${nearestLower} nearestLower, ${previousRevision} previousRevision. ` +
    `Rollouts: ${rollouts}. Orders that the host failed: ${failedOrders}. Asked the operator: ${stopped} times.\n` +
    `From the last family to the bake: ${say(summary.measured)} with measured instants, ${say(summary.inferred)} with inferred ones.\n`
  );
}
