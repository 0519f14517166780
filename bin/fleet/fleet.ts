import { Command, Option } from 'commander';
import { UsageError } from '../../lib/contract/values/errors';
import { ExitCode, type Finish } from '../shared/exit-code';
import { parseMonth } from '../shared/option-values';
import { placeOptions, type PlaceOptions } from '../shared/pipeline-access';
import type { Terminal } from '../shared/terminal';
import type { FleetTools } from './fleet-access';
import { evidenceText, fleetTable, fleetText } from './fleet-text';
import { fleetVerbCommands } from './fleet-verb';

interface FleetOptions extends PlaceOptions {
  readonly all?: boolean;
  readonly month?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  winbake fleet shop                          what its instances run, what it waits for and since when
  winbake fleet --all                         every fleet of this account and region
  winbake fleet shop --month 2026-07 --json   evidence: hours from Microsoft's release to the last instance
  winbake fleet hold shop --reason "release week"
`;

/** `winbake fleet`: how fleets stand, what they did, and what people say to them. */
export function fleetCommand(terminal: Terminal, finish: Finish, tools: FleetTools): Command {
  const command = new Command('fleet')
    .summary('say how a fleet stands, hold it, or show what it did')
    .description(
      'Says how a fleet stands: what people set by hand first, what it runs, how far that is behind, what it waits for and ' +
        'since when. With a month it prints what was rolled out, as evidence.',
    )
    // Options after a verb are the verb's own.
    .enablePositionalOptions()
    .argument('[name]', 'name of the fleet')
    .addOption(new Option('--all', 'every fleet of this account and region'))
    .addOption(
      new Option(
        '--month <yyyy-mm>',
        "what Microsoft released in this month, and the fleet's rollouts",
      ).argParser(parseMonth),
    );
  for (const option of placeOptions('fleet')) {
    command.addOption(option);
  }
  command
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, options: FleetOptions) => {
      await show(terminal, tools, name, options);
      finish(ExitCode.DONE);
    });
  for (const verb of fleetVerbCommands(terminal, finish, tools)) {
    command.addCommand(verb);
  }
  return command;
}

async function show(
  terminal: Terminal,
  tools: FleetTools,
  name: string | undefined,
  options: FleetOptions,
): Promise<void> {
  if ((name === undefined) === (options.all !== true)) {
    throw new UsageError('Say which fleet by its name, or --all for every one.');
  }
  const access = await tools.open(options);
  const { region } = access;
  const { account } = access.caller;
  const names = name === undefined ? await access.list() : [name];
  const isOne = name !== undefined;
  const print = (documents: readonly object[], text: () => string) => {
    const [first] = documents;
    const document = isOne ? { account, region, ...first } : { account, region, fleets: documents };
    terminal.out(options.json === true ? `${JSON.stringify(document, null, 2)}\n` : text());
  };
  const { month } = options;
  if (month !== undefined) {
    const all = await inTurn(names, (one) => access.evidence(one, month));
    print(all, () => all.map(evidenceText).join('\n') || 'There is no fleet here.\n');
    return;
  }
  const all = await inTurn(names, access.status);
  const [first] = all;
  print(all, () => {
    if (first === undefined) {
      return 'There is no fleet here.\n';
    }
    return isOne ? fleetText(first, account, region) : fleetTable(all);
  });
}

/** One after another: many fleets at once would be throttled. */
async function inTurn<T>(
  names: readonly string[],
  read: (name: string) => Promise<T>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (const name of names) {
    all.push(await read(name));
  }
  return all;
}
