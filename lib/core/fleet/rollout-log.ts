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
import type { ParameterStore } from '../ports/stores';
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
