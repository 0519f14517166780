import type { FleetState, RolloutLog, RolloutLogEntry } from '../../contract/documents/fleet-state';
import { hoursBetween, releasedAt } from './patch-hours';

/** Hours from Microsoft's release to each step, null where it did not come to that. */
export interface HoursFromRelease {
  readonly published: number;
  readonly promoted: number;
  readonly firstInstance: number | null;
  readonly lastInstance: number | null;
}

/** What a fleet did with the publications of one month of Microsoft's releases, as evidence. */
export interface FleetEvidence {
  readonly fleet: string;
  readonly month: string;
  readonly rollouts: readonly (RolloutLogEntry & { readonly hours: HoursFromRelease })[];
  /** What its channel shows of that month and has not ended on the fleet; null where everything has. */
  readonly open: {
    readonly publication: string;
    readonly osVersion: string;
    readonly released: string;
    readonly published: string;
    readonly promoted: string;
    readonly hoursSinceRelease: number;
    readonly waiting: FleetState['waiting'];
  } | null;
}

/** The log of a month with the hours between its instants, and what is still open. */
export function fleetEvidence(
  state: FleetState,
  month: string,
  log: RolloutLog | undefined,
  now: Date,
): FleetEvidence {
  const rollouts = log?.rollouts ?? [];
  return {
    fleet: state.fleet,
    month,
    rollouts: rollouts.map((entry) => ({ ...entry, hours: hoursOf(entry) })),
    open: openOf(state, month, rollouts, now),
  };
}

function hoursOf({ firstInstance, lastInstance, promoted, published, released }: RolloutLogEntry) {
  const since = (at: string) => hoursBetween(new Date(released), new Date(at));
  return {
    published: since(published),
    promoted: since(promoted),
    firstInstance: firstInstance === null ? null : since(firstInstance),
    lastInstance: lastInstance === null ? null : since(lastInstance),
  };
}

function openOf(
  { amiId, rollout, wanted, waiting }: FleetState,
  month: string,
  ended: readonly RolloutLogEntry[],
  now: Date,
): FleetEvidence['open'] {
  if (wanted === null) {
    return null;
  }
  const { publication, since } = wanted;
  const isUnderWay = rollout?.publication.id === publication.id;
  // A fleet that was deployed with it needed no rollout.
  const isThere = amiId === publication.amiId || ended.some((one) => one.publication === publication.id);
  const released = releasedAt(publication);
  const isOfMonth = publication.mode !== 'unbaked' && released.toISOString().startsWith(month);
  return !isOfMonth || (isThere && !isUnderWay)
    ? null
    : {
        publication: publication.id,
        osVersion: publication.osVersion,
        released: released.toISOString(),
        published: publication.at,
        promoted: since,
        hoursSinceRelease: hoursBetween(released, now),
        waiting,
      };
}
