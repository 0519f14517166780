import type { FleetState, RolloutOutcome, FleetRollout } from '../../contract/documents/fleet-state';
import type { Channel } from '../../contract/documents/publication';
import type { RefreshRequest } from '../ports/fleets';
import { heal, raise } from './fleet-notices';
import type { ActionPlace } from './fleet-ports';
import type { FleetWorld, RolloutAction } from './fleet-world';
import { logEntryOf, monthOf, writeLogEntry } from './rollout-log';
import { LONGEST_CHECKPOINT_SECONDS } from './while-refreshing';

/** A rollout's end as the state keeps it. */
interface Settlement {
  readonly publication: Channel;
  readonly outcome: RolloutOutcome;
  readonly reason: string;
  readonly proven: boolean;
}

/** The state after a rollout: what failed is bad for this fleet and reported once, what finished heals what was reported before. */
function settleRollout(state: FleetState, settlement: Settlement, now: Date): FleetState {
  const { outcome, proven, publication, reason } = settlement;
  const at = now.toISOString();
  const ended: FleetState = {
    ...state,
    rollout: null,
    last: { publication: publication.id, outcome, at, proven },
  };
  if (outcome === 'finished') {
    return heal(heal(ended, 'rolloutRolledBack:'), 'rolloutFailed:');
  }
  if (outcome !== 'rolledBack' && outcome !== 'failed') {
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
  const wish = await wishOf(ports.control, world, action);
  const wished: FleetState = { ...state, rollout: wish };
  await keeper.keep(wished, now);
  const refreshId = await ports.control.startRefresh(requestOf(world, wish));
  const started: FleetState = { ...wished, rollout: { ...wish, refreshId } };
  await keeper.keep(started, now);
  return started;
}

async function wishOf(
  control: ActionPlace['ports']['control'],
  world: FleetWorld,
  { autoRollback, goingBack, isRetry, phase, publication }: StartRefresh,
): Promise<FleetRollout> {
  const { group, now, refresh, state } = world;
  const at = now.toISOString();
  const before = state.rollout;
  const from = before?.from ?? { amiId: group.amiId, publication: state.publication };
  const baseVersion = group.launchTemplateVersion;
  const goal = phase === 'back' ? from : { amiId: publication.amiId, publication };
  const isSameGoal = before !== null && (before.phase === 'back') === (phase === 'back');
  const version =
    group.amiId === goal.amiId
      ? baseVersion
      : isSameGoal && before.baseVersion === baseVersion
        ? before.version
        : await control.createLaunchTemplateVersion(
            baseVersion,
            goal.amiId,
            `Winbake ${goal.publication?.id ?? goal.amiId}`,
          );
  return {
    publication,
    from,
    phase,
    version,
    baseVersion,
    refreshId: null,
    refreshBefore: refresh?.id ?? null,
    // A way back has nothing to go back to, nor has a refresh to what the group has.
    autoRollback: autoRollback && phase !== 'back' && group.amiId !== goal.amiId,
    startedAt: before?.startedAt ?? at,
    refreshedAt: at,
    firstInstanceAt: before?.firstInstanceAt ?? null,
    progress: { percentage: 0, at },
    failures: phase !== before?.phase ? 0 : before.failures + (isRetry ? 1 : 0),
    goingBack,
  };
}

/**
 * A canary that is the whole group, as of a group of one, is watched at the refresh's end: the last instance is followed by no
 * pause.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
 */
function requestOf({ group, policy }: FleetWorld, wish: FleetRollout): RefreshRequest {
  const { alarms, canaryPercentage, watchSeconds } = policy;
  const all = group.instances.length;
  const isCanary = wish.phase === 'canary';
  const isWhole = Math.ceil((all * canaryPercentage) / 100) >= all;
  return {
    version: wish.version,
    checkpoint:
      isCanary && canaryPercentage < 100
        ? { percentages: [canaryPercentage, 100], seconds: LONGEST_CHECKPOINT_SECONDS }
        : null,
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
    case 'startRefresh':
      return { state: await startRollout(place, world, action), isLast: true };
    case 'useForNewInstances':
      return { state: await useForNewInstances(place, world, action), isLast: false };
    case 'settle': {
      const { rollout } = state;
      const { outcome, reason } = action;
      const proven = world.group.instances.length > 0;
      const ended =
        rollout === null
          ? state
          : await settle(place, world, { publication: rollout.publication, outcome, reason, proven });
      return { state: outcome === 'finished' ? { ...ended, equalAmis: [] } : ended, isLast: false };
    }
  }
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
  const version = await control.createLaunchTemplateVersion(
    group.launchTemplateVersion,
    amiId,
    `Winbake ${publication?.id ?? amiId}`,
  );
  await control.useLaunchTemplateVersion(version);
  const equalAmis = isEqual
    ? [...new Set([...state.equalAmis, group.amiId, ...group.instances.map((one) => one.amiId)])]
    : [];
  const used: FleetState = { ...state, amiId, publication, equalAmis };
  if (publication === null || state.rollout !== null) {
    await place.keeper.keep(used, now);
    return used;
  }
  const proven = group.instances.length > 0;
  const settled = await settle(
    place,
    { ...world, state: used },
    { publication, outcome: 'finished', reason, proven },
  );
  return settled;
}

async function settle(place: ActionPlace, world: FleetWorld, settlement: Settlement): Promise<FleetState> {
  const { names, keeper, ports } = place;
  const { now, state } = world;
  const entry = logEntryOf(state, { ...settlement, rollout: state.rollout, now });
  await writeLogEntry(ports.parameters, names.log(monthOf(entry)), names.fleet, entry);
  const ended = settleRollout(state, settlement, now);
  await keeper.keep(ended, now);
  return ended;
}

function withRollout(state: FleetState, change: Partial<FleetRollout>): FleetState {
  return { ...state, rollout: state.rollout && { ...state.rollout, ...change } };
}
