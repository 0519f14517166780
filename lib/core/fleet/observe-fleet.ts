import { parseDocument } from '../../contract/documents/document';
import type { FleetState } from '../../contract/documents/fleet-state';
import { type FleetOverrides, activeOverride } from '../../contract/documents/overrides';
import {
  failedPublicationsSchema,
  type FailedPublication,
  type Channel,
  channelSchema,
} from '../../contract/documents/publication';
import type { ParameterStore } from '../ports/stores';
import { pausingDeployment } from './deployment-pause';
import { heal, raise } from './fleet-notices';
import type { FleetParameters, FleetPorts } from './fleet-ports';
import { readFleetOverrides, type FleetStateKeeper, newFleetState } from './fleet-state';
import { instancesOf, isUnderWay, type FleetWorld, runningPublications } from './fleet-world';
import { secondsOf } from './evaluate-rollout';
import { hoursUnpatched } from './patch-hours';
import type { RolloutPolicy } from '../../contract/values/rollout-policy';
import { isOurs } from './while-refreshing';

/** What has failed elsewhere, as a fleet reads it; nothing where the pipeline never wrote it. */
async function readFailed(store: ParameterStore, name: string): Promise<readonly FailedPublication[]> {
  const text = await store.get(name);
  return text === undefined ? [] : parseDocument(failedPublicationsSchema, text, name).publications;
}

/** The state with what a poll found: nothing of it is decided. `words` are what people say now. */
export function observeFleet(world: FleetWorld, overrides: FleetOverrides | undefined): FleetState {
  const { state } = world;
  const spoken = {
    ...state,
    hold: overrides?.hold ?? null,
    floor: overrides?.floor ?? null,
    accepted: overrides?.accepted ?? null,
  };
  const seen = withRollout(withBad(withGroup(withWanted(spoken, world), world), world), world);
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
  ];
  return {
    ...state,
    amiId: group.amiId,
    publication: known.find((one) => one?.amiId === group.amiId) ?? null,
  };
}

/** A person's acceptance takes away what was said before it. */
function withBad(state: FleetState, { now }: FleetWorld): FleetState {
  const accepted = activeOverride(state.accepted, now);
  const bad = state.bad.filter(
    ({ at, publication }) => publication !== accepted?.publication || at > accepted.at,
  );
  return bad.length === state.bad.length ? state : { ...state, bad };
}

function withRollout(state: FleetState, { group, now, refresh }: FleetWorld): FleetState {
  const { rollout } = state;
  if (rollout === null) {
    return state;
  }
  const at = now.toISOString();
  const isObserved = instancesOf(group, rollout.publication.amiId).length > 0;
  const hasMoved =
    refresh !== undefined &&
    refresh.id === rollout.refreshId &&
    refresh.percentage !== rollout.progress.percentage;
  return {
    ...state,
    rollout: {
      ...rollout,
      firstInstanceAt: rollout.firstInstanceAt ?? (isObserved ? at : null),
      progress: hasMoved ? { percentage: refresh.percentage, at } : rollout.progress,
    },
  };
}

function withStuck(state: FleetState, { now, policy, refresh }: FleetWorld): FleetState {
  const { rollout } = state;
  const isPaused =
    refresh?.status === 'InProgress' &&
    rollout?.phase === 'canary' &&
    refresh.percentage >= policy.canaryPercentage;
  const isMoving =
    rollout === null ||
    !isUnderWay(refresh) ||
    !isOurs(rollout, refresh) ||
    isPaused ||
    secondsOf(rollout.progress.at, now) < policy.drainSeconds;
  return isMoving
    ? heal(state, 'needsOperator:stuck')
    : raise(
        state,
        'needsOperator:stuck',
        `Fleet ${state.fleet}: the instance refresh ${refresh.id} is ${refresh.status} and has been at ` +
          `${refresh.percentage} % since ${rollout.progress.at}; got: '${refresh.reason}'. Look for a task that does not stop, or an instance in standby.`,
        now,
      );
}

/** Holds do not stop the budget; its two messages go out at three quarters and at its end. */
function withBudget(state: FleetState, { group, now, policy }: FleetWorld): FleetState {
  const hours = hoursUnpatched({ running: runningPublications(state, group), wanted: state.wanted, now });
  const budget = policy.patchWithinSeconds / 3600;
  const reported = `Fleet ${state.fleet}: an instance has lacked a released update for ${hours} h of ${budget} h. What it waits for says: winbake fleet status ${state.fleet}`;
  const warned =
    hours >= 0.75 * budget ? raise(state, 'budgetWarning', reported, now) : heal(state, 'budgetWarning');
  return hours >= budget ? raise(warned, 'budgetSpent', reported, now) : heal(warned, 'budgetSpent');
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
  const wanted = text === undefined ? undefined : parseDocument(channelSchema, text, names.channel);
  const failed = await readFailed(parameters, names.failed);
  const overrides = await readFleetOverrides(parameters, names.overrides);
  const stored = await keeper.read();
  // The refresh first: one that ends meanwhile is then seen in the group, never a group of before with a refresh that ended.
  const refresh = await control.newestRefresh();
  const group = await control.describeGroup();
  const identity = {
    fleet: names.fleet,
    autoScalingGroup: names.autoScalingGroup,
    cluster: names.cluster,
    channel: names.channel,
  };
  const known = wanted?.amiId === group.amiId ? wanted : null;
  const state = { ...(stored ?? newFleetState(identity, group.amiId, known, now)), ...identity };
  const isEvaluated = state.rollout !== null || isUnderWay(refresh);
  const described = isEvaluated ? await hosts.describe(group.instances.map(({ id }) => id)) : [];
  const world: FleetWorld = {
    now,
    policy,
    wanted,
    failed,
    state,
    group,
    refresh,
    hosts: described,
    // Last, so that little time is left for one to begin before the action.
    deployment: await pausingDeployment(parameters, names.deployment, group, now),
  };
  return { ...world, state: observeFleet(world, overrides) };
}
