import type { FleetRollout } from '../../contract/documents/fleet-state';
import { isOpen } from '../../contract/values/weekly-window';
import type { InstanceRefresh } from '../ports/fleets';
import {
  broughtBy,
  isOfOrigin,
  isOfTarget,
  newInstancesOf,
  olderTemplatesOf,
  type FleetWorld,
  type RolloutAction,
} from './fleet-world';
import {
  canGoBack,
  evaluateRollout,
  failedElsewhere,
  holdAgainst,
  isSuperseded,
  mayHurry,
  secondsOf,
  wayBackOf,
} from './evaluate-rollout';
import { isOurs } from './while-refreshing';

/** Why a fleet stays on what is bad. */
export const NO_WAY_BACK = 'nothing that the floor allows is there to go back to';

/** A way back is tried so often. */
const MOST_FAILURES = 3;

/** A refresh that an alarm ended so soon says nothing of the publication. */
const ALARM_SECONDS = 10 * 60;
/** Auto Scaling itself tries to launch for an hour. */
const LAUNCH_SECONDS = 55 * 60;

const RETRY_SECONDS = 60 * 60;

/** The next action of a rollout while no refresh is under way: its refresh has ended, was stopped, or never began. */
export function betweenRefreshes(world: FleetWorld, rollout: FleetRollout): RolloutAction {
  const action = afterRefresh(world, rollout);
  // However a rollout ends, the group has the launch template again that was deployed.
  return action.kind === 'settle' ? (restored(world, rollout) ?? action) : action;
}

function afterRefresh(world: FleetWorld, rollout: FleetRollout): RolloutAction {
  const { refresh } = world;
  if (refresh === undefined || !isOurs(rollout, refresh)) {
    return resume(world, rollout);
  }
  if (rollout.refreshId === null) {
    return { kind: 'adoptRefresh', refreshId: refresh.id, reason: 'it was started and not noted' };
  }
  switch (refresh.status) {
    case 'Successful':
      return afterSuccess(world, rollout);
    case 'RollbackSuccessful':
      return retryLater(world, rollout, refresh) ?? settleBack(rollout, refresh.reason);
    case 'Failed':
    case 'RollbackFailed':
      return retryLater(world, rollout, refresh) ?? afterFailure(world, rollout, refresh);
    default:
      return resume(world, rollout);
  }
}

function afterSuccess(world: FleetWorld, rollout: FleetRollout): RolloutAction {
  switch (rollout.phase) {
    case 'back':
      return settleBack(rollout, 'the instances were replaced');
    case 'rest':
      return { kind: 'settle', outcome: 'finished', reason: 'every instance runs it' };
    case 'canary':
      return resume(world, rollout);
  }
}

/** What went by the launch template of before gives the group the deployed one again, which then has a canary of its own. */
function restored(
  { group, state }: FleetWorld,
  { from, phase, publication, restores, version }: FleetRollout,
): RolloutAction | undefined {
  const goal = phase === 'back' ? from : { amiId: publication.amiId, publication };
  return restores === null || group.launchTemplateVersion !== version
    ? undefined
    : {
        kind: 'useForNewInstances',
        ...goal,
        base: restores,
        isEqual: phase === 'back' && state.equalAmis.includes(from.amiId),
        reason: 'the launch template that was deployed is tried by itself',
      };
}

function afterFailure(world: FleetWorld, rollout: FleetRollout, refresh: InstanceRefresh): RolloutAction {
  const reason = `the instance refresh is ${refresh.status}: ${refresh.reason}`;
  return goBack(world, rollout, rollout.goingBack ?? { because: 'bad', reason }, true);
}

/**
 * What Auto Scaling says where it could launch nothing, whatever the AMI: no capacity, a quota, no address, a full group.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-capacity.html
 */
export const NO_LAUNCH =
  /InsufficientInstanceCapacity|InsufficientFreeAddresses|LimitExceeded|insufficient capacity|could not launch|as many instances as it may have/i;

/**
 * A refresh that says nothing of the publication is tried again after an hour, for as long as it takes: an alarm rang before any
 * instance was there, or Auto Scaling could launch none.
 */
function retryLater(
  world: FleetWorld,
  rollout: FleetRollout,
  { endedAt, percentage, reason: reported, startedAt }: InstanceRefresh,
): RolloutAction | undefined {
  const { now, policy } = world;
  const seconds = ((endedAt ?? now).getTime() - startedAt.getTime()) / 1000;
  const isUnseen = percentage === 0 && rollout.firstInstanceAt === null && rollout.goingBack === null;
  const isAlarm = isUnseen && policy.alarms.length > 0 && seconds < ALARM_SECONDS;
  const isCapacity =
    (isUnseen && seconds >= LAUNCH_SECONDS) ||
    (NO_LAUNCH.test(reported) && evaluateRollout(world, rollout).verdict !== 'bad');
  if (!isAlarm && !isCapacity) {
    return undefined;
  }
  const isOver = secondsOf((endedAt ?? now).toISOString(), now) >= RETRY_SECONDS;
  return isOver || wantsOther(world, rollout)
    ? resume(world, rollout)
    : {
        kind: 'wait',
        waitsFor: isAlarm ? 'alarm' : 'capacity',
        reason: isAlarm
          ? `an alarm of ${policy.alarms.join(', ')} rings before anything was replaced`
          : `no instance could be launched for an hour: ${reported}`,
      };
}

/** Whether the channel shows another publication than the one that is rolled out. */
function wantsOther({ wanted }: FleetWorld, { publication }: FleetRollout): boolean {
  return wanted !== undefined && wanted.id !== publication.id;
}

function resume(world: FleetWorld, rollout: FleetRollout): RolloutAction {
  const { group } = world;
  const isOnWay = isOfTarget(group, rollout) || (rollout.goingBack !== null && isOfOrigin(group, rollout));
  if (rollout.template !== null && !isOnWay) {
    return { kind: 'settle', outcome: 'superseded', reason: 'the launch template has changed again' };
  }
  const goingBack = wayBackOf(world, rollout);
  if (goingBack !== null) {
    return goBack(world, rollout, goingBack, false);
  }
  const fresh = newInstancesOf(group, rollout).length;
  // Instances of an AMI that counts as equal may have the launch template, too.
  const hasAll =
    fresh === group.instances.length ||
    (rollout.template !== null &&
      olderTemplatesOf(world.state, group.instances, group).every(({ isLeaving }) => isLeaving));
  const isOver = isOfTarget(group, rollout) && hasAll;
  if (group.instances.length === 0 && !isOver) {
    return {
      kind: 'useForNewInstances',
      amiId: rollout.publication.amiId,
      publication: rollout.publication,
      isEqual: false,
      reason: 'the group has no instances any more',
    };
  }
  if (isOver && (rollout.phase === 'rest' || group.instances.length === 0)) {
    return { kind: 'settle', outcome: 'finished', reason: 'every instance runs it' };
  }
  if (broughtBy(group, rollout).length === 0 && wantsOther(world, rollout)) {
    return {
      kind: 'settle',
      outcome: 'superseded',
      reason: 'another publication is there, and none of its instances',
    };
  }
  const elsewhere = rollout.template === null ? failedElsewhere(world, rollout.publication) : undefined;
  if (broughtBy(group, rollout).length === 0 && elsewhere !== undefined) {
    const reason = `it has failed on the fleet ${elsewhere.fleet}, and none of its instances is left here`;
    return { kind: 'settle', outcome: 'superseded', reason };
  }
  const held = holdAgainst(world, rollout.publication);
  if (held !== undefined) {
    return held;
  }
  const autoRollback = canGoBack(world, rollout);
  const isDeployed = rollout.template === null && group.launchTemplateVersion !== rollout.baseVersion;
  if (rollout.phase === 'rest' && isDeployed && broughtBy(group, rollout).length > 0) {
    const why = 'it goes on with the launch template that its canary had';
    return { ...start(rollout, 'rest', null, false, autoRollback, why), keepsTemplate: true };
  }
  if (rollout.phase === 'rest' && fresh > 0) {
    return start(rollout, 'rest', null, false, autoRollback, 'it goes on where it stopped');
  }
  if (fresh === 0) {
    const isAllowed = isOpen(world.policy.windows, world.now) || mayHurry(world, rollout.publication);
    return isAllowed
      ? start(rollout, 'canary', null, false, autoRollback, 'no instance runs it yet')
      : {
          kind: 'wait',
          waitsFor: 'window',
          reason: 'no instance runs it any more, and no maintenance window is open',
        };
  }
  return afterCanary(world, rollout, isOver, autoRollback);
}

function afterCanary(
  world: FleetWorld,
  rollout: FleetRollout,
  isOver: boolean,
  autoRollback: boolean,
): RolloutAction {
  const { verdict, reason } = evaluateRollout(world, rollout);
  if (verdict === 'good' && isOver) {
    return { kind: 'settle', outcome: 'finished', reason: `every instance runs it, and ${reason}` };
  }
  if (verdict === 'good') {
    return isOpen(world.policy.windows, world.now) || mayHurry(world, rollout.publication)
      ? start(rollout, 'rest', null, false, autoRollback, `the canary is well: ${reason}`)
      : { kind: 'wait', waitsFor: 'window', reason: 'the canary is well, no maintenance window is open' };
  }
  return isSuperseded(world, rollout)
    ? { kind: 'settle', outcome: 'superseded', reason: `a newer publication is there, and ${reason}` }
    : { kind: 'wait', waitsFor: 'canary', reason };
}

function goBack(
  world: FleetWorld,
  rollout: FleetRollout,
  goingBack: NonNullable<FleetRollout['goingBack']>,
  hasFailed: boolean,
): RolloutAction {
  const { group } = world;
  const { from, template } = rollout;
  const { reason } = goingBack;
  if (!canGoBack(world, rollout)) {
    const outcome = goingBack.because === 'bad' ? 'failed' : 'withdrawn';
    return {
      kind: 'settle',
      outcome,
      reason: `${reason}; ${NO_WAY_BACK}`,
    };
  }
  if (broughtBy(group, rollout).length === 0) {
    const version = template?.fromVersion ?? undefined;
    return isOfOrigin(group, rollout)
      ? settleBack({ ...rollout, goingBack }, reason)
      : {
          kind: 'useForNewInstances',
          ...from,
          ...(version === undefined ? {} : { version }),
          isEqual: false,
          reason,
        };
  }
  const failures = rollout.phase === 'back' && hasFailed ? rollout.failures + 1 : rollout.failures;
  return failures >= MOST_FAILURES
    ? { kind: 'settle', outcome: 'failed', reason: `${reason}; ${failures} ways back have failed` }
    : start(rollout, 'back', goingBack, hasFailed, false, reason);
}

function settleBack({ goingBack }: FleetRollout, reason: string): RolloutAction {
  const outcome = goingBack?.because === 'withdrawn' ? 'withdrawn' : 'rolledBack';
  return { kind: 'settle', outcome, reason: goingBack?.reason ?? reason };
}

function start(
  { publication }: FleetRollout,
  phase: FleetRollout['phase'],
  goingBack: FleetRollout['goingBack'],
  isRetry: boolean,
  autoRollback: boolean,
  reason: string,
): Extract<RolloutAction, { readonly kind: 'startRefresh' }> {
  return { kind: 'startRefresh', phase, publication, goingBack, isRetry, autoRollback, reason };
}
