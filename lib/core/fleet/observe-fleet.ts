import { parseDocument } from '../../contract/documents/document';
import type { FleetState } from '../../contract/documents/fleet-state';
import { type FleetOverrides, activeOverride } from '../../contract/documents/overrides';
import {
  failedPublicationsSchema,
  type FailedPublications,
} from '../../contract/documents/failed-publications';
import { type Channel, channelSchema } from '../../contract/documents/publication';
import type { FleetGroup } from '../ports/fleets';
import type { ParameterStore } from '../ports/stores';
import { WinbakeError } from '../../contract/values/errors';
import { foreignAmi } from './ami-owner';
import { pausingDeployment } from './deployment-pause';
import { heal, raise } from './fleet-notices';
import type { FleetParameters, FleetPorts } from './fleet-ports';
import { readFleetOverrides, type FleetStateKeeper, newFleetState } from './fleet-state';
import {
  drainsOf,
  isUnderWay,
  newInstancesOf,
  olderTemplatesOf,
  type FleetWorld,
  runningPublications,
  untriedInstances,
  type StuckDrain,
} from './fleet-world';
import { evaluateUntried, secondsOf, taskText } from './evaluate-rollout';
import { measureStarts, readStarts } from './host-starts';
import { hoursBehind, hoursUnpatched } from './patch-hours';
import type { RolloutPolicy } from '../../contract/values/rollout-policy';
import { sampleHosts } from './sample-hosts';
import { isOurs } from './while-refreshing';

/** At rest, ECS is asked in so many minutes of an hour: a fleet of which nothing is decided asks no more than once or twice in it. */
const WATCH_MINUTES = 15;

/** What a document says, and why it cannot be read: damaged, or written by a newer Winbake. */
interface Reading<T> {
  readonly value: T;
  readonly unreadable: string | undefined;
}

async function readOr<T>(read: () => Promise<T>, otherwise: (why: string) => T): Promise<Reading<T>> {
  try {
    return { value: await read(), unreadable: undefined };
  } catch (error) {
    if (error instanceof WinbakeError && error.code === 'DOCUMENT_INVALID') {
      return { value: otherwise(error.message), unreadable: error.message };
    }
    throw error;
  }
}

/** What is so elsewhere where nobody says anything. */
const NOTHING: FailedPublications = { schema: 'winbake.failed/1', publications: [], hold: null, rings: [] };

/** What housekeeping says of other fleets; nothing where the pipeline never wrote it. */
async function readElsewhere(store: ParameterStore, name: string): Promise<FailedPublications> {
  const text = await store.get(name);
  return text === undefined ? NOTHING : parseDocument(failedPublicationsSchema, text, name);
}

/** Overrides that cannot be read hold the fleet, since somebody wrote them for a purpose; the floor of the last poll stays. */
function unreadableOverrides(state: FleetState | undefined, reason: string): FleetOverrides {
  return {
    schema: 'winbake.fleet-overrides/1',
    hold: { by: 'somebody', reason, at: '1970-01-01T00:00:00Z', until: '9999-12-31T00:00:00Z' },
    floor: state?.floor ?? null,
    accepted: state?.accepted ?? null,
  };
}

function withUnreadable(state: FleetState, name: string, why: string | undefined, now: Date): FleetState {
  const cause = `unreadable:${name}`;
  return why === undefined
    ? heal(state, cause)
    : raise(state, cause, `Fleet ${state.fleet} goes on without a document: ${why}`, now);
}

/** The state with what a poll found: nothing of it is decided. `words` are what people say now. */
export function observeFleet(world: FleetWorld, overrides: FleetOverrides | undefined): FleetState {
  const { state } = world;
  const spoken = {
    ...state,
    hold: overrides?.hold ?? null,
    floor: overrides?.floor ?? null,
    accepted: overrides?.accepted ?? null,
    ring: world.policy.ring,
  };
  const seen = withRollout(
    withTried(withBad(withTemplate(withGroup(withWanted(spoken, world), world), world), world), world),
    world,
  );
  return withBudget(withStuck(seen, world), world);
}

function withWanted(state: FleetState, { now, wanted }: FleetWorld): FleetState {
  return wanted === undefined || state.wanted?.publication.id === wanted.id
    ? state
    : { ...state, wanted: { publication: wanted, since: now.toISOString() } };
}

/** A refresh that succeeded has changed the group, and so may a person have. */
function withGroup(state: FleetState, { group, wanted }: FleetWorld): FleetState {
  if (state.amiId === group.amiId) {
    return state;
  }
  const known: readonly (Channel | null | undefined)[] = [
    wanted,
    state.rollout?.publication,
    state.rollout?.from.publication,
    state.lastTried?.publication,
  ];
  const publication = known.find((one) => one?.amiId === group.amiId);
  // A way back to a launch template may lead to an equal AMI whose own publication is forgotten.
  const equal = publication === undefined && state.equalAmis.includes(group.amiId) ? state.publication : null;
  return {
    ...state,
    amiId: group.amiId,
    publication: publication ?? (equal && { ...equal, amiId: group.amiId }),
    // What a person gave the group counts as tried.
    lastTried: state.rollout === null ? null : state.lastTried,
    equalAmis:
      equal === null ? [] : [...state.equalAmis, state.amiId].filter((amiId) => amiId !== group.amiId),
  };
}

/**
 * What an instance ran when the fleet first knew of launch templates counts as equal to the group's, so that the upgrade to that
 * version replaces nothing; the group may not have what the upgrade's own deployment gives it.
 */
function withTemplate(state: FleetState, { deployment, group }: FleetWorld): FleetState {
  const { template: digest } = group;
  if (state.template === null && deployment !== undefined) {
    return state;
  }
  const others = [...group.instances, ...group.pool].flatMap(({ template }) =>
    template === null || template === digest ? [] : template,
  );
  const equal = state.template === null ? [...new Set(others)] : [];
  const failed = (state.template?.failed ?? []).filter((one) => one === digest || others.includes(one));
  const template =
    state.template?.digest === digest
      ? { ...state.template, failed }
      : { digest, equal, older: 0, failed, ended: null };
  const older = olderTemplatesOf({ ...state, template }, group.instances, group).length;
  return { ...state, template: { ...template, older } };
}

/** A person's acceptance takes away what was said before it. */
function withBad(state: FleetState, { now }: FleetWorld): FleetState {
  const accepted = activeOverride(state.accepted, now);
  const bad = state.bad.filter(
    ({ at, publication }) => publication !== accepted?.publication || at > accepted.at,
  );
  return bad.length === state.bad.length ? state : { ...state, bad };
}

/** What scaling started from an untried publication, and does well, has tried it. */
function withTried(state: FleetState, world: FleetWorld): FleetState {
  return untriedInstances(state, world.group).length > 0 &&
    evaluateUntried({ ...world, state }, world.hosts).verdict === 'good'
    ? { ...state, lastTried: null }
    : state;
}

function withRollout(state: FleetState, { group, hosts, now, refresh }: FleetWorld): FleetState {
  const { rollout } = state;
  if (rollout === null) {
    return state;
  }
  const at = now.toISOString();
  const isObserved = newInstancesOf(group, rollout).length > 0;
  const leaving = leavingOf(group);
  const hasTasks = hosts.some(({ taskCount, tasks = [] }) => taskCount > 0 || tasks.length > 0);
  const hasMoved =
    refresh !== undefined &&
    refresh.id === rollout.refreshId &&
    refresh.percentage !== rollout.progress.percentage;
  return {
    ...state,
    rollout: {
      ...rollout,
      firstInstanceAt: rollout.firstInstanceAt ?? (isObserved ? at : null),
      hasTasks: rollout.hasTasks || hasTasks,
      draining: hosts
        .filter(
          ({ instanceId, taskCount, tasks }) =>
            leaving.has(instanceId) && taskCount > 0 && tasks !== undefined,
        )
        .map(({ instanceId: instance }) => ({
          instance,
          since: rollout.draining.find((one) => one.instance === instance)?.since ?? at,
        })),
      progress: hasMoved ? { percentage: refresh.percentage, at } : rollout.progress,
    },
  };
}

function withStuck(state: FleetState, world: FleetWorld): FleetState {
  const { group, now, policy, refresh } = world;
  const { rollout } = state;
  const isPaused =
    refresh?.status === 'InProgress' &&
    rollout?.phase === 'canary' &&
    refresh.percentage >= policy.canaryPercentage &&
    leavingOf(group).size === 0;
  const isMoving =
    rollout === null ||
    !isUnderWay(refresh) ||
    !isOurs(rollout, refresh) ||
    isPaused ||
    secondsOf(rollout.progress.at, now) < policy.stallSeconds;
  if (isMoving) {
    return heal(state, 'needsOperator:stuck');
  }
  const drains = drainsOf({ ...world, state });
  const why =
    drains.length === 0
      ? `got: '${refresh.reason}'. Look for an instance in standby, or one that does not start.`
      : `${drains.map(drainText).join('; ')}. Stop them, or let "rollout.drainLimit" end such a drain.`;
  return raise(
    state,
    'needsOperator:stuck',
    `Fleet ${state.fleet}: the instance refresh ${refresh.id} is ${refresh.status} and has been at ` +
      `${refresh.percentage} % since ${rollout.progress.at}; ${why}`,
    now,
  );
}

/** An instance with the tasks that keep it from ending; three at most. */
export function drainText({ instance, tasks }: StuckDrain): string {
  const more = tasks.length > 3 ? ` and ${tasks.length - 3} more` : '';
  return `${instance} waits for ${tasks.slice(0, 3).map(taskText).join(', ')}${more}`;
}

/** What a fleet may take of its budget before it says that it is late because its channel was. */
const OWN_SHARE = 0.25;

/**
 * Holds do not stop the budget; its two messages go out at three quarters and at its end, the second alone where both are due. Of what its
 * channel lacked the pipeline notifies people, for all fleets at once.
 */
function withBudget(state: FleetState, { group, now, policy }: FleetWorld): FleetState {
  const facts = { running: runningPublications(state, group), wanted: state.wanted, now };
  const budget = policy.patchWithinSeconds / 3600;
  const isOfChannel = /\/(?:current|latest)\/publication$/.test(state.channel ?? '');
  const isOwn = !isOfChannel || hoursBehind(facts) >= OWN_SHARE * budget;
  const hours = isOwn ? hoursUnpatched(facts) : 0;
  const reported = `Fleet ${state.fleet}: an instance has lacked a released update for ${hours} h of ${budget} h. What it waits for says: winbake fleet status ${state.fleet}`;
  if (hours >= budget) {
    return raise(state, 'budgetSpent', reported, now);
  }
  // Whoever holds the fleet, or was told what it waits for, knows.
  const isKnown =
    activeOverride(state.hold, now) !== undefined ||
    Object.keys(state.notices).some((cause) => cause.startsWith('needsOperator:'));
  const warned =
    hours < 0.75 * budget
      ? heal(state, 'budgetWarning')
      : isKnown
        ? state
        : raise(state, 'budgetWarning', reported, now);
  return heal(warned, 'budgetSpent');
}

function hostsOf(ports: FleetPorts['hosts'], group: FleetGroup, state: FleetState) {
  const { rollout } = state;
  const fresh = new Set(rollout === null ? untriedInstances(state, group) : newInstancesOf(group, rollout));
  const leaving = leavingOf(group);
  return sampleHosts(
    ports,
    group.instances.map(({ id }) => id),
    { isNew: (id) => fresh.has(id), isLeaving: (id) => leaving.has(id) },
  );
}

function leavingOf({ instances }: FleetGroup): ReadonlySet<string> {
  return new Set(instances.filter(({ isLeaving }) => isLeaving).map(({ id }) => id));
}

/** Reads all that the next action depends on; ECS only where a rollout is to be judged. */
export async function readFleetWorld(
  ports: FleetPorts,
  names: FleetParameters,
  keeper: FleetStateKeeper,
  policy: RolloutPolicy,
): Promise<FleetWorld> {
  const { control, hosts, parameters } = ports;
  const now = ports.now();
  const text = await parameters.get(names.channel);
  const shown = text === undefined ? undefined : parseDocument(channelSchema, text, names.channel);
  const elsewhere = await readOr(
    () => readElsewhere(parameters, names.failed),
    () => NOTHING,
  );
  const stored = await keeper.read();
  const overrides = await readOr(
    () => readFleetOverrides(parameters, names.overrides),
    (why) => unreadableOverrides(stored, why),
  );
  // The refresh first: one that ends meanwhile is then seen in the group, never a group of before with a refresh that ended.
  const refresh = await control.newestRefresh();
  const group = await control.describeGroup();
  const identity = {
    fleet: names.fleet,
    autoScalingGroup: names.autoScalingGroup,
    cluster: names.cluster,
    channel: names.channel,
  };
  // What it was told to take before was asked for then.
  const trusted = [group.amiId, stored?.wanted?.publication.amiId, stored?.rollout?.publication.amiId];
  const foreign =
    shown === undefined || trusted.includes(shown.amiId)
      ? undefined
      : await foreignAmi(control, shown, { channel: names.channel, amiOwner: names.amiOwner });
  const wanted = foreign === undefined ? shown : undefined;
  const known = wanted?.amiId === group.amiId ? wanted : null;
  const state = { ...(stored ?? newFleetState(identity, group.amiId, known, now)), ...identity };
  const isEvaluated =
    state.rollout !== null ||
    isUnderWay(refresh) ||
    (now.getUTCMinutes() < WATCH_MINUTES && untriedInstances(state, group).length > 0);
  const described = isEvaluated ? await hostsOf(hosts, group, state) : [];
  const starts = isEvaluated
    ? measureStarts({ group, now, state }, described, await readStarts(parameters, names.starts))
    : undefined;
  const world: FleetWorld = {
    now,
    policy,
    wanted,
    foreign,
    elsewhere: elsewhere.value,
    state,
    group,
    refresh,
    hosts: described,
    starts,
    // Last, so that little time is left for one to begin before the action.
    deployment: await pausingDeployment(parameters, names.deployment, group, now),
  };
  const observed = withUnreadable(observeFleet(world, overrides.value), 'failed', elsewhere.unreadable, now);
  const read = withUnreadable(observed, 'overrides', overrides.unreadable, now);
  return { ...world, state: withForeign(read, foreign, now) };
}

function withForeign(state: FleetState, foreign: string | undefined, now: Date): FleetState {
  const cause = 'needsOperator:owner';
  return foreign === undefined
    ? heal(state, cause)
    : raise(state, cause, `Fleet ${state.fleet} stays as it is: ${foreign}.`, now);
}
