import type { FleetRollout, FleetState } from '../../contract/documents/fleet-state';
import type { FleetWorld } from './fleet-world';
import type { ActionPlace } from './fleet-ports';
import { logEntryOf, monthOf, writeLogEntry } from './rollout-log';
import type { RolloutAction } from './rollout-action';
import { settleRollout, type Settlement } from './settle-rollout';
import { startRollout } from './start-rollout';

/** The state after an action, and whether the look ends with it because a service has to work or nothing is to do. */
export interface CarriedOut {
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
