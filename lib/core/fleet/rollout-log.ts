import { parseDocument } from '../../contract/documents/document';
import {
  type FleetRollout,
  type FleetState,
  type RolloutOutcome,
  rolloutLogSchema,
  type RolloutLog,
  type RolloutLogEntry,
} from '../../contract/documents/fleet-state';
import type { Channel } from '../../contract/documents/publication';
import type { HostStart } from '../../contract/documents/host-starts';
import { LONGEST_PARAMETER } from '../../contract/names/parameters';
import type { FleetGroup } from '../ports/fleets';
import type { ParameterStore } from '../ports/stores';
import { heal, raise } from './fleet-notices';
import { comparedStarts } from './host-starts';
import { hoursBetween, releasedAt } from './patch-hours';

/** How a publication ended on a fleet. */
export interface RolloutEnd {
  readonly publication: Channel;
  readonly outcome: RolloutOutcome;
  readonly rollout: FleetRollout | null;
  /** Whether instances run it. */
  readonly proven: boolean;
  /** What was measured of how soon instances were there. */
  readonly starts: readonly HostStart[];
  readonly now: Date;
}

/** The log's entry of a publication that ended, from Microsoft's release to the last instance. */
export function logEntryOf(state: FleetState, end: RolloutEnd): RolloutLogEntry {
  const { now, outcome, proven, publication, rollout, starts } = end;
  const released = releasedAt(publication);
  const promoted =
    state.wanted?.publication.id === publication.id
      ? state.wanted.since
      : (rollout?.startedAt ?? now.toISOString());
  const isThere = outcome === 'finished' && proven;
  const { hold } = state;
  const compared = rollout === null ? null : comparedStarts(state, starts, rollout);
  const wasHeld = hold !== null && hold.until > promoted && hold.at <= now.toISOString();
  return {
    publication: publication.id,
    osVersion: publication.osVersion,
    mode: publication.mode,
    released: released.toISOString(),
    published: publication.at,
    promoted,
    firstInstance: rollout?.firstInstanceAt ?? (isThere ? now.toISOString() : null),
    lastInstance: isThere ? now.toISOString() : null,
    outcome,
    firstTask: compared?.now ? { now: compared.now, before: compared.before } : null,
    hoursFromRelease: isThere ? hoursBetween(released, now) : null,
    holds: wasHeld ? [hold] : [],
  };
}

/** The month of the log that an entry belongs to: that of Microsoft's release. */
export function monthOf({ released }: RolloutLogEntry): string {
  return released.slice(0, 7);
}

/** Writes an entry into the log of its month; a publication has one entry there, its last. */
export async function writeLogEntry(
  parameters: ParameterStore,
  name: string,
  fleet: string,
  entry: RolloutLogEntry,
): Promise<void> {
  const month = monthOf(entry);
  const log = (await readRolloutLog(parameters, name)) ?? emptyLog(fleet, month);
  const others = log.rollouts.filter(({ publication }) => publication !== entry.publication);
  let rollouts = [...others, entry];
  while (rollouts.length > 1 && JSON.stringify({ ...log, rollouts }).length > LONGEST_PARAMETER) {
    rollouts = rollouts.slice(1);
  }
  await parameters.put(name, JSON.stringify({ ...log, rollouts }), 'text');
}

/** The log of a month, or undefined where nothing ended in it. */
export async function readRolloutLog(
  parameters: Pick<ParameterStore, 'get'>,
  name: string,
): Promise<RolloutLog | undefined> {
  const text = await parameters.get(name);
  return text === undefined ? undefined : parseDocument(rolloutLogSchema, text, name);
}

function emptyLog(fleet: string, month: string): RolloutLog {
  return { schema: 'winbake.rollout-log/1', fleet, month, rollouts: [] };
}

/** A rollout's end as the state keeps it. */
export interface Settlement {
  readonly publication: Channel;
  readonly outcome: RolloutOutcome;
  readonly reason: string;
  /** Whether instances ran it. */
  readonly proven: boolean;
  /** Whether it was tried: by a canary, or by every instance. */
  readonly tried: boolean;
  /** Whether its failure may be that of a launch template which is tried by itself next. */
  readonly isUnclear?: boolean;
}

const MOST_RAN = 4;
const MOST_FAILED = 2;

/** The state after a rollout: what failed is bad for this fleet and reported once, what finished heals what was reported before. */
export function settleRollout(state: FleetState, settlement: Settlement, now: Date): FleetState {
  const { outcome, proven, publication, reason, tried } = settlement;
  const at = now.toISOString();
  if (state.rollout !== null && state.rollout.template !== null) {
    return settleTemplate(heal(state, 'drainEnded:'), settlement, now);
  }
  const ended: FleetState = {
    ...state,
    rollout: null,
    last: { publication: publication.id, outcome, at, proven },
    ran:
      outcome === 'finished' && tried
        ? [publication.id, ...state.ran.filter((id) => id !== publication.id)].slice(0, MOST_RAN)
        : state.ran,
  };
  if (outcome === 'finished') {
    return ['rolloutRolledBack:', 'rolloutFailed:', 'drainEnded:'].reduce(heal, ended);
  }
  if ((outcome !== 'rolledBack' && outcome !== 'failed') || settlement.isUnclear === true) {
    return ended;
  }
  const others = state.bad.filter((one) => one.publication !== publication.id);
  const how = outcome === 'rolledBack' ? 'went back from' : 'could neither take nor leave';
  return raise(
    { ...ended, bad: [{ publication: publication.id, reason, at }, ...others] },
    `${outcome === 'rolledBack' ? 'rolloutRolledBack' : 'rolloutFailed'}:${publication.id}`,
    `Fleet ${state.fleet} ${how} ${publication.id}: ${reason}. It is not tried again, until a newer one ` +
      `is there or a person says so: winbake fleet accept ${state.fleet} ${publication.id} --reason "..."`,
    now,
  );
}

/** What ways back lead to once a rollout has ended: what it came from, unless what the group has was tried. */
export function lastTriedAfter({ lastTried, rollout }: FleetState, group: FleetGroup, isTried: boolean) {
  if (isTried || rollout === null) {
    return isTried ? null : lastTried;
  }
  return rollout.template !== null ? lastTried : rollout.from.amiId === group.amiId ? null : rollout.from;
}

/** A launch template that fails says nothing of the publication, which goes on to be good or bad. */
function settleTemplate(state: FleetState, { outcome, reason }: Settlement, now: Date): FleetState {
  const { rollout, template } = state;
  const tried = rollout?.template?.to ?? '';
  const others = (template?.failed ?? []).filter((one) => one !== tried);
  const failed = outcome === 'failed' ? [tried, ...others].slice(0, MOST_FAILED) : others;
  const ended = {
    ...state,
    rollout: null,
    template: template && { ...template, failed, ended: endOf(outcome, now) },
  };
  if (outcome === 'finished') {
    return heal(ended, 'templateFailed:');
  }
  const how =
    outcome === 'rolledBack' ? 'went back to its launch template of before' : 'keeps both templates';
  return outcome === 'rolledBack' || outcome === 'failed'
    ? raise(
        ended,
        `templateFailed:${tried}`,
        `Fleet ${state.fleet} ${how}: ${reason}. Deploy a launch template that works.`,
        now,
      )
    : ended;
}

/** One that another took the place of, or whose publication was withdrawn, was not tried to its end. */
function endOf(outcome: RolloutOutcome, now: Date) {
  return outcome === 'superseded' || outcome === 'withdrawn' ? null : { outcome, at: now.toISOString() };
}
