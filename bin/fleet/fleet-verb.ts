import { Command, Option } from 'commander';
import { UsageError } from '../../lib/contract/values/errors';
import { readOsVersion } from '../../lib/contract/values/os-version';
import { holdOverride } from '../../lib/core/bake/hold';
import type { FleetVerb, FleetWish } from '../../lib/core/fleet/fleet-world';
import {
  carryOutOrder,
  checkReason,
  operatorNote,
  orderOptions,
  type OrderOptions,
} from '../shared/carry-out-order';
import type { ExitCode, Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { parseDuration } from '../shared/option-values';
import { placeOptions, type PlaceOptions } from '../shared/pipeline-place';
import type { Terminal } from '../shared/terminal';
import type { FleetTools } from './fleet-access';

/** A verb of the command line that changes what a fleet does. */
interface FleetVerbCommand {
  readonly verb: FleetVerb;
  readonly description: string;
  readonly example: string;
  readonly argument?: readonly [name: string, description: string];
  /** How long it counts by itself; none where it ends nothing. */
  readonly lasts?: string;
  /** Whether a plan without changes is a no. */
  readonly mayRefuse: boolean;
  readonly wish: (until: { readonly until?: Date }, argument: string) => FleetWish;
}

/** The option that says how long a word counts. */
function howLong(lasts: string): Option {
  return new Option(
    '--for <duration>',
    `how long, such as 12h or 3d, 60d at most (default: ${lasts})`,
  ).argParser(parseDuration);
}

/** The verbs that change what a fleet does, in the order of the help. */
const FLEET_VERBS: Readonly<Record<FleetVerb, FleetVerbCommand>> = {
  hold: {
    verb: 'hold',
    description:
      'Keeps a fleet where it is: nothing new is rolled out, and a rollout stops where it stands. A way back goes on, and ' +
      'so does the time within which the fleet is to be patched.',
    example: 'winbake fleet hold shop --for 3d --reason "release week"',
    lasts: '14d',
    mayRefuse: false,
    wish: (until) => ({ verb: 'hold', ...until }),
  },
  unhold: {
    verb: 'unhold',
    description: 'Ends the hold of a fleet, which goes on at its next poll.',
    example: 'winbake fleet unhold shop --reason "release is out"',
    mayRefuse: false,
    wish: () => ({ verb: 'unhold' }),
  },
  floor: {
    verb: 'floor',
    description:
      'Keeps a fleet from AMIs that are older than an OS version, rollbacks included; `none` lifts the floor.',
    example: 'winbake fleet floor shop 10.0.20348.4294 --reason "CVE-2025-59287"',
    argument: ['<os-version>', 'OS version of four parts, or none'],
    lasts: '60d',
    mayRefuse: false,
    wish: (until, osVersion) => {
      if (osVersion !== 'none' && readOsVersion(osVersion) === undefined) {
        throw new UsageError(
          `A floor is an OS version such as 10.0.20348.4294, or none; got: '${osVersion}'.`,
        );
      }
      return { verb: 'floor', osVersion: osVersion === 'none' ? null : osVersion, ...until };
    },
  },
  accept: {
    verb: 'accept',
    description:
      'Forgives a publication that failed on a fleet: it is rolled out again, and its tasks are not judged.',
    example: 'winbake fleet accept shop 20348.4294-1 --reason "the registry was down"',
    argument: ['<publication>', 'id of the publication, such as 20348.4294-1'],
    lasts: '60d',
    mayRefuse: true,
    wish: (until, publication) => {
      if (!/^\d{1,6}\.\d{1,9}-\d+$/.test(publication)) {
        throw new UsageError(`A publication is such as 20348.4294-1; got: '${publication}'.`);
      }
      return { verb: 'accept', publication, ...until };
    },
  },
};

interface FleetVerbOptions extends PlaceOptions, OrderOptions {
  /** Seconds from now. */
  readonly for?: number;
}

/** The command of one verb that changes what a fleet does: it shows its plan, asks, and writes the fleet's words. */
export function fleetVerbCommand(
  name: FleetVerb,
  terminal: Terminal,
  finish: Finish,
  tools: FleetTools,
): Command {
  const verb = FLEET_VERBS[name];
  const command = new Command(name).description(verb.description).argument('<name>', 'name of the fleet');
  if (verb.argument !== undefined) {
    command.argument(...verb.argument);
  }
  const own = verb.lasts === undefined ? [] : [howLong(verb.lasts)];
  for (const option of [...placeOptions('fleet'), ...own, ...orderOptions()]) {
    command.addOption(option);
  }
  command.action(async (...given: unknown[]) => {
    const [fleet, argument, options] =
      verb.argument === undefined ? [given[0], '', given[1]] : [given[0], given[1], given[2]];
    finish(
      await carryOut({
        verb,
        terminal,
        tools,
        fleet: String(fleet),
        argument: String(argument),
        options: options as FleetVerbOptions,
      }),
    );
  });
  return addHelp(command, terminal, {
    notes: "It takes effect at the fleet's next poll, within 15 minutes.",
    examples: [[verb.example]],
  });
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
  holdOverride({ by: 'me', reason: 'x' }, tools.now(), until.until);
  const access = await tools.open(options);
  const order = { ...wish, ...operatorNote(options, access.caller.arn) };
  return carryOutOrder({
    terminal,
    ask: tools.ask,
    options,
    mayRefuse: verb.mayRefuse,
    send: async (dryRun) => {
      const { changes, reasons } = await access.announce(fleet, order, dryRun);
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
