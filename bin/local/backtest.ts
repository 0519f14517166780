import { formatBytes } from '../../lib/contract/values/printable';
import { Command } from 'commander';
import type { BacktestReport, Delay, NaiveSummary } from '../../sim/rehearsal/backtest/backtest-report';
import { runBacktest } from '../../sim/rehearsal/backtest/run-backtest';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp, RequiredOption } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { HTML_OPTION, openPage } from '../shared/new-file';
import { parseInstant } from '../shared/option-values';
import { formatHours, formatTable } from '../shared/table';
import type { Terminal } from '../shared/terminal';
import { backtestPage } from './backtest-html';
import { simulationOf, simulationOptions, type SimulationOptions } from './policy-options';

/** A backtest's report as text for people: months, what the gate asked for, and the comparison. */
function describeBacktest(report: BacktestReport, width?: number): string {
  const { completeFrom } = report;
  const complete =
    completeFrom === null
      ? 'Not all families are recorded.'
      : `All families are recorded from ${completeFrom} on.`;
  const title = `Windows Server ${report.release}, ${report.from} to ${report.to}, a poll every 15 minutes\n${complete}\n`;
  const assumed = `Assumed:\n${report.assumed.map((one) => `  ${one}\n`).join('')}`;
  return [
    title,
    months(report, width),
    stops(report, width),
    comparison(report, width),
    cacheTable(report, width),
    delays(report),
    assumed,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function months({ bakes }: BacktestReport, width?: number): string {
  const names = [...new Set(bakes.map(({ at }) => at.slice(0, 7)))];
  let before = '';
  const rows = names.map((month) => {
    const ofMonth = bakes.filter(({ at }) => at.startsWith(month));
    const rollouts = ofMonth.filter(({ host, mode }) => {
      const isOther = `${host} ${mode}` !== before;
      before = `${host} ${mode}`;
      return isOther;
    });
    const list = ofMonth.map(({ at, target, mode }) => `${at} ${target} ${mode}`);
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
    width,
  );
}

function stops({ decisions }: BacktestReport, width?: number): string {
  const rows = decisions
    .filter(({ decision }) => decision === 'needsOperator')
    .map(({ at, reason }) => [at, reason]);
  return rows.length === 0
    ? ''
    : formatTable([{ title: 'ASKED THE OPERATOR' }, { title: 'BECAUSE' }], rows, width);
}

function comparison({ summary }: BacktestReport, width?: number): string {
  const naive = (name: string, one: NaiveSummary) => [
    name,
    ...[one.bakes, one.wrongImageBakes, one.unchangedBakes].map(String),
    formatHours(one.hoursBehind),
  ];
  return formatTable(
    [
      { title: 'RULE' },
      { title: 'BAKES', align: 'right' },
      { title: 'WRONG OR MIXED', align: 'right' },
      { title: 'UNCHANGED', align: 'right' },
      { title: 'BEHIND', align: 'right' },
    ],
    [
      [
        'winbake',
        String(summary.bakes),
        String(summary.wrongImageBakes),
        '0',
        formatHours(summary.hoursBehind),
      ],
      naive('weekly, floating tags', summary.naiveWeekly),
      naive('Patch Tuesday 11:00 Pacific', summary.naivePatchTuesday),
    ],
    width,
  );
}

/** What each number of previous revisions takes, and what apps would still pull beside it. */
function cacheTable({ cached }: BacktestReport, width?: number): string {
  const rows = cached.map(({ diskBytes, extractionMinutes, missing, previousRevisions, snapshotUsd }) => {
    const measured = missing.find(({ bytes }) => bytes !== null)?.bytes;
    const missed = missing.map(({ missedPercent }) => missedPercent);
    return [
      String(previousRevisions),
      formatBytes(diskBytes.median),
      formatBytes(diskBytes.most),
      `${snapshotUsd.median.toFixed(2)} USD`,
      `${extractionMinutes.median.toFixed(1)} min`,
      ...(measured ? [measured.p50, measured.p90, measured.p99].map(formatBytes) : ['-', '-', '-']),
      missed.length === 0 ? '-' : `${Math.max(...missed).toFixed(1)} %`,
    ];
  });
  const [family] = cached.flatMap(({ missing }) => missing.filter(({ bytes }) => bytes !== null));
  return formatTable(
    [
      { title: 'previous', align: 'right' },
      { title: 'disk', align: 'right' },
      { title: 'most', align: 'right' },
      { title: 'snapshot', align: 'right' },
      { title: 'unpacked in', align: 'right' },
      { title: `${family?.family ?? 'apps'} pull p50`, align: 'right' },
      { title: 'p90', align: 'right' },
      { title: 'p99', align: 'right' },
      { title: 'base missed', align: 'right' },
    ],
    rows,
    width,
  );
}

function delays({ summary }: BacktestReport): string {
  const announce = (delay: Delay) =>
    delay.medianHours === null
      ? 'none'
      : `median ${delay.medianHours.toFixed(2)} h over ${delay.bakes} bakes`;
  const { exact, nearestLower, previousRevision, failedOrders, rollouts, stopped } = summary;
  return (
    `Modes: ${exact} exact, ${nearestLower} nearestLower, ${previousRevision} previousRevision. ` +
    `Rollouts: ${rollouts}. Orders that the host failed: ${failedOrders}. Asked the operator: ${stopped} times.\n` +
    `From the last family to the bake: ${announce(summary.measured)} with measured instants, ${announce(summary.inferred)} with inferred ones.\n`
  );
}

const NOTES = `
It polls every 15 minutes, from when all families are recorded on, and follows the lines of tags of each day. A bake ends in the
poll that ordered it. Beside it run a weekly cron and a bake at 11:00 Pacific on Patch Tuesday, both pulling floating tags.
`;

interface BacktestCommandOptions extends SimulationOptions {
  readonly from: Date;
  readonly to: Date;
  readonly html?: string;
  readonly json?: boolean;
}

/** `winbake backtest`: the gate run over recorded history, with what it would have done. */
export function backtestCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('backtest')
    .description(
      'Runs the gate over recorded history and says what it would have baked and when, month by month.',
    )
    .addOption(
      new RequiredOption('--from <instant>', 'first poll, a day or an instant').argParser(parseInstant),
    )
    .addOption(new RequiredOption('--to <instant>', 'end, a day or an instant').argParser(parseInstant));
  simulationOptions().forEach((option) => command.addOption(option));
  command
    .option(...HTML_OPTION)
    .option('--json', 'print one JSON document')
    .action(async (options: BacktestCommandOptions) => {
      const simulation = simulationOf(options);
      const writePage = await openPage(options.html);
      const report = runBacktest({ ...simulation, from: options.from, to: options.to });
      printAnswer(terminal, options.json, {
        schema: 'winbake.backtest/1',
        document: report,
        text: (width) => describeBacktest(report, width),
      });
      await writePage(() => backtestPage(report));
      finish(ExitCode.DONE);
    });
  return addHelp(command, terminal, {
    notes: NOTES,
    examples: [
      ['winbake backtest --release 2022 --from 2025-01-01 --to 2025-12-31'],
      ['winbake backtest --release 2022 --from 2025-01-01 --to 2025-12-31 --html year.html'],
      ['winbake backtest --release 2022 --from 2025-04-01 --to 2025-05-01 --out-of-band waitForHosts'],
      ['winbake backtest --release 2022 --from 2025-08-14 --to 2025-12-20 --line aspnet=4.8 --json'],
    ],
  });
}
