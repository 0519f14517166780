import type { FleetRollout } from '../../contract/documents/fleet-state';
import { isBelowFloor } from './below-floor';
import { instancesOf, type FleetWorld } from './fleet-world';
import { judgeCanary, type CanaryJudgement } from './judge-canary';
import { wordInForce } from '../../contract/documents/overrides';

/** A host that has not registered with ECS by then will not; Auto Scaling itself gives up after an hour, too. */
const REGISTRATION_SECONDS = 60 * 60;

/**
 * What the instances of a rollout say of its publication. A person's acceptance counts more than what was seen.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations
 */
export function judgeRollout(world: FleetWorld, rollout: FleetRollout): CanaryJudgement {
  const { group, hosts, now, policy, state } = world;
  const accepted = wordInForce(state.accepted, now);
  if (accepted?.publication === rollout.publication.id) {
    return { verdict: 'good', reason: `${accepted.by} has accepted it: ${accepted.reason}` };
  }
  const newInstances = new Set(instancesOf(group, rollout.publication.amiId));
  const judgement = judgeCanary({
    hosts,
    newInstances,
    since: new Date(rollout.startedAt),
    watchSeconds: policy.watchSeconds,
    now,
  });
  const isRegistered = hosts.some(({ instanceId }) => newInstances.has(instanceId));
  if (
    !isRegistered &&
    secondsOf(rollout.firstInstanceAt, now) >= REGISTRATION_SECONDS &&
    newInstances.size > 0
  ) {
    return { verdict: 'bad', reason: 'its instances boot and never register with ECS' };
  }
  return judgement;
}

/** Why a rollout has to go back, or undefined while it may go on. */
export function wayBackOf(world: FleetWorld, rollout: FleetRollout): FleetRollout['goingBack'] {
  const { state, wanted } = world;
  const { from, goingBack, publication } = rollout;
  if (goingBack !== null) {
    return goingBack;
  }
  if (isBelowFloor(publication.osVersion, floorOf(world))) {
    return { because: 'withdrawn', reason: `it is older than the floor ${state.floor?.osVersion ?? ''}` };
  }
  if (from.amiId === publication.amiId) {
    return null;
  }
  if (wanted !== undefined && wanted.id !== publication.id && wanted.amiId === from.amiId) {
    return { because: 'withdrawn', reason: `the channel has moved back to ${wanted.id}` };
  }
  const { verdict, reason } = judgeRollout(world, rollout);
  return verdict === 'bad' ? { because: 'bad', reason } : null;
}

/** Whether a rollout may go back: not to what is older than the floor, and not to itself. */
export function canGoBack(world: FleetWorld, { from, publication }: FleetRollout): boolean {
  return from.amiId !== publication.amiId && !isBelowFloor(from.publication?.osVersion, floorOf(world));
}

/** Whether a newer publication takes the place of one that its watch has not decided. */
export function isSuperseded(world: FleetWorld, rollout: FleetRollout): boolean {
  const { now, policy, wanted } = world;
  return (
    wanted !== undefined &&
    wanted.id !== rollout.publication.id &&
    secondsOf(rollout.firstInstanceAt, now) >= policy.watchSeconds + REGISTRATION_SECONDS &&
    judgeRollout(world, rollout).verdict === 'waiting'
  );
}

/** The floor while it is in force. */
export function floorOf({ now, state }: FleetWorld): string | undefined {
  return wordInForce(state.floor, now)?.osVersion;
}

/** Seconds since an instant; none have passed since one that has not come. */
export function secondsOf(instant: string | null, now: Date): number {
  return instant === null ? 0 : (now.getTime() - Date.parse(instant)) / 1000;
}
