import type { FleetRollout, FleetState } from '../../contract/documents/fleet-state';
import type { RefreshRequest } from '../ports/fleet-control';
import type { ActionPlace } from './fleet-ports';
import type { FleetWorld } from './fleet-world';
import type { RolloutAction } from './rollout-action';
import { LONGEST_CHECKPOINT_SECONDS } from './while-refreshing';

type StartRefresh = Extract<RolloutAction, { readonly kind: 'startRefresh' }>;

/**
 * Starts a refresh. The wish for it is written first, with the refresh that was the newest before, so that one that was
 * started and not noted is known again.
 */
export async function startRollout(
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
