import { Option, type Command } from 'commander';
import { excerpt } from '../../lib/contract/values/printable';
import { lastPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import type { FleetEvidence } from '../../lib/core/fleet/fleet-evidence';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { parseMonth } from '../shared/option-values';
import { formatHours, formatTable } from '../shared/table';
import type { Terminal } from '../shared/terminal';
import { drawTimeline, legend } from '../shared/timeline-text';
import { evidenceRows } from './evidence-timeline';
import { firstTaskText, inTurn, openNamed, readOnlyCommand, type FleetOptions } from './fleet';
import type { FleetTools } from './fleet-access';

interface EvidenceOptions extends FleetOptions {
  readonly month?: string;
  readonly details?: boolean;
}

/** `winbake fleet evidence`: when what Microsoft released in a month reached a fleet. */
export function fleetEvidenceCommand(terminal: Terminal, finish: Finish, tools: FleetTools): Command {
  const command = readOnlyCommand('evidence')
    .description(
      'Says what a fleet did with everything that Microsoft released in a month: hours from the release to the last instance, ' +
        'holds, and what is still open.',
    )
    .addOption(
      new Option(
        '--month <yyyy-mm>',
        'month of the releases, such as 2026-07 (default: that of the last Patch Tuesday)',
      ).argParser(parseMonth),
    )
    .option('--details', 'print the hours of each step');
  command.action(async (name: string | undefined, options: EvidenceOptions) => {
    const { access, names, place } = await openNamed(tools, name, options);
    const month = options.month ?? lastPatchTuesday(tools.now()).toISOString().slice(0, 7);
    const all = await inTurn(names, (one) => access.evidence(one, month));
    printAnswer(terminal, options.json, {
      ...(name === undefined
        ? { schema: 'winbake.fleet-evidences/1', document: { ...place, fleets: all } }
        : { schema: 'winbake.fleet-evidence/1', document: { ...place, ...all[0] } }),
      text: (width) =>
        all.map((one) => evidenceText(one, width, options.details)).join('\n') || 'There is no fleet here.\n',
    });
    finish(ExitCode.DONE);
  });
  return addHelp(command, terminal, {
    examples: [
      ['winbake fleet evidence shop', 'the last Patch Tuesday on one axis'],
      [
        'winbake fleet evidence shop --month 2026-07 --json',
        "hours from Microsoft's release to the last instance",
      ],
    ],
  });
}

/** What a fleet did with a month's publications, for people: the answer first, and with `details` the hours of each step. */
export function evidenceText(evidence: FleetEvidence, width?: number, details = false): string {
  const { fleet, month, open, rollouts } = evidence;
  const head = `Fleet ${fleet}, ${month}: ${answerOf(evidence)}.\n`;
  if (rollouts.length === 0 && open === null) {
    return head;
  }
  const below = [
    ...rollouts.flatMap(({ firstTask, publication }) =>
      firstTask === null ? [] : `${publication}: ${firstTaskText(firstTask)}\n`,
    ),
    ...rollouts.flatMap(({ holds, publication }) =>
      holds.map(
        (one) => `${publication} was held by ${excerpt(one.by)} until ${one.until}: ${excerpt(one.reason)}\n`,
      ),
    ),
    ...(open?.waiting
      ? [`Waits for ${open.waiting.for} since ${open.waiting.since}: ${open.waiting.reason}\n`]
      : []),
    ...(details ? [] : ['The hours of each step: --details; all of it: --json.\n']),
  ];
  const table = details && rollouts.length > 0 ? `\n${hoursTable(evidence, width)}` : '';
  return `${head}\n${picture(evidence, width)}${table}${below.length === 0 ? '' : `\n${below.join('')}`}`;
}

/** What came of the newest publication. */
function answerOf({ open, rollouts }: FleetEvidence): string {
  const last = rollouts.at(-1);
  if (open !== null) {
    return `${open.publication} has not ended after ${formatHours(open.hoursSinceRelease)}`;
  }
  return last === undefined
    ? 'nothing was rolled out'
    : last.hours.lastInstance === null
      ? `${last.publication} is ${last.outcome}`
      : `${last.publication} on its last instance after ${formatHours(last.hours.lastInstance)}`;
}

function picture(evidence: FleetEvidence, width: number | undefined): string {
  const { released, rows } = evidenceRows([evidence]);
  return (
    `Since Patch Tuesday, ${released}\n` + drawTimeline(rows, released, width) + legend('replaces instances')
  );
}

function hoursTable({ rollouts }: FleetEvidence, width: number | undefined): string {
  const right = { align: 'right' } as const;
  return formatTable(
    [
      { title: 'publication' },
      { title: 'OS version' },
      { title: 'mode' },
      { title: 'released' },
      { title: 'published', ...right },
      { title: 'promoted', ...right },
      { title: 'first instance', ...right },
      { title: 'last instance', ...right },
      { title: 'outcome' },
    ],
    rollouts.map((one) => [
      one.publication,
      one.osVersion,
      one.mode,
      one.released,
      ...[one.hours.published, one.hours.promoted, one.hours.firstInstance, one.hours.lastInstance].map(
        (value) => (value === null ? '-' : value.toFixed(1)),
      ),
      one.outcome,
    ]),
    width,
  );
}
