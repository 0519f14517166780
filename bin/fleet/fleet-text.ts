import type { FleetEvidence } from '../../lib/core/fleet/fleet-evidence';
import type { FleetStatus } from '../../lib/core/fleet/fleet-status';
import { formatHours, formatTable } from '../shared/table';

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
    `runs: ${runs.publication ?? 'no known publication'}, ${runs.osVersion ?? runs.amiId}${runs.mode === null ? '' : `, ${runs.mode}`}`,
    `to run: ${wantedLine(status)}`,
    `behind: ${formatHours(status.hoursBehind)} its channel, ${formatHours(status.hoursUnpatched)} without what Microsoft released`,
    `waits for: ${waitLine(status)}`,
    ...rolloutLines(status),
    ...(last === null ? [] : [`last: ${last.publication} ${last.outcome} at ${last.at}`]),
    ...notices.map(({ at, cause, message }) => `notified on ${at}: ${cause}: ${message}`),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n\n${instanceTable(status, width)}`;
}

/** One line for each of several fleets. */
export function fleetTable(all: readonly FleetStatus[], width?: number): string {
  return formatTable(
    ['fleet', 'runs', 'OS version', 'to run', 'behind', 'unpatched', 'on it', 'waits for', 'since'].map(
      (title) => ({
        title,
      }),
    ),
    all.map((one) => [
      one.fleet,
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

/** What a fleet did with a month's publications, for people. */
export function evidenceText({ fleet, month, open, rollouts }: FleetEvidence, width?: number): string {
  const title = `Fleet ${fleet}, what Microsoft released in ${month}; hours from that release\n\n`;
  const held = rollouts.flatMap(({ holds, publication }) =>
    holds.map((one) => `${publication} was held by ${one.by} until ${one.until}: ${one.reason}\n`),
  );
  const still =
    open === null
      ? ''
      : `Open: ${open.publication}, ${formatHours(open.hoursSinceRelease)} after its release` +
        `${open.waiting === null ? '' : `; waits for ${open.waiting.for} since ${open.waiting.since}: ${open.waiting.reason}`}.\n`;
  if (rollouts.length === 0) {
    return `${title}${open === null ? 'Nothing was rolled out.\n' : still}`;
  }
  const right = { align: 'right' } as const;
  const table = formatTable(
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
  return title + table + (held.length + still.length === 0 ? '' : `\n${held.join('')}${still}`);
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
  const { from, goingBack, percentage, phase, publication, since, startedAt } = rollout;
  const back = goingBack === null ? '' : `, going back: ${goingBack.reason}`;
  return [
    `rollout: ${from} -> ${publication} since ${startedAt}, ${phase} at ${percentage} % since ${since}${back}`,
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

/** How many instances run what the channel shows. */
function share({ instances, isGroupThere, wanted }: FleetStatus): string {
  const there = instances.filter(({ osVersion }) => osVersion === wanted?.osVersion).length;
  return isGroupThere ? `${there}/${instances.length}` : 'gone';
}
