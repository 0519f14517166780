import { Command } from 'commander';
import { UsageError } from '../../lib/contract/values/errors';
import { holdWord } from '../../lib/core/bake/hold';
import { carryOutOrder } from '../carry-out-order';
import type { ExitCode } from '../exit-code';
import type { Finish } from '../finish';
import type { FleetTools } from '../fleet-tools';
import { FLEET_VERBS, howLong, type FleetVerbCommand } from '../fleet-verbs';
import { checkReason, orderOptions, saying, type OrderOptions } from '../order-options';
import { placeOptions, type PlaceOptions } from '../pipeline-options';
import type { Terminal } from '../terminal';

interface FleetVerbOptions extends PlaceOptions, OrderOptions {
  /** Seconds from now. */
  readonly for?: number;
}

/** The commands that change what a fleet does: each shows its plan, asks, and writes the fleet's words. */
export function fleetVerbCommands(terminal: Terminal, finish: Finish, tools: FleetTools): readonly Command[] {
  return FLEET_VERBS.map((verb) => {
    const command = new Command(verb.verb)
      .summary(verb.summary)
      .description(verb.description)
      .argument('<name>', 'name of the fleet');
    if (verb.argument !== undefined) {
      command.argument(...verb.argument);
    }
    const own = verb.lasts === undefined ? [] : [howLong(verb.lasts)];
    for (const option of [...placeOptions('fleet'), ...own, ...orderOptions()]) {
      command.addOption(option);
    }
    return command
      .addHelpText(
        'after',
        `\nIt takes effect at the fleet's next look, within 15 minutes.\n\nExample:\n  ${verb.example}\n`,
      )
      .action(async (...given: unknown[]) => {
        refuseOptionsBefore(command);
        const [name, argument, options] =
          verb.argument === undefined ? [given[0], '', given[1]] : [given[0], given[1], given[2]];
        finish(
          await carryOut({
            verb,
            terminal,
            tools,
            fleet: String(name),
            argument: String(argument),
            options: options as FleetVerbOptions,
          }),
        );
      });
  });
}

/** An option before the verb would be the parent's, and be passed over. */
function refuseOptionsBefore(command: Command): void {
  const { parent } = command;
  const misplaced = parent?.options.find(
    (option) => parent.getOptionValueSource(option.attributeName()) === 'cli',
  );
  if (misplaced !== undefined) {
    throw new UsageError(`Write ${misplaced.long ?? misplaced.flags} after the verb ${command.name()}.`);
  }
}

interface Run {
  readonly verb: FleetVerbCommand;
  readonly terminal: Terminal;
  readonly tools: FleetTools;
  readonly fleet: string;
  readonly argument: string;
  readonly options: FleetVerbOptions;
}

async function carryOut({ argument, fleet, options, terminal, tools, verb }: Run): Promise<ExitCode> {
  checkReason(options);
  checkLength('reason', options.reason, 500);
  checkLength('by', options.by, 200);
  const { for: seconds } = options;
  const until = seconds === undefined ? {} : { until: new Date(tools.now().getTime() + seconds * 1000) };
  const wish = verb.wish(until, argument);
  // What no fleet would take is refused before anybody signs in.
  holdWord({ by: 'me', reason: 'x' }, tools.now(), until.until);
  const access = await tools.open(options);
  const order = { ...wish, ...saying(options, access.caller.arn) };
  return carryOutOrder({
    terminal,
    ask: tools.ask,
    options,
    mayRefuse: verb.mayRefuse,
    send: async (dryRun) => {
      const { changes, reasons } = await access.say(fleet, order, dryRun);
      const done = !dryRun && changes.length > 0;
      return { verb: verb.verb, fleet, changes: [...changes], reasons: [...reasons], done };
    },
  });
}

function checkLength(option: string, text: string | undefined, most: number): void {
  if (text !== undefined && (text.trim() === '' || text.length > most)) {
    throw new UsageError(
      `The option --${option} has 1 to ${most} characters; got: ${text.trim() === '' ? 'none' : text.length}.`,
    );
  }
}
