import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { parseDocument } from '../../lib/contract/documents/document';
import { fleetStatusesSchema, type FleetStatuses } from '../../lib/contract/documents/fleet-statuses';
import { UsageError, WinbakeError } from '../../lib/contract/values/errors';
import { printable } from '../../lib/contract/values/printable';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { inOneLine, printAnswer } from '../shared/layout';
import { HTML_OPTION, openPage } from '../shared/new-file';
import { placeOptions, type PlaceOptions } from '../shared/pipeline-place';
import type { Terminal } from '../shared/terminal';
import { lastPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { fleetsPage } from './fleets-html';
import type { FleetTools } from './fleet-access';
import { pulledTable } from './pulled-table';
import type { StartSpread } from '../../lib/contract/documents/fleet-state';
import type { FleetStatus } from '../../lib/core/fleet/fleet-status';
import { startTable } from '../shared/start-table';
import { formatHours, formatTable } from '../shared/table';

/** The options of what reads fleets. */
export interface FleetOptions extends PlaceOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `winbake fleet status`: what fleets run, how far that is behind, and what they wait for. */
export function fleetStatusCommand(terminal: Terminal, finish: Finish, tools: FleetTools): Command {
  const command = readOnlyCommand('status').description(
    'Says how a fleet stands: what people set by hand first, what it runs, how far that is behind, what it waits for and ' +
      'since when.',
  );
  command
    .option(...HTML_OPTION)
    .option(
      '--with <file...>',
      'what `fleet status --all --json` printed in other accounts or regions, for the page',
    );
  command.option('--layers', 'of one fleet: what its hosts had to pull of the images that run on them');
  command.action(async (name: string | undefined, options: StatusOptions) => {
    const { html, layers = false, with: others = [] } = options;
    if (name === undefined && layers) {
      throw new UsageError('The option --layers goes with the name of a fleet.');
    }
    if ((name !== undefined && html !== undefined) || (html === undefined && others.length > 0)) {
      throw new UsageError('The option --html goes with --all, and --with goes with --html.');
    }
    const elsewhere = others.map(readStatuses);
    const writePage = await openPage(html);
    const { access, names, place } = await openNamed(tools, name, options);
    const at = tools.now().toISOString();
    const all = await inTurn(names, access.status);
    const [first] = all;
    const pulled = layers && first !== undefined ? await access.pulled(first) : undefined;
    printAnswer(terminal, options.json, {
      ...(name === undefined
        ? { schema: 'winbake.fleet-statuses/1', document: { ...place, at, fleets: all } }
        : { schema: 'winbake.fleet-status/1', document: { ...place, ...first, ...(pulled && { pulled }) } }),
      text: (width) => {
        if (first === undefined) {
          return 'There is no fleet here.\n';
        }
        return name === undefined
          ? fleetTable(all, width)
          : fleetText(first, place.account, place.region, width) + (pulled ? pulledTable(pulled, width) : '');
      },
    });
    if (html !== undefined) {
      const month = lastPatchTuesday(tools.now()).toISOString().slice(0, 7);
      const evidence = await inTurn(names, (one) => access.evidence(one, month));
      const here = { schema: 'winbake.fleet-statuses/1' as const, ...place, at, fleets: [...all] };
      await writePage(() => fleetsPage([here, ...elsewhere], evidence));
    }
    finish(ExitCode.DONE);
  });
  return addHelp(command, terminal, {
    examples: [
      ['winbake fleet status shop', 'what its instances run, what it waits for and since when'],
      ['winbake fleet status shop --layers', 'and what a new host pulls of the images that run'],
      ['winbake fleet status --all', 'every fleet of this account and region'],
      [
        'winbake fleet status --all --html fleets.html --with tokyo.json',
        'as a page, with those of another account or region',
      ],
    ],
  });
}

interface StatusOptions extends FleetOptions {
  readonly html?: string;
  readonly layers?: boolean;
  readonly with?: readonly string[];
}

/** What another `winbake fleet status --all --json` has printed; throws a `UsageError` where it is not that. */
function readStatuses(file: string): FleetStatuses {
  try {
    return parseDocument(fleetStatusesSchema, readFileSync(file, 'utf8'), `The file '${file}'`);
  } catch (cause) {
    const reason = cause instanceof WinbakeError ? cause.message : `The file '${file}' cannot be read.`;
    throw new UsageError(`The option --with takes what fleet status --all --json prints. ${reason}`, {
      cause,
    });
  }
}

/** A command that reads one fleet, or all of a place. */
export function readOnlyCommand(verb: string): Command {
  const command = new Command(verb)
    .argument('[name]', 'name of the fleet')
    .addOption(new Option('--all', 'every fleet of this account and region'));
  for (const option of placeOptions('fleet')) {
    command.addOption(option);
  }
  return command.option('--json', 'print one JSON document');
}

/** Opens the fleets of a place, and names those that are meant. */
export async function openNamed(tools: FleetTools, name: string | undefined, options: FleetOptions) {
  if ((name === undefined) === (options.all !== true)) {
    throw new UsageError('Say which fleet by its name, or --all for every one.');
  }
  const access = await tools.open(options);
  const names = name === undefined ? await access.list() : [name];
  return { access, names, place: { account: access.caller.account, region: access.region } };
}

/** One after another: many fleets at once would be throttled. */
export async function inTurn<T>(
  names: readonly string[],
  read: (name: string) => Promise<T>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (const name of names) {
    all.push(await read(name));
  }
  return all;
}

/** How a fleet stands, for people: what they set by hand first, then what it runs and waits for, then each instance. */
export function fleetText(status: FleetStatus, account: string, region: string, width?: number): string {
  const { accepted, autoScalingGroup, cluster, fleet, floor, follows, hold, last, notices, runs } = status;
  const byHand = [
    ...(hold === null ? [] : [`held until ${hold.until} by ${hold.by}: ${hold.reason}`]),
    ...(floor === null
      ? []
      : [`never below ${floor.osVersion} until ${floor.until} by ${floor.by}: ${floor.reason}`]),
    ...(accepted === null
      ? []
      : [`accepted ${accepted.publication} until ${accepted.until} by ${accepted.by}: ${accepted.reason}`]),
  ];
  const lines = [
    `${fleet}  account ${account}, ${region}  group ${autoScalingGroup}, cluster ${cluster}`,
    `set by hand: ${byHand.length === 0 ? 'nothing' : ''}`,
    ...byHand.map((line) => `  ${line}`),
    ...status.bad.map(({ at, publication, reason }) => `bad here: ${publication} since ${at}: ${reason}`),
    `follows: ${follows ?? 'not known before its next poll'}`,
    ...(status.ring === null ? [] : [`ring: ${status.ring}`]),
    `runs: ${runs.publication ?? 'no known publication'}, ${runs.osVersion ?? runs.amiId}${runs.mode === null ? '' : `, ${runs.mode}`}`,
    `to run: ${wantedLine(status)}`,
    ...(status.olderTemplates === 0 || status.instances.length === 0
      ? []
      : [
          `launch template: ${status.olderTemplates} of ${status.instances.length} instances run an older one`,
        ]),
    ...poolLines(status),
    `behind: ${formatHours(status.hoursBehind)} its channel, ${formatHours(status.hoursUnpatched)} without what Microsoft released`,
    `waits for: ${waitLine(status)}`,
    ...rolloutLines(status),
    ...(last === null ? [] : [`last: ${last.publication} ${last.outcome} at ${last.at}`]),
    ...notices.map(({ at, cause, message }) => `notified on ${at}: ${cause}: ${inOneLine(message)}`),
  ];
  return `${lines.map((line) => printable(line.trimEnd())).join('\n')}\n\n${instanceTable(status, width)}${startTable(status.starts, width)}`;
}

/** One line for each of several fleets. */
export function fleetTable(all: readonly FleetStatus[], width?: number): string {
  return formatTable(
    [
      'fleet',
      'ring',
      'runs',
      'OS version',
      'to run',
      'behind',
      'unpatched',
      'on it',
      'waits for',
      'since',
    ].map((title) => ({
      title,
    })),
    all.map((one) => [
      one.fleet,
      one.ring === null ? '-' : String(one.ring),
      one.runs.publication ?? one.runs.amiId,
      one.runs.osVersion ?? '-',
      one.wanted?.id ?? '-',
      formatHours(one.hoursBehind),
      formatHours(one.hoursUnpatched),
      share(one),
      one.waiting?.for ?? '-',
      one.waiting?.since ?? '-',
    ]),
    width,
  );
}

function wantedLine({ wanted }: FleetStatus): string {
  return wanted === null
    ? 'not known before its next poll'
    : `${wanted.id}, ${wanted.osVersion}, ${wanted.mode}, since ${wanted.since}`;
}

function waitLine({ waiting }: FleetStatus): string {
  return waiting === null ? 'nothing' : `${waiting.for} since ${waiting.since}: ${waiting.reason}`;
}

function rolloutLines({ rollout }: FleetStatus): readonly string[] {
  if (rollout === null) {
    return [];
  }
  const { firstTask, from, goingBack, percentage, phase, publication, since, startedAt } = rollout;
  const tasks = firstTaskText(firstTask);
  const back = goingBack === null ? '' : `, going back: ${goingBack.reason}`;
  return [
    `rollout: ${from} -> ${publication} since ${startedAt}, ${phase} at ${percentage} % since ${since}${back}`,
    ...(tasks === '' ? [] : [tasks]),
  ];
}

/** What stands by, and the state of each instance of the pool that does not. */
function poolLines({ warmPool }: FleetStatus): readonly string[] {
  if (warmPool === null) {
    return [];
  }
  const { instances, older, size, ready } = warmPool;
  const states = Map.groupBy(
    instances,
    ({ isLeaving, lifecycle }) => `${lifecycle}${isLeaving ? ', leaving' : ''}`,
  );
  const counts = [...states].map(([state, { length }]) => `${length} ${state}`).sort();
  return [
    `warm pool: ${ready} of ${size} stand by, ${older} of an older AMI${counts.length === 0 ? '' : ` (${counts.join('; ')})`}`,
  ];
}

function instanceTable({ instances, isGroupThere }: FleetStatus, width?: number): string {
  if (instances.length === 0) {
    return isGroupThere ? 'It has no instances.\n' : 'Its Auto Scaling group is gone.\n';
  }
  return formatTable(
    ['instance', 'publication', 'OS version', 'behind', 'AMI', 'started', 'lifecycle', 'ECS', 'tasks'].map(
      (title) => ({ title, ...(title === 'behind' || title === 'tasks' ? { align: 'right' as const } : {}) }),
    ),
    instances.map((one) => [
      one.id,
      one.publication ?? '-',
      one.osVersion ?? '-',
      one.revisionsBehind === null ? '-' : String(one.revisionsBehind),
      one.amiId,
      one.startedAt ?? '-',
      one.lifecycle,
      one.status ?? 'not registered',
      String(one.tasks),
    ]),
    width,
  );
}

/** The first tasks on what a rollout has brought, beside those of before; empty where none has run yet. */
export function firstTaskText({
  before,
  now,
}: {
  readonly now: StartSpread | null;
  readonly before: StartSpread | null;
}): string {
  const than = before === null ? '' : `, ${before.p50} s on the AMI before (median of ${before.starts})`;
  return now === null ? '' : `first tasks: ${now.p50} s after launch (median of ${now.starts})${than}`;
}

/** How many instances run what the channel shows. */
function share({ instances, isGroupThere, wanted }: FleetStatus): string {
  const there = instances.filter(({ osVersion }) => osVersion === wanted?.osVersion).length;
  return isGroupThere ? `${there}/${instances.length}` : 'gone';
}
