import type { FleetState } from '../../contract/documents/fleet-state';
import { type FleetOverrides, activeOverride } from '../../contract/documents/overrides';
import type { HostStart } from '../../contract/documents/host-starts';
import type { Channel } from '../../contract/documents/publication';
import { readOsVersion } from '../../contract/values/os-version';
import { comparedStarts, startFigures } from './host-starts';
import { hoursBehind, hoursUnpatched } from './patch-hours';
import { runningPublications } from './fleet-world';

/** An instance of a fleet as the services describe it. */
export interface FleetInstance {
  readonly id: string;
  readonly amiId: string;
  /** Such as `InService` or `Terminating:Wait`. */
  readonly lifecycle: string;
  readonly startedAt: string | null;
  /** The revision that it registered with, null where it has not registered or has none. */
  readonly revision: number | null;
  /** Such as `ACTIVE` or `DRAINING`; null where it has not registered with ECS. */
  readonly status: string | null;
  readonly tasks: number;
}

/** An instance of a warm pool. */
export interface PoolInstance {
  readonly id: string;
  readonly amiId: string;
  /** Such as `Warmed:Stopped`, which stands by, or `Warmed:Pending:Wait`. */
  readonly lifecycle: string;
  /** Whether Auto Scaling is about to terminate it. */
  readonly isLeaving: boolean;
}

/** The warm pool of a group. */
export interface FleetPool {
  /** How many instances it is to have now. */
  readonly size: number;
  readonly instances: readonly PoolInstance[];
}

/** What a fleet's status is made of. */
export interface FleetFacts {
  readonly state: FleetState;
  readonly overrides: FleetOverrides | undefined;
  /** What fleets of the pipeline should run; undefined where it is not known. */
  readonly current: Channel | undefined;
  /** Undefined where the group is gone. */
  readonly instances: readonly FleetInstance[] | undefined;
  /** Null, or left out, where the group has none. */
  readonly pool?: FleetPool | null;
  /** What was measured of how soon its instances were there. */
  readonly starts: readonly HostStart[];
  /** By its stack's settings; undefined where they are gone. */
  readonly patchWithinSeconds: number | undefined;
  readonly now: Date;
}

/** How a fleet stands, for people and for programs. */
export type FleetStatus = ReturnType<typeof fleetStatus>;

/** How a fleet stands: what people set, what it runs, how far that is behind, what it waits for and since when. */
export function fleetStatus({
  current,
  instances,
  now,
  overrides,
  patchWithinSeconds,
  pool,
  starts,
  state,
}: FleetFacts) {
  const { fleet, autoScalingGroup, cluster, channel, publication, rollout, wanted } = state;
  const there = instances ?? [];
  const running = runningPublications(state, { instances: there });
  const facts = { running, wanted, now };
  return {
    fleet,
    autoScalingGroup,
    cluster,
    follows: channel,
    ring: state.ring,
    hold: activeOverride(overrides?.hold ?? null, now) ?? null,
    floor: activeOverride(overrides?.floor ?? null, now) ?? null,
    accepted: activeOverride(overrides?.accepted ?? null, now) ?? null,
    bad: state.bad,
    runs: {
      publication: publication?.id ?? null,
      amiId: state.amiId,
      osVersion: publication?.osVersion ?? null,
      mode: publication?.mode ?? null,
    },
    wanted: wanted && { ...wanted.publication, since: wanted.since },
    current: current ?? null,
    hoursBehind: hoursBehind(facts),
    hoursUnpatched: hoursUnpatched(facts),
    /** The patch budget, which `hoursUnpatched` is held against; null where the stack's settings are gone. */
    patchWithinHours: patchWithinSeconds === undefined ? null : patchWithinSeconds / 3600,
    waiting: state.waiting,
    rollout: rollout && {
      publication: rollout.publication.id,
      from: rollout.from.publication?.id ?? rollout.from.amiId,
      phase: rollout.phase,
      percentage: rollout.progress.percentage,
      since: rollout.progress.at,
      startedAt: rollout.startedAt,
      goingBack: rollout.goingBack,
      /** How soon its instances ran their first task, and those of before. */
      firstTask: comparedStarts(state, starts, rollout),
    },
    last: state.last,
    notices: Object.entries(state.notices).map(([cause, { at, message }]) => ({ cause, at, message })),
    /** How many instances run an older launch template than the group's, as of the last poll. */
    olderTemplates: state.template?.older ?? 0,
    /** How soon instances were there, by publication, the newest first. */
    starts: startFigures(starts),
    isGroupThere: instances !== undefined,
    /** What stands by in its warm pool; null where it has none. */
    warmPool: pool ? poolStatus(state, pool) : null,
    instances: there.map((instance, index) => {
      const known = running[index] ?? null;
      const osVersion = known?.osVersion ?? versionOf(instance, current);
      return {
        ...instance,
        publication: known?.id ?? null,
        osVersion,
        revisionsBehind: revisionsBehind(osVersion, current),
        hoursUnpatched: hoursUnpatched({ ...facts, running: [known] }),
      };
    }),
  };
}

/** Of an older AMI is what is neither the group's own nor equal to it. */
function poolStatus(state: FleetState, { instances, size }: FleetPool) {
  const publications = runningPublications(state, { instances });
  const members = instances.map((one, index) => ({
    ...one,
    publication: publications[index]?.id ?? null,
    isOlder: one.amiId !== state.amiId && !state.equalAmis.includes(one.amiId),
  }));
  return {
    size,
    ready: members.filter(({ isLeaving, lifecycle }) => !isLeaving && READY.includes(lifecycle)).length,
    older: members.filter(({ isOlder }) => isOlder).length,
    instances: members,
  };
}

/** Where a pool's instances are ready, by the state that the pool is kept in. */
const READY: readonly string[] = ['Warmed:Stopped', 'Warmed:Running', 'Warmed:Hibernated'];

/** What the instance itself says, where its AMI is no publication that the fleet remembers. */
function versionOf({ revision }: FleetInstance, current: Channel | undefined): string | null {
  const build = readOsVersion(current?.osVersion ?? '')?.build;
  return revision === null || build === undefined ? null : `10.0.${build}.${revision}`;
}

/** How many revisions of Windows lie between; null where one of the two is not known. */
function revisionsBehind(osVersion: string | null, current: Channel | undefined): number | null {
  const [own, wanted] = [readOsVersion(osVersion ?? ''), readOsVersion(current?.osVersion ?? '')];
  return own === undefined || wanted === undefined || own.revision === 0 || wanted.revision === 0
    ? null
    : Math.max(0, wanted.revision - own.revision);
}
