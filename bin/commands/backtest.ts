import { Command } from 'commander';
import { parseRelease } from '../../lib/core/windows/release';
import { runBacktest } from '../../lib/rehearsal/backtest/run-backtest';
import { describeBacktest } from '../backtest-text';
import { ExitCode } from '../exit-code';
import type { Finish } from '../finish';
import { parseInstant } from '../option-values';
import { gatePolicy, policyOptions, type PolicyOptions } from '../policy-options';
import type { Terminal } from '../terminal';

const EXAMPLES = `
Examples:
  winbake backtest --release 2022 --from 2025-01-01 --to 2025-12-31
  winbake backtest --release 2022 --from 2025-04-01 --to 2025-05-01 --out-of-band waitForHosts
  winbake backtest --release 2022 --from 2025-08-14 --to 2025-12-20 --line aspnet=4.8 --json

It looks every 15 minutes. A bake ends in the look that ordered it. Beside it run a weekly cron and a bake at 11:00 Pacific
on Patch Tuesday, both pulling floating tags.
`;

interface BacktestCommandOptions extends PolicyOptions {
  readonly release: string;
  readonly from: Date;
  readonly to: Date;
  readonly history?: string;
  readonly hosts?: string;
  readonly accept?: readonly string[];
  readonly json?: boolean;
}

/** `winbake backtest`: the gate run over recorded history, with what it would have done. */
export function backtestCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('backtest')
    .summary('run the gate over recorded history')
    .description(
      'Runs the gate over recorded history and says what it would have baked and when, month by month.',
    )
    .requiredOption('--release <release>', 'Windows Server release: 2016, 2019, 2022 or 2025')
    .requiredOption('--from <instant>', 'first look, a day or an instant', parseInstant)
    .requiredOption('--to <instant>', 'end, a day or an instant', parseInstant)
    .option('--history <file>', 'timeline instead of the recorded one, JSON lines, plain or gzip')
    .option('--hosts <file>', 'table of host revisions instead of the built-in one, CSV')
    .option(
      '--accept <finding...>',
      'finding that an operator passed, such as "WENT_BACK servercore 10.0.20348.3328"',
    );
  policyOptions().forEach((option) => command.addOption(option));
  return command
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action((options: BacktestCommandOptions) => {
      const report = runBacktest({
        release: parseRelease(options.release),
        from: options.from,
        to: options.to,
        history: options.history,
        hosts: options.hosts,
        hostRevision: options.hostRevision,
        lines: options.line ?? {},
        policy: gatePolicy(options),
        accepted: options.accept ?? [],
      });
      terminal.out(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : describeBacktest(report));
      finish(ExitCode.DONE);
    });
}
