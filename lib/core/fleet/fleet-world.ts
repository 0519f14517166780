import type {
  FleetRollout,
  RolloutOutcome,
  WaitsFor,
  FleetState,
  FleetDeployment,
} from '../../contract/documents/fleet-state';
import type { FailedPublications } from '../../contract/documents/failed-publications';
import type { Channel } from '../../contract/documents/publication';
import type { HostStart } from '../../contract/documents/host-starts';
import type { FleetGroup, ContainerHost, HostTask, InstanceRefresh } from '../ports/fleets';
import type { RolloutPolicy } from '../../contract/values/rollout-policy';

/** What a person says to a fleet, in whose name and why; `until` where it is to end at another time than by itself. */
export type FleetOrder = FleetWish & { readonly by: string; readonly reason: string };

/** The part of an order that differs by verb. */
export type FleetWish =
  | { readonly verb: 'hold'; readonly until?: Date }
  | { readonly verb: 'unhold' }
  /** Null lifts the floor. */
  | { readonly verb: 'floor'; readonly osVersion: string | null; readonly until?: Date }
  | { readonly verb: 'accept'; readonly publication: string; readonly until?: Date };

/** One of the verbs that change what a fleet does. */
export type FleetVerb = FleetWish['verb'];

/** The next thing to do for a fleet, with the reason for people. */
export type RolloutAction =
  /** The fleet runs what it should. */
  | { readonly kind: 'nothing'; readonly reason: string }
  /** `endsAt`: when it ends by itself, where that is known. */
  | { readonly kind: 'wait'; readonly waitsFor: WaitsFor; readonly reason: string; readonly endsAt?: Date }
  /** New instances start from an AMI; the ones there stay. `isEqual`: those count as running it. */
  | {
      readonly kind: 'useForNewInstances';
      readonly amiId: string;
      readonly publication: Channel | null;
      readonly isEqual: boolean;
      /** A version that has the AMI already; absent: one is made. */
      readonly version?: string;
      /** What it is made from; absent: what the group has. */
      readonly base?: string;
      readonly reason: string;
    }
  /** A new refresh, with the rollout as it is wished for; `version` is made where it does not fit the group's any more. */
  | {
      readonly kind: 'startRefresh';
      readonly phase: FleetRollout['phase'];
      readonly publication: Channel;
      readonly goingBack: FleetRollout['goingBack'];
      readonly isRetry: boolean;
      /** What a rollout of a changed launch template begins with; absent: that of the rollout before. */
      readonly template?: FleetRollout['template'];
      /** Whether it brings the launch template of the refresh before, whatever was deployed since. */
      readonly keepsTemplate?: boolean;
      readonly autoRollback: boolean;
      readonly reason: string;
    }
  /** The refresh under way is the one that was wished for. */
  | { readonly kind: 'adoptRefresh'; readonly refreshId: string; readonly reason: string }
  /** The refresh under way stops where it is. */
  | {
      readonly kind: 'cancelRefresh';
      readonly goingBack: FleetRollout['goingBack'];
      readonly reason: string;
    }
  /** The refresh under way turns back. */
  | {
      readonly kind: 'rollBackRefresh';
      readonly goingBack: NonNullable<FleetRollout['goingBack']>;
      readonly reason: string;
    }
  /** Tasks that keep instances from ending are stopped. */
  | { readonly kind: 'endDrain'; readonly drains: readonly StuckDrain[]; readonly reason: string }
  /** The rollout has ended; `publication` where there was none, and what scaling started is bad. */
  | {
      readonly kind: 'settle';
      readonly outcome: RolloutOutcome;
      readonly publication?: Channel;
      readonly reason: string;
    };

/** An instance that does not end, because of tasks that do not stop. */
export interface StuckDrain {
  readonly instance: string;
  readonly since: string;
  readonly tasks: readonly HostTask[];
}

/** The publication of each instance's AMI as far as the fleet's state knows it, in the order of the instances. */
export function runningPublications(
  state: FleetState,
  group: { readonly instances: readonly { readonly amiId: string }[] },
): readonly (Channel | null)[] {
  const { lastTried, publication, rollout, wanted } = state;
  const known = [
    publication,
    rollout?.publication,
    rollout?.from.publication,
    wanted?.publication,
    lastTried?.publication,
  ];
  return group.instances.map(({ amiId }) => {
    if (publication !== null && state.equalAmis.includes(amiId)) {
      return publication;
    }
    return known.find((one) => one?.amiId === amiId) ?? null;
  });
}

/** What one poll measured, and what had been measured before it. */
export interface MeasuredStarts {
  readonly fresh: readonly HostStart[];
  readonly known: readonly HostStart[];
}

/** All that the next action of a rollout depends on, as one poll found it. */
export interface FleetWorld {
  readonly now: Date;
  readonly policy: RolloutPolicy;
  /** What the channel shows; undefined before it is seeded, and where that is not to be taken. */
  readonly wanted: Channel | undefined;
  /** Why what the channel shows is not to be taken; absent where it is. */
  readonly foreign?: string | undefined;
  /** What of the pipeline's publications has failed on a fleet, and where its rings are, as housekeeping last noted it. */
  readonly elsewhere: FailedPublications;
  readonly state: FleetState;
  readonly group: FleetGroup;
  /** The newest refresh of the group. */
  readonly refresh: InstanceRefresh | undefined;
  /** The deployment that is changing the group; undefined where there is none. */
  readonly deployment: FleetDeployment | undefined;
  /** The container instances; read only while a rollout is judged. */
  readonly hosts: readonly ContainerHost[];
  /** How soon the newest instances ran their first task; read only while a rollout is judged. */
  readonly starts: MeasuredStarts | undefined;
}

/** Statuses of a refresh that is still under way. */
const UNDER_WAY: readonly string[] = ['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking'];

/** Whether a refresh is still under way, so that Auto Scaling takes no other. */
export function isUnderWay(refresh: InstanceRefresh | undefined): refresh is InstanceRefresh {
  return refresh !== undefined && UNDER_WAY.includes(refresh.status);
}

/**
 * The instances that scaling started from a publication that was never tried and is not known to be bad: one that came as an equal
 * one, or while the group was empty.
 */
export function untriedInstances(
  { bad, lastTried, publication, rollout }: FleetState,
  { amiId, instances }: Pick<FleetGroup, 'amiId' | 'instances'>,
): readonly string[] {
  const isUntried =
    rollout === null &&
    lastTried !== null &&
    publication?.amiId === amiId &&
    bad.every((one) => one.publication !== publication.id);
  return isUntried ? instances.filter((one) => one.amiId === amiId).map(({ id }) => id) : [];
}

/**
 * The instances of the group's AMI that say nothing of it where they fail: no instance of another AMI has their launch template, and it was
 * not tried by itself, so that it may be what fails.
 */
export function doubtfulInstances({ group, policy, state }: FleetWorld): readonly string[] {
  const { amiId, instances, template } = group;
  const others = instances.filter((one) => one.amiId !== amiId);
  if (others.length === 0 || !policy.rollTemplateChanges) {
    return [];
  }
  const older = new Set(olderTemplatesOf(state, instances, group));
  const templateOf = (one: (typeof instances)[number]) => (older.has(one) ? one.template : template);
  const tried = state.template?.ended?.outcome === 'finished' ? [template] : [];
  const known = new Set([...others.map(templateOf), ...tried]);
  return instances.filter((one) => one.amiId === amiId && !known.has(templateOf(one))).map(({ id }) => id);
}

/** The instances that a rollout has brought: by their AMI, or by their launch template where that alone is rolled out. */
export function broughtBy(group: FleetGroup, rollout: FleetRollout): FleetGroup['instances'] {
  return group.instances.filter((one) => isOfTarget(one, rollout));
}

/** Those of them that a rollout is judged by: a launch template that was deployed meanwhile has instances of its own to show. */
export function newInstancesOf(group: FleetGroup, rollout: FleetRollout): readonly string[] {
  return broughtBy(group, rollout)
    .filter(
      ({ template }) =>
        template === null ||
        template === group.template ||
        rollout.phase === 'back' ||
        (rollout.restores !== null && (rollout.phase === 'rest' || !isDeployedSince(group, rollout))),
    )
    .map(({ id }) => id);
}

function isDeployedSince(
  { launchTemplateVersion }: FleetGroup,
  { baseVersion, version }: FleetRollout,
): boolean {
  return ![baseVersion, version].includes(launchTemplateVersion);
}

/** Whether the group starts new instances from what a rollout brings. */
export function isOfTarget(
  { amiId, template }: { readonly amiId: string; readonly template: string | null },
  { publication, template: change }: FleetRollout,
): boolean {
  return amiId === publication.amiId && (change === null || template === change.to);
}

/**
 * Whether the group starts new instances from what a rollout goes back to. Where a launch template alone is rolled out, a deployment that
 * takes it back leaves the group its AMI, which instances of before may not have.
 */
export function isOfOrigin(
  { amiId, template }: FleetGroup,
  { from, publication, template: change }: FleetRollout,
): boolean {
  return change === null
    ? amiId === from.amiId
    : template === change.from && [from.amiId, publication.amiId].includes(amiId);
}

/** The instances whose launch template is older than the group's, but for what counts as equal. */
export function olderTemplatesOf(
  state: FleetState,
  instances: FleetGroup['instances'],
  group: Pick<FleetGroup, 'template'>,
): FleetGroup['instances'] {
  const { equal = [] } = state.template ?? {};
  return instances.filter(
    ({ template }) => template !== null && template !== group.template && !equal.includes(template),
  );
}

/**
 * Whether a launch template that no instance of before has came with a publication that all have run well: then what fails is not plain,
 * and the launch template is tried by itself first.
 */
export function isTemplateUnclear({ group, policy, state }: FleetWorld, { id }: Channel): boolean {
  const { ran, template } = state;
  return (
    policy.rollTemplateChanges &&
    ran.includes(id) &&
    template?.ended === null &&
    olderTemplatesOf(state, group.instances, group).length > 0
  );
}

/** What of the sample has waited for its tasks to stop since when it was seen to. */
export function drainsOf({ hosts, state }: FleetWorld): readonly StuckDrain[] {
  return (state.rollout?.draining ?? []).flatMap(({ instance, since }) => {
    const { tasks = [] } = hosts.find(({ instanceId }) => instanceId === instance) ?? {};
    const running = tasks.filter(({ status }) => status !== 'STOPPED');
    return running.length === 0 ? [] : { instance, since, tasks: running };
  });
}

/** What most of some instances run, of an AMI or else of one that counts as equal. */
function mostRun(
  { equalAmis }: FleetState,
  instances: FleetGroup['instances'],
  amiId: string,
): FleetRollout['origin'] {
  const own = instances.filter((one) => one.amiId === amiId);
  const ofAmi = own.length > 0 ? own : instances.filter((one) => equalAmis.includes(one.amiId));
  const [most] = [...Map.groupBy(ofAmi, ({ version }) => version).values()].sort(
    (one, other) => other.length - one.length,
  );
  const { template = null, version = null } = most?.[0] ?? {};
  return template === null || version === null ? null : { template, version };
}

/** What the instances of before run. While the group's launch template was not tried, what scaling has started from it says nothing. */
function ofBefore({ group, state }: FleetWorld, amiId: string): FleetRollout['origin'] {
  const { ended = null, failed = [] } = state.template ?? {};
  const isTried = ended?.outcome === 'finished';
  const staying = group.instances.filter(
    (one) =>
      !one.isLeaving &&
      one.template !== null &&
      (isTried || (one.template !== group.template && !failed.includes(one.template))),
  );
  return mostRun(state, staying, amiId);
}

/** What a rollout that begins keeps of the instances of before: a canary may be all of the group, and a deployment may come. */
export function originToKeep(world: FleetWorld, amiId: string): FleetRollout['origin'] {
  const { group, state } = world;
  const { failed = [] } = state.template ?? {};
  // None of an equal AMI, which may be revoked once none of them is left.
  const instances = group.instances.filter((one) => one.amiId === amiId);
  const known = instances.filter(({ template }) => template !== null && !failed.includes(template));
  return ofBefore({ ...world, group: { ...group, instances } }, amiId) ?? mostRun(state, known, amiId);
}

/**
 * The version that most instances of before run, or ran where none is left, if its launch template is not the group's: a way back replaces
 * what is new, and never takes those of before to a launch template that they have not had.
 */
export function versionOfOrigin(world: FleetWorld, amiId: string): string | null {
  const { group, state } = world;
  const origin = ofBefore(world, amiId) ?? state.rollout?.origin ?? null;
  return origin === null || origin.template === group.template ? null : origin.version;
}

/**
 * Whether a refresh that Auto Scaling itself turns back leads to what a rollout came from: the group has that AMI, and no launch template
 * that the instances of before have not had.
 */
export function hasOriginOf(world: FleetWorld, rollout: FleetRollout): boolean {
  const { group } = world;
  const { from, template } = rollout;
  const isSame = template !== null || versionOfOrigin(world, from.amiId) === null;
  return group.amiId === from.amiId && isOfOrigin(group, rollout) && isSame;
}

/** What a changed launch template comes in the place of. */
export function runningIn(
  world: FleetWorld,
  { fromVersion }: NonNullable<FleetRollout['template']>,
): FleetRollout['from'] {
  const { group, state } = world;
  const one = group.instances.find(({ version }) => version === fromVersion);
  return one === undefined || one.amiId === group.amiId
    ? ownOf(world)
    : one.amiId === state.lastTried?.amiId
      ? state.lastTried
      : { amiId: one.amiId, publication: null };
}

/** What the group starts new instances from. */
export function ownOf({ group, state }: FleetWorld): FleetRollout['from'] {
  return { amiId: group.amiId, publication: state.publication };
}
