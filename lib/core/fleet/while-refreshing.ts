import type { FleetRollout } from '../../contract/documents/fleet-state';
import type { InstanceRefresh } from '../ports/fleets';
import { drainsOf, hasOriginOf, newInstancesOf, type FleetWorld, type RolloutAction } from './fleet-world';
import {
  canGoBack,
  evaluateRollout,
  holdAgainst,
  isSuperseded,
  secondsOf,
  wayBackOf,
} from './evaluate-rollout';

/**
 * Auto Scaling pauses at a checkpoint for at most two days; after a canary's it ends, and the group then has the new version.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
 */
export const LONGEST_CHECKPOINT_SECONDS = 48 * 60 * 60;

/** An hour earlier the refresh is stopped, and the fleet waits without one. */
const LONGEST_PAUSE_SECONDS = LONGEST_CHECKPOINT_SECONDS - 60 * 60;

const GONE_SECONDS = 2 * 60 * 60;

/** The next action while a refresh is under way; it never is a second refresh. */
export function whileRefreshing(world: FleetWorld, refresh: InstanceRefresh): RolloutAction {
  const { rollout } = world.state;
  if (rollout === null || !isOurs(rollout, refresh)) {
    return waiting(`an instance refresh that Winbake did not start is ${refresh.status}`);
  }
  if (rollout.refreshId === null) {
    return { kind: 'adoptRefresh', refreshId: refresh.id, reason: 'it was started and not noted' };
  }
  const late = endDrain(world);
  if (late !== undefined) {
    return late;
  }
  if (refresh.status !== 'InProgress' && refresh.status !== 'Baking') {
    return waiting(`the instance refresh is ${refresh.status}`);
  }
  return turn(world, rollout) ?? goOn(world, rollout, refresh);
}

/** Whether a refresh is the one that a rollout wished for. */
export function isOurs(
  { refreshBefore, refreshId, version }: FleetRollout,
  refresh: InstanceRefresh,
): boolean {
  return refreshId === null
    ? refresh.id !== refreshBefore && refresh.version === version
    : refresh.id === refreshId;
}

/** Ends the drains that have taken longer than people allow, or undefined. */
function endDrain(world: FleetWorld): RolloutAction | undefined {
  const { drainLimitSeconds: limit } = world.policy;
  const drains = drainsOf(world).filter(
    ({ since }) => limit !== null && secondsOf(since, world.now) >= limit,
  );
  return drains.length === 0
    ? undefined
    : { kind: 'endDrain', drains, reason: `the limit of ${limit ?? 0} s for a drain is over` };
}

/** What stops or turns a refresh, or undefined. */
function turn(world: FleetWorld, rollout: FleetRollout): RolloutAction | undefined {
  const mayGoBack = canGoBack(world, rollout);
  if (rollout.phase === 'back') {
    return mayGoBack
      ? undefined
      : { kind: 'cancelRefresh', goingBack: rollout.goingBack, reason: 'the floor forbids the way back' };
  }
  const goingBack = wayBackOf(world, rollout);
  if (goingBack !== null) {
    const { reason } = goingBack;
    // Auto Scaling turns back to what the group has: the new version once a refresh has succeeded, or what was deployed meanwhile.
    return mayGoBack && hasOriginOf(world, rollout)
      ? { kind: 'rollBackRefresh', goingBack, reason }
      : { kind: 'cancelRefresh', goingBack, reason };
  }
  if (rollout.autoRollback && !mayGoBack) {
    return { kind: 'cancelRefresh', goingBack: null, reason: 'the floor forbids its way back' };
  }
  const held = holdAgainst(world, rollout.publication);
  return held && { kind: 'cancelRefresh', goingBack: null, reason: held.reason };
}

function goOn(world: FleetWorld, rollout: FleetRollout, refresh: InstanceRefresh): RolloutAction {
  const { canaryPercentage, watchSeconds } = world.policy;
  const { percentage, status } = refresh;
  const stop = (why: string): RolloutAction => ({ kind: 'cancelRefresh', goingBack: null, reason: why });
  if (rollout.phase !== 'canary' || status === 'Baking') {
    return waiting(`the instance refresh is ${status} at ${percentage} %`);
  }
  const still = secondsOf(rollout.progress.at, world.now);
  if (isEmptied(world, rollout, still)) {
    return stop('the instances that were to be watched are gone');
  }
  // Scale-in may leave new instances alone at the pause.
  const isPaused = percentage >= canaryPercentage && (percentage < 100 || still >= watchSeconds);
  if (!isPaused) {
    return waiting(`the instance refresh is at ${percentage} %`);
  }
  const { verdict, reason } = evaluateRollout(world, rollout);
  if (verdict === 'good') {
    return stop(`the canary is well, the rest follows: ${reason}`);
  }
  if (isSuperseded(world, rollout)) {
    return stop(`a newer publication is there, and ${reason}`);
  }
  return still >= LONGEST_PAUSE_SECONDS
    ? stop(`the pause ends, and ${reason}`)
    : { kind: 'wait', waitsFor: 'canary', reason };
}

/** Scale-in took the canary; a host that Auto Scaling still tries to launch has its hour first. */
function isEmptied({ group }: FleetWorld, rollout: FleetRollout, still: number): boolean {
  return (
    group.instances.length === 0 ||
    (rollout.firstInstanceAt !== null && still >= GONE_SECONDS && newInstancesOf(group, rollout).length === 0)
  );
}

function waiting(reason: string): RolloutAction {
  return { kind: 'wait', waitsFor: 'refresh', reason };
}
