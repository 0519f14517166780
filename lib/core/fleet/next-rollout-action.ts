import type { FleetRollout, FleetState, WaitsFor } from '../../contract/documents/fleet-state';
import { activeOverride } from '../../contract/documents/overrides';
import type { Channel } from '../../contract/documents/publication';
import { excerpt } from '../../contract/values/printable';
import { readOsVersion } from '../../contract/values/os-version';
import { isOpen } from '../../contract/values/weekly-window';
import { betweenRefreshes, NO_WAY_BACK } from './between-refreshes';
import { unlessDeploying } from './deployment-pause';
import {
  doubtfulInstances,
  isTemplateUnclear,
  isUnderWay,
  olderTemplatesOf,
  untriedInstances,
  type FleetWorld,
  type RolloutAction,
} from './fleet-world';
import {
  evaluateUntried,
  failedElsewhere,
  floorOf,
  holdAgainst,
  isBarred,
  isBelowFloor,
  mayHurry,
  revocationOf,
  secondsOf,
} from './evaluate-rollout';
import { whileRefreshing } from './while-refreshing';

/** Instances that a rollout has left behind are looked at again after a day. */
const STRAY_SECONDS = 24 * 60 * 60;

/**
 * What to do next for a fleet, from what is alone: channel, state, group, refresh and ECS. Never a second refresh, never an
 * AMI older than the floor, nothing on the group while a deployment changes it; whatever an earlier poll began and did not end
 * is ended by the next.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
 */
export function nextRolloutAction(world: FleetWorld): RolloutAction {
  return unlessDeploying(world, wishedAction(world));
}

function wishedAction(world: FleetWorld): RolloutAction {
  if (isUnderWay(world.refresh)) {
    return whileRefreshing(world, world.refresh);
  }
  const { rollout } = world.state;
  return rollout === null
    ? withUntried(world, withTemplateChange(world, withLeftBehind(world, resting(world))))
    : betweenRefreshes(world, rollout);
}

/** A publication that came as an equal one is tried by what scaling starts from it, beside what was tried. */
function withUntried(world: FleetWorld, action: RolloutAction): RolloutAction {
  const { group, hosts, now, state } = world;
  const { lastTried, publication } = state;
  const isResting = action.kind === 'nothing' || action.kind === 'wait';
  if (
    !isResting ||
    lastTried === null ||
    publication === null ||
    untriedInstances(state, group).length === 0
  ) {
    return action;
  }
  const { reason, verdict } = evaluateUntried(world, hosts);
  if (verdict !== 'bad' || activeOverride(state.hold, now) !== undefined) {
    const watch = `${publication.id} was never tried here, and what scaling started from it is watched`;
    return action.kind === 'wait' ? action : { kind: 'wait', waitsFor: 'canary', reason: watch };
  }
  return isBarred(world, lastTried.amiId, lastTried.publication)
    ? { kind: 'settle', outcome: 'failed', publication, reason: `${reason}; ${NO_WAY_BACK}` }
    : {
        kind: 'startRefresh',
        phase: 'back',
        publication,
        goingBack: whyUntriedGoesBack(world, reason),
        isRetry: false,
        autoRollback: false,
        reason,
      };
}

/** It is bad where it fails beside a launch template that is known; else it is withdrawn, and comes again. */
function whyUntriedGoesBack(world: FleetWorld, reason: string): NonNullable<FleetRollout['goingBack']> {
  const doubtful = doubtfulInstances(world);
  const hosts = world.hosts.filter(({ instanceId }) => !doubtful.includes(instanceId));
  return evaluateUntried(world, hosts).verdict === 'bad'
    ? { because: 'bad', reason }
    : { because: 'withdrawn', reason: `${reason}; it may be the launch template that fails` };
}

/** What keeps a fleet on what its group has until somebody does something. */
const STUCK: readonly WaitsFor[] = ['bad', 'otherFleet', 'floor'];

/** Instances of a publication that another took the place of, and that never was good, go back to what the group has. */
function withLeftBehind(world: FleetWorld, action: RolloutAction): RolloutAction {
  const { group, now, state } = world;
  const { last, publication } = state;
  const others = group.instances.filter((one) => !mayStay(world, one));
  const isTried = last?.publication === publication?.id && secondsOf(last?.at ?? null, now) < STRAY_SECONDS;
  return action.kind !== 'wait' ||
    !STUCK.includes(action.waitsFor) ||
    others.length === 0 ||
    publication === null ||
    isTried ||
    isBarred(world, group.amiId, publication)
    ? action
    : (holdAgainst(world, publication) ??
        outsideWindow(world) ?? {
          kind: 'startRefresh',
          phase: phaseToOwn(world),
          publication,
          goingBack: null,
          isRetry: false,
          autoRollback: false,
          reason: `${others.length} instances run what neither is wanted nor was good`,
        });
}

/** Whether an instance has the group's AMI, or one that counts as equal to it and that nobody has revoked. */
function mayStay(world: FleetWorld, { amiId }: { readonly amiId: string }): boolean {
  const { group, state } = world;
  return (
    amiId === group.amiId || (state.equalAmis.includes(amiId) && revocationOf(world, amiId) === undefined)
  );
}

/** Instances go to what the group has at once where it was tried, and by a canary where it, or its launch template, was not. */
function phaseToOwn({ group, state }: FleetWorld): FleetRollout['phase'] {
  const isTemplateOld = olderTemplatesOf(state, group.instances, group).length > 0;
  return state.lastTried === null && !isTemplateOld ? 'rest' : 'canary';
}

/** What keeps a fleet from its channel's AMI without an end that is near; a changed launch template does not wait for it. */
const FAR: readonly WaitsFor[] = ['channel', 'bad', 'otherFleet', 'floor', 'stray'];

/** Whether a publication that went back comes again, and the launch template that may have been what failed has to be tried first. */
function isAfterTemplate(world: FleetWorld, action: RolloutAction): boolean {
  const { last } = world.state;
  if (action.kind === 'useForNewInstances') {
    return action.isEqual && last?.outcome === 'withdrawn' && last.publication === action.publication?.id;
  }
  return (
    action.kind === 'startRefresh' &&
    (last?.outcome === 'rolledBack' || last?.outcome === 'failed') &&
    last.publication === action.publication.id &&
    isTemplateUnclear(world, action.publication)
  );
}

/** A changed launch template goes to instances by itself only where no AMI is about to bring it. */
function withTemplateChange(world: FleetWorld, action: RolloutAction): RolloutAction {
  const { group, now, policy, state } = world;
  const isFar =
    action.kind === 'nothing' ||
    isAfterTemplate(world, action) ||
    (action.kind === 'wait' && FAR.includes(action.waitsFor));
  const { publication, template } = state;
  const older = olderTemplatesOf(state, group.instances, group);
  const [first] = older;
  if (
    !isFar ||
    !policy.rollTemplateChanges ||
    first?.template === null ||
    first === undefined ||
    template === null ||
    publication === null ||
    isBarred(world, group.amiId, publication)
  ) {
    return action;
  }
  // What fails with it may be the publication, which was never tried: that is judged first.
  if (untriedInstances(state, group).length > 0 && evaluateUntried(world, world.hosts).verdict !== 'good') {
    return action;
  }
  if (template.ended !== null) {
    const isLeft = template.ended.outcome === 'finished';
    return action.kind !== 'nothing' || (isLeft && secondsOf(template.ended.at, now) >= STRAY_SECONDS)
      ? action
      : {
          kind: 'wait',
          waitsFor: isLeft ? 'stray' : 'bad',
          reason: `${older.length} instances have an older launch template; the newer one ${isLeft ? 'left them behind' : 'failed here'}`,
        };
  }
  const held = holdAgainst(world, publication) ?? outsideWindow(world);
  // Back to the very instances of before, also where their AMI is one that counts as equal; never to what a canary that failed left.
  const ways = older.filter((one) => one.template !== null && !template.failed.includes(one.template));
  const back = ways.find(({ amiId }) => amiId === group.amiId) ?? ways[0] ?? first;
  return (
    held ?? {
      kind: 'startRefresh',
      phase: 'canary',
      publication,
      goingBack: null,
      isRetry: false,
      template: {
        from: back.template ?? first.template,
        to: group.template,
        fromVersion: back.version,
      },
      autoRollback: false,
      reason: `${older.length} instances have an older launch template`,
    }
  );
}

function resting(world: FleetWorld): RolloutAction {
  const { state, wanted } = world;
  if (wanted === undefined) {
    const reason = world.foreign ?? 'the channel has not been seeded';
    return { kind: 'wait', waitsFor: 'channel', reason };
  }
  const revoked = revocationOf(world, wanted.amiId);
  if (revoked !== undefined) {
    return {
      kind: 'wait',
      waitsFor: 'bad',
      reason: `${wanted.id} was revoked by ${excerpt(revoked.by)}: ${excerpt(revoked.reason)}`,
    };
  }
  const next = towards(world, wanted);
  if (next.kind === 'nothing') {
    return next;
  }
  const bad = state.bad.find(({ publication }) => publication === wanted.id);
  if (bad !== undefined) {
    return { kind: 'wait', waitsFor: 'bad', reason: `${wanted.id} is bad for this fleet: ${bad.reason}` };
  }
  const floor = floorOf(world);
  if (isBelowFloor(wanted.osVersion, floor)) {
    return {
      kind: 'wait',
      waitsFor: 'floor',
      reason: `${wanted.id} is ${wanted.osVersion}, older than the floor ${floor ?? ''}`,
    };
  }
  const elsewhere = failedElsewhere(world, wanted);
  if (elsewhere !== undefined) {
    return {
      kind: 'wait',
      waitsFor: 'otherFleet',
      reason: `${wanted.id} has failed on the fleet ${elsewhere.fleet}: ${elsewhere.reason}`,
    };
  }
  return (
    holdAgainst(world, wanted) ??
    (next.kind === 'startRefresh' && !mayHurry(world, wanted) ? (notYet(world, wanted) ?? next) : next)
  );
}

function outsideWindow({ now, policy }: FleetWorld): RolloutAction | undefined {
  return isOpen(policy.windows, now)
    ? undefined
    : { kind: 'wait', waitsFor: 'window', reason: 'no maintenance window is open' };
}

/** What brings the fleet to a publication, with nothing in the way. */
function towards(world: FleetWorld, wanted: Channel): RolloutAction {
  const { group, now, state } = world;
  const refresh = { kind: 'startRefresh', publication: wanted, goingBack: null, isRetry: false } as const;
  const useForNew = { kind: 'useForNewInstances', amiId: wanted.amiId, publication: wanted } as const;
  if (group.amiId === wanted.amiId) {
    if (group.instances.every((one) => mayStay(world, one))) {
      return { kind: 'nothing', reason: `the fleet runs ${wanted.id}` };
    }
    const { last } = state;
    const isNews = group.instances.some(
      (one) => !mayStay(world, one) && (revocationOf(world, one.amiId)?.at ?? '') > (last?.at ?? ''),
    );
    return last?.publication === wanted.id && secondsOf(last.at, now) < STRAY_SECONDS && !isNews
      ? {
          kind: 'wait',
          waitsFor: 'stray',
          reason: 'some instances were left behind; looked at again in a day',
        }
      : {
          ...refresh,
          phase: phaseToOwn(world),
          autoRollback: false,
          reason: 'some instances do not run it',
        };
  }
  if (group.instances.length === 0) {
    return { ...useForNew, isEqual: false, reason: 'the group has no instances' };
  }
  const isRevoked = revocationOf(world, group.amiId) !== undefined;
  if (!world.policy.rollEqualRevision && !isRevoked && isEqual(state, group.amiId, wanted)) {
    return {
      ...useForNew,
      isEqual: true,
      reason: 'it is equal in OS version and mode to what the fleet runs',
    };
  }
  if (group.instances.every(({ amiId }) => amiId === wanted.amiId)) {
    return { ...useForNew, isEqual: false, reason: 'every instance runs it already' };
  }
  const autoRollback = !isBarred(world, group.amiId, state.publication);
  return { ...refresh, phase: 'canary', autoRollback, reason: `the channel shows ${wanted.id}` };
}

/** Equal in OS version and mode; of the plain base AMI the revision is not known, so that it equals nothing. */
function isEqual({ publication }: FleetState, groupAmiId: string, wanted: Channel): boolean {
  return (
    publication !== null &&
    publication.amiId === groupAmiId &&
    publication.osVersion === wanted.osVersion &&
    publication.mode === wanted.mode &&
    (readOsVersion(wanted.osVersion)?.revision ?? 0) > 0
  );
}

function notYet(world: FleetWorld, wanted: Channel): RolloutAction | undefined {
  const { now, policy, state } = world;
  const passed = secondsOf(state.wanted?.since ?? null, now);
  return passed < policy.delaySeconds
    ? {
        kind: 'wait',
        waitsFor: 'delay',
        reason: `the fleet waits ${policy.delaySeconds} s after its channel`,
      }
    : (ringBefore(world, wanted) ?? outsideWindow(world));
}

/** A ring begins when the nearest one before it is well, and once its limit is over in any case but a failure. */
function ringBefore(
  { elsewhere, now, policy, state }: FleetWorld,
  wanted: Channel,
): RolloutAction | undefined {
  const { ring, ringLimitSeconds } = policy;
  const since = state.wanted?.since ?? now.toISOString();
  const accepted = activeOverride(state.accepted, now);
  if (ring === null || ring === 0 || accepted?.publication === wanted.id) {
    return undefined;
  }
  const limit = new Date(Date.parse(since) + ring * ringLimitSeconds * 1000);
  const known = elsewhere.rings.filter(({ id }) => id === wanted.id);
  const [before] = known.filter((one) => one.ring < ring).sort((one, other) => other.ring - one.ring);
  // The fleet itself is among them once housekeeping has seen it.
  const { unread = [] } = elsewhere;
  const isWell = before === undefined || before.well === before.fleets;
  const isFree = known.length > 0 && isWell && unread.length === 0;
  if (isFree || now >= limit) {
    return undefined;
  }
  const where = isWell
    ? unread.length > 0
      ? `${unread.join(', ')} cannot be read, so nobody knows how far its fleets are`
      : 'it is not known yet how far the rings before are'
    : `${wanted.id} is well on ${before.well} of ${before.fleets} fleets of ring ${before.ring}${before.behind.length === 0 ? '' : `, not on ${before.behind.join(', ')}`}`;
  return {
    kind: 'wait',
    waitsFor: 'otherFleet',
    reason: `${where}; ring ${ring} begins at ${limit.toISOString()} at the latest`,
    endsAt: limit,
  };
}
