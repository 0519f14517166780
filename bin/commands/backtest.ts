import { Command } from 'commander';
import { runBacktest } from '../../sim/rehearsal/backtest/run-backtest';
import { describeBacktest } from '../backtest-text';
import { ExitCode } from '../exit-code';
import type { Finish } from '../finish';
import { parseInstant } from '../option-values';
import { simulationOf, simulationOptions, type SimulationOptions } from '../simulation-options';
import type { Terminal } from '../terminal';

const EXAMPLES = `
Examples:
  winbake backtest --release 2022 --from 2025-01-01 --to 2025-12-31
  winbake backtest --release 2022 --from 2025-04-01 --to 2025-05-01 --out-of-band waitForHosts
  winbake backtest --release 2022 --from 2025-08-14 --to 2025-12-20 --line aspnet=4.8 --json

It looks every 15 minutes. A bake ends in the look that ordered it. Beside it run a weekly cron and a bake at 11:00 Pacific
on Patch Tuesday, both pulling floating tags.
`;

interface BacktestCommandOptions extends SimulationOptions {
  readonly from: Date;
  readonly to: Date;
  readonly json?: boolean;
}

/** `winbake backtest`: the gate run over recorded history, with what it would have done. */
export function backtestCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('backtest')
    .summary('run the gate over recorded history')
    .description(
      'Runs the gate over recorded history and says what it would have baked and when, month by month.',
    )
    .requiredOption('--from <instant>', 'first look, a day or an instant', parseInstant)
    .requiredOption('--to <instant>', 'end, a day or an instant', parseInstant);
  simulationOptions().forEach((option) => command.addOption(option));
  return command
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action((options: BacktestCommandOptions) => {
      const report = runBacktest({
        ...simulationOf(options),
        from: options.from,
        to: options.to,
      });
      terminal.out(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : describeBacktest(report));
      finish(ExitCode.DONE);
    });
}
