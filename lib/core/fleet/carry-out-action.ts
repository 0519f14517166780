import type { FleetState, FleetRollout } from '../../contract/documents/fleet-state';
import type { ContainerHosts, RefreshRequest } from '../ports/fleets';
import { raise } from './fleet-notices';
import type { ActionPlace } from './fleet-ports';
import { evaluateUntried, isBarred } from './evaluate-rollout';
import {
  isTemplateUnclear,
  newInstancesOf,
  originToKeep,
  ownOf,
  runningIn,
  versionOfOrigin,
  type FleetWorld,
  type RolloutAction,
  type StuckDrain,
} from './fleet-world';
import { drainText } from './observe-fleet';
import {
  lastTriedAfter,
  logEntryOf,
  monthOf,
  settleRollout,
  type Settlement,
  writeLogEntry,
} from './rollout-log';
import { sampleHosts } from './sample-hosts';
import { LONGEST_CHECKPOINT_SECONDS } from './while-refreshing';

type StartRefresh = Extract<RolloutAction, { readonly kind: 'startRefresh' }>;

/**
 * Starts a refresh. The wish for it is written first, with the refresh that was the newest before, so that one that was
 * started and not noted is known again.
 */
async function startRollout(
  { keeper, ports }: ActionPlace,
  world: FleetWorld,
  action: StartRefresh,
): Promise<FleetState> {
  const { now, state } = world;
  const wish = await wishOf(ports, world, action);
  const wished: FleetState = { ...state, rollout: wish };
  await keeper.keep(wished, now);
  const refreshId = await ports.control.startRefresh(requestOf(world, wish));
  const started: FleetState = { ...wished, rollout: { ...wish, refreshId } };
  await keeper.keep(started, now);
  return started;
}

async function wishOf(
  { control, hosts }: ActionPlace['ports'],
  world: FleetWorld,
  { autoRollback, goingBack, isRetry, keepsTemplate, phase, publication, template: change }: StartRefresh,
): Promise<FleetRollout> {
  const { group, now, refresh, state } = world;
  const at = now.toISOString();
  const before = state.rollout;
  const from = before?.from ?? (change ? runningIn(world, change) : await originOf(hosts, world));
  const baseVersion = group.launchTemplateVersion;
  const goal = phase === 'back' ? from : { amiId: publication.amiId, publication };
  const isSameGoal = before !== null && (before.phase === 'back') === (phase === 'back');
  const template = change ?? before?.template ?? null;
  const kept = phase === 'back' && template === null ? versionOfOrigin(world, goal.amiId) : null;
  const ofBefore = phase === 'back' ? (template?.fromVersion ?? kept) : null;
  const hasFailed = state.template?.digest === group.template && state.template.ended?.outcome !== undefined;
  const isKept = keepsTemplate === true && before !== null;
  const isReused = isKept || (isSameGoal && before.baseVersion === baseVersion && group.amiId !== goal.amiId);
  const there = isReused ? before.version : group.amiId === goal.amiId ? baseVersion : null;
  const known = phase === 'canary' && there === null ? knownVersion(world, from, publication) : null;
  const version =
    ofBefore ??
    there ??
    (await control.createLaunchTemplateVersion(
      known ?? baseVersion,
      goal.amiId,
      `Winbake ${goal.publication?.id ?? goal.amiId}`,
    ));
  return {
    publication,
    from,
    origin: before === null && template === null ? originToKeep(world, from.amiId) : (before?.origin ?? null),
    phase,
    template,
    version,
    baseVersion,
    restores:
      isKept || known !== null || (kept !== null && !hasFailed)
        ? baseVersion
        : phase !== 'back' && version === before?.version
          ? before.restores
          : null,
    refreshId: null,
    refreshBefore: refresh?.id ?? null,
    // A way back has nothing to go back to, nor has a refresh to what the group has; Auto Scaling knows no other way back than that.
    autoRollback:
      autoRollback &&
      phase !== 'back' &&
      group.amiId !== goal.amiId &&
      group.amiId === from.amiId &&
      versionOfOrigin(world, from.amiId) === null,
    startedAt: before?.startedAt ?? at,
    refreshedAt: at,
    firstInstanceAt:
      before === null || (phase === 'canary' && newInstancesOf(group, before).length === 0)
        ? null
        : before.firstInstanceAt,
    hasTasks: before?.hasTasks ?? (await hasTasks(hosts, group)),
    draining: [],
    progress: { percentage: 0, at },
    failures: phase !== before?.phase ? 0 : before.failures + (isRetry ? 1 : 0),
    goingBack,
  };
}

/**
 * The version of the instances of before, where what they run is revoked and has to go at once: what the fleet has run well comes with it, and
 * not with a launch template that nobody has tried and that there is no way back from.
 */
function knownVersion(
  world: FleetWorld,
  from: FleetRollout['from'],
  publication: FleetRollout['publication'],
): string | null {
  return isBarred(world, from.amiId, from.publication) && isTemplateUnclear(world, publication)
    ? versionOfOrigin(world, from.amiId)
    : null;
}

/** What a rollout may go back to: what the group has, unless that was never tried and no instance of it does well. */
async function originOf(hosts: ContainerHosts, world: FleetWorld): Promise<FleetRollout['from']> {
  const { group, state } = world;
  const { lastTried } = state;
  if (lastTried === null || isBarred(world, lastTried.amiId, lastTried.publication)) {
    return ownOf(world);
  }
  const sample = await sampleHosts(
    hosts,
    group.instances.map(({ id }) => id),
    {
      isNew: (id) => group.instances.some((one) => one.id === id && one.amiId === group.amiId),
      isLeaving: (id) => group.instances.some((one) => one.id === id && one.isLeaving),
    },
  );
  return evaluateUntried(world, sample).verdict === 'good' ? ownOf(world) : lastTried;
}

/** A group may have replaced the instances with tasks before the next poll. */
async function hasTasks(hosts: ActionPlace['ports']['hosts'], { instances }: FleetWorld['group']) {
  return (await hosts.registered(instances.map(({ id }) => id))).some(({ taskCount }) => taskCount > 0);
}

/**
 * A canary's only checkpoint is not 100, so that Auto Scaling replaces no more than it, whatever becomes of the polls: "To replace all
 * instances in the Auto Scaling group, the last number in the array must be 100."
 *
 * A canary that is the whole group, as of a group of one, is watched at the refresh's end: the last instance is followed by no
 * pause.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
 */
function requestOf({ group, policy }: FleetWorld, wish: FleetRollout): RefreshRequest {
  const { alarms, canaryPercentage, maxHealthyPercentage, watchSeconds } = policy;
  const all = group.instances.length;
  const isCanary = wish.phase === 'canary';
  const isWhole = Math.ceil((all * canaryPercentage) / 100) >= all;
  return {
    version: wish.version,
    checkpoint:
      isCanary && canaryPercentage < 100
        ? { percentages: [canaryPercentage], seconds: LONGEST_CHECKPOINT_SECONDS }
        : null,
    maxHealthyPercentage,
    bakeSeconds: isCanary && isWhole ? watchSeconds : 0,
    autoRollback: wish.autoRollback,
    alarms: wish.phase === 'back' ? [] : alarms,
  };
}

/** The state after an action, and whether the poll ends with it because a service has to work or nothing is to do. */
interface CarriedOut {
  readonly state: FleetState;
  readonly isLast: boolean;
}

/** Carries out one action: first the wish is written, then the service is called. */
export async function carryOutAction(
  place: ActionPlace,
  world: FleetWorld,
  action: RolloutAction,
): Promise<CarriedOut> {
  const { keeper, ports } = place;
  const { now, state } = world;
  switch (action.kind) {
    case 'nothing':
    case 'wait':
      return { state, isLast: true };
    case 'adoptRefresh': {
      const adopted = withRollout(state, { refreshId: action.refreshId });
      await keeper.keep(adopted, now);
      return { state: adopted, isLast: false };
    }
    case 'cancelRefresh':
    case 'rollBackRefresh': {
      const { goingBack } = action;
      const wished = goingBack === null ? state : withRollout(state, { goingBack });
      await keeper.keep(wished, now);
      await (action.kind === 'cancelRefresh'
        ? ports.control.cancelRefresh()
        : ports.control.rollBackRefresh());
      return { state: wished, isLast: true };
    }
    case 'endDrain':
      return { state: await endDrains(place, world, action.drains), isLast: true };
    case 'startRefresh':
      return { state: await startRollout(place, world, action), isLast: true };
    case 'useForNewInstances':
      return { state: await useForNewInstances(place, world, action), isLast: false };
    case 'settle': {
      const { rollout } = state;
      const { outcome, publication = rollout?.publication, reason } = action;
      const { group } = world;
      const proven = group.instances.length > 0;
      // The next step reads what is kept: what was equal to the publication of before is not to this one.
      const settled = {
        ...world,
        state: {
          ...state,
          equalAmis: outcome === 'finished' && (rollout?.template ?? null) === null ? [] : state.equalAmis,
          lastTried: lastTriedAfter(state, group, outcome === 'finished' && proven),
        },
      };
      return {
        state:
          publication === undefined
            ? state
            : await settle(place, settled, {
                publication,
                outcome,
                reason,
                proven,
                tried: proven,
              }),
        isLast: false,
      };
    }
  }
}

/** People are notified which tasks it were: what they did may be half done. */
async function endDrains(
  { keeper, ports }: ActionPlace,
  { now, state }: FleetWorld,
  drains: readonly StuckDrain[],
): Promise<FleetState> {
  const noted = drains.reduce(
    (before, drain) =>
      raise(
        before,
        `drainEnded:${drain.instance}`,
        `Fleet ${state.fleet} stops tasks that kept an instance from ending since ${drain.since}: ${drainText(drain)}.`,
        now,
      ),
    state,
  );
  await keeper.keep(noted, now);
  const tasks = drains.flatMap((drain) => drain.tasks.map(({ id }) => id));
  await ports.hosts.stopTasks(tasks, `Winbake: the drain limit of the fleet ${state.fleet} is over.`);
  return noted;
}

/** What needs no refresh: the group's own version changes, and its instances stay. */
async function useForNewInstances(
  place: ActionPlace,
  world: FleetWorld,
  action: Extract<RolloutAction, { readonly kind: 'useForNewInstances' }>,
): Promise<FleetState> {
  const { group, now, state } = world;
  const { amiId, isEqual, publication, reason } = action;
  const { control } = place.ports;
  const version =
    action.version ??
    (await control.createLaunchTemplateVersion(
      action.base ?? group.launchTemplateVersion,
      amiId,
      `Winbake ${publication?.id ?? amiId}`,
    ));
  // Another launch template with the AMI of before leaves what is equal to it.
  const kept = isEqual || amiId === state.amiId ? state.equalAmis : [];
  // An instance of something else is equal to nothing, such as the canary of what another publication took the place of.
  const equalAmis = isEqual ? [...new Set([...kept, group.amiId])].filter((one) => one !== amiId) : kept;
  const tried = !isEqual && group.instances.length > 0;
  const used: FleetState = {
    ...state,
    amiId,
    publication,
    equalAmis,
    lastTried: state.rollout !== null ? state.lastTried : tried ? null : (state.lastTried ?? ownOf(world)),
    // Its own, and no deployment that a canary would have to be for.
    rollout:
      state.rollout !== null && action.base !== undefined
        ? { ...state.rollout, baseVersion: version }
        : state.rollout,
  };
  if (action.base !== undefined || (state.rollout === null && !tried)) {
    // Before the effect: whoever finds the group with it must know that it was not tried.
    await place.keeper.keep(used, now);
  }
  await control.useLaunchTemplateVersion(version);
  if (publication === null || state.rollout !== null) {
    await place.keeper.keep(used, now);
    return used;
  }
  const proven = group.instances.length > 0;
  const settled = await settle(
    place,
    { ...world, state: used },
    { publication, outcome: 'finished', reason, proven, tried },
  );
  return settled;
}

async function settle(place: ActionPlace, world: FleetWorld, settlement: Settlement): Promise<FleetState> {
  const { names, keeper, ports } = place;
  const { now, state } = world;
  // Instances that came back to what the group has are no news of its publication.
  const isMove =
    state.rollout === null ||
    state.rollout.from.amiId !== settlement.publication.amiId ||
    (state.rollout.template === null && state.wanted?.publication.id === settlement.publication.id);
  if (isMove) {
    const starts = [...(world.starts?.fresh ?? []), ...(world.starts?.known ?? [])];
    const entry = logEntryOf(state, { ...settlement, rollout: state.rollout, starts, now });
    await writeLogEntry(ports.parameters, names.log(monthOf(entry)), names.fleet, entry);
  }
  const { phase, restores = null } = state.rollout ?? {};
  const isUnclear =
    (restores === null || phase === 'back') && isTemplateUnclear(world, settlement.publication);
  const ended = settleRollout(state, { ...settlement, isUnclear }, now);
  await keeper.keep(ended, now);
  return ended;
}

function withRollout(state: FleetState, change: Partial<FleetRollout>): FleetState {
  return { ...state, rollout: state.rollout && { ...state.rollout, ...change } };
}
