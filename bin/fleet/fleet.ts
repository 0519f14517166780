import { Command, Option } from 'commander';
import { UsageError } from '../../lib/contract/values/errors';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp, RequiredOption } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { parseMonth } from '../shared/option-values';
import { placeOptions, type PlaceOptions } from '../shared/pipeline-access';
import type { Terminal } from '../shared/terminal';
import type { FleetTools } from './fleet-access';
import { evidenceText, fleetTable, fleetText } from './fleet-text';

interface FleetOptions extends PlaceOptions {
  readonly all?: boolean;
  readonly month?: string;
  readonly json?: boolean;
}

/** `winbake fleet status`: what fleets run, how far that is behind, and what they wait for. */
export function fleetStatusCommand(terminal: Terminal, finish: Finish, tools: FleetTools): Command {
  const command = readOnlyCommand('status').description(
    'Says how a fleet stands: what people set by hand first, what it runs, how far that is behind, what it waits for and ' +
      'since when.',
  );
  command.action(async (name: string | undefined, options: FleetOptions) => {
    const { access, names, place } = await openNamed(tools, name, options);
    const all = await inTurn(names, access.status);
    const [first] = all;
    printAnswer(terminal, options.json, {
      ...(name === undefined
        ? { schema: 'winbake.fleet-statuses/1', document: { ...place, fleets: all } }
        : { schema: 'winbake.fleet-status/1', document: { ...place, ...first } }),
      text: (width) => {
        if (first === undefined) {
          return 'There is no fleet here.\n';
        }
        return name === undefined
          ? fleetTable(all, width)
          : fleetText(first, place.account, place.region, width);
      },
    });
    finish(ExitCode.DONE);
  });
  return addHelp(command, terminal, {
    examples: [
      ['winbake fleet status shop', 'what its instances run, what it waits for and since when'],
      ['winbake fleet status --all', 'every fleet of this account and region'],
    ],
  });
}

/** `winbake fleet evidence`: when what Microsoft released in a month reached a fleet. */
export function fleetEvidenceCommand(terminal: Terminal, finish: Finish, tools: FleetTools): Command {
  const command = readOnlyCommand('evidence')
    .description(
      'Says what a fleet did with everything that Microsoft released in a month: hours from the release to the last instance, ' +
        'holds, and what is still open.',
    )
    .addOption(
      new RequiredOption('--month <yyyy-mm>', 'month of the releases, such as 2026-07').argParser(parseMonth),
    );
  command.action(async (name: string | undefined, options: FleetOptions & { readonly month: string }) => {
    const { access, names, place } = await openNamed(tools, name, options);
    const all = await inTurn(names, (one) => access.evidence(one, options.month));
    printAnswer(terminal, options.json, {
      ...(name === undefined
        ? { schema: 'winbake.fleet-evidences/1', document: { ...place, fleets: all } }
        : { schema: 'winbake.fleet-evidence/1', document: { ...place, ...all[0] } }),
      text: (width) => all.map((one) => evidenceText(one, width)).join('\n') || 'There is no fleet here.\n',
    });
    finish(ExitCode.DONE);
  });
  return addHelp(command, terminal, {
    examples: [
      [
        'winbake fleet evidence shop --month 2026-07 --json',
        "hours from Microsoft's release to the last instance",
      ],
    ],
  });
}

function readOnlyCommand(verb: string): Command {
  const command = new Command(verb)
    .argument('[name]', 'name of the fleet')
    .addOption(new Option('--all', 'every fleet of this account and region'));
  for (const option of placeOptions('fleet')) {
    command.addOption(option);
  }
  return command.option('--json', 'print one JSON document');
}

async function openNamed(tools: FleetTools, name: string | undefined, options: FleetOptions) {
  if ((name === undefined) === (options.all !== true)) {
    throw new UsageError('Say which fleet by its name, or --all for every one.');
  }
  const access = await tools.open(options);
  const names = name === undefined ? await access.list() : [name];
  return { access, names, place: { account: access.caller.account, region: access.region } };
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
