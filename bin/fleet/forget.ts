import { Command } from 'commander';
import { carryOutOrder } from '../shared/carry-out-order';
import type { Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { placeOptions, type PlaceOptions } from '../shared/pipeline-place';
import type { Terminal } from '../shared/terminal';
import type { FleetTools } from './fleet-access';

interface ForgetOptions extends PlaceOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const NOTES = `
A deleted stack leaves the parameters of its fleets: state, overrides and the log of rollouts, which is their evidence: print
what you need of it first. Until they are gone a pipeline counts the fleet as one that follows it, a ring waits for it,
and a new fleet of the same name goes on from them.
`;

/** `winbake fleet forget`: takes away the parameters of a fleet whose Auto Scaling group is gone. */
export function forgetCommand(terminal: Terminal, finish: Finish, tools: FleetTools): Command {
  const command = new Command('forget')
    .description(
      'Lists the parameters that a deleted fleet has left, and takes them away. It refuses while the Auto Scaling group is there.',
    )
    .argument('<name>', 'name of the fleet');
  for (const option of placeOptions('fleet')) {
    command.addOption(option);
  }
  command
    .option('--dry-run', 'show the plan and change nothing')
    .option('-y, --yes', 'carry the plan out without asking')
    .option('--json', 'print one JSON document')
    .action(async (fleet: string, options: ForgetOptions) => {
      const access = await tools.open(options);
      finish(
        await carryOutOrder({
          terminal,
          ask: tools.ask,
          options,
          mayRefuse: true,
          send: async (dryRun) => {
            const { changes, reasons } = await access.forget(fleet, dryRun);
            return {
              verb: 'forget',
              fleet,
              changes: [...changes],
              reasons: [...reasons],
              done: !dryRun && changes.length > 0,
            };
          },
        }),
      );
    });
  return addHelp(command, terminal, {
    notes: NOTES,
    exitCodes: '0 done; 3 the group is still there, nothing is left, or the plan is declined.',
    examples: [['winbake fleet forget shop --dry-run'], ['winbake fleet forget shop']],
  });
}
